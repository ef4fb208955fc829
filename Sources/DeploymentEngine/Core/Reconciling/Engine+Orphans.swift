import DeploymentInterface
import SafeTexts

/// Orphans: resources that exist without a record. A listing finds them, an operator or a
/// deliberately slow rule removes them, and an operator can adopt one for a user who still needs
/// it.
extension Engine {
  /// Notes which providers can list their resources; the first listing follows soon.
  mutating func useInventories(_ names: Set<String>) {
    for provider in providerTable.indices {
      let isNew = !providerTable[provider].inventory.isOffered
      let isOffered =
        !providerTable[provider].isErased
        && names.contains(providerTable[provider].record.name.text)
      providerTable.updateInventory(provider) { $0.isOffered = isOffered }
      if isOffered {
        if isNew { planInventory(provider, in: Timing.inventory.first) }
      } else {
        forgetOrphans(provider)
      }
    }
  }

  /// Drops the orphans of a provider that can no longer be listed.
  private mutating func forgetOrphans(_ provider: Int) {
    if let call = providerTable[provider].inventory.call { giveUp(call, provider) }
    if providerTable[provider].record.orphans != OrphanList() {
      providerTable.updateOrphans(provider) { $0 = OrphanList() }
      replanAll(provider)
    }
    providerTable.updateInventory(provider) { $0.unverified = [] }
    holdIdentities(provider)
  }

  /// A listing is due, or an answer is overdue.
  mutating func wakeInventory(_ provider: Int) {
    let inventory = providerTable[provider].inventory
    if !providerTable[provider].isErased { endDoubtWithoutListing(provider) }
    guard !providerTable[provider].isErased, inventory.isOffered else { return }
    if let call = inventory.call {
      guard call.due <= now.moment else { return }
      giveUp(call, provider)
      let limit = Timing.inventory.call
      return inventoryEnded(
        call, .failed("no answer within \(limit.spoken)"), provider)
    }
    guard let next = inventory.nextAt, next <= now.moment else { return }
    if providerTable[provider].record.inMaintenance {
      return planInventory(provider, in: Timing.maintenance)
    }
    callInventory(provider)
  }

  /// Gives up on a call: its answer is ignored, and its removal may still be carried out.
  private mutating func giveUp(_ call: InventoryInFlight, _ provider: Int) {
    providerTable.updateInventory(provider) {
      $0.call = nil
      if case .remove = call.task { $0.lateRemovals.append(call) }
    }
  }

  private mutating func callInventory(_ provider: Int) {
    let asked = nextRemoval(provider)
    let call = InventoryCall(
      id: callTable.number(), provider: providerTable[provider].record.name,
      task: asked.map { .remove($0) } ?? .list)
    let began = now.moment
    let due = began + Timing.inventory.call
    providerTable.updateInventory(provider) {
      $0.call = InventoryInFlight(id: call.id, task: call.task, due: due, began: began)
      $0.nextAt = nil
    }
    timers.add(due, .inventory(provider))
    outbox.make(call)
  }

  /// Restarts the time limit: the commit had to wait for the store.
  mutating func madeInventory(_ call: InventoryCall, at now: EngineTime) {
    guard let provider = providerTable.first(where: { $0.inventory.call?.id == call.id }) else {
      return
    }
    let due = now.moment + Timing.inventory.call
    providerTable.updateInventory(provider) { $0.call?.due = due }
    timers.add(due, .inventory(provider))
  }

  /// Handles the answer of a provider. An answer to a call that was given up is ignored.
  mutating func inventoryEnded(_ id: CallID, _ answer: InventoryAnswer) {
    for provider in providerTable.indices
    where !providerTable[provider].inventory.lateRemovals.isEmpty {
      providerTable.updateInventory(provider) { $0.lateRemovals.removeAll { $0.id == id } }
    }
    guard let provider = providerTable.first(where: { $0.inventory.call?.id == id }),
      let call = providerTable[provider].inventory.call
    else { return }
    inventoryEnded(call, answer, provider)
  }

  private mutating func inventoryEnded(
    _ call: InventoryInFlight, _ answer: InventoryAnswer, _ provider: Int
  ) {
    providerTable.updateInventory(provider) { $0.call = nil }
    guard !providerTable[provider].isErased, providerTable[provider].inventory.isOffered
    else { return }
    providerTable.touch(provider)
    var pause = inventoryPause(provider)
    switch (call.task, answer) {
    case (.list, .things(let things)):
      providerTable.updateInventory(provider) {
        $0.isListed = true
        $0.unverified.removeAll { $0.since.number < call.id.number }
      }
      let isNew = updateOrphans(from: things, provider)
      judgePresence(things, provider, since: call.began)
      providerTable.updateInventory(provider) { $0.quietListings += 1 }
      if isNew || !providerTable[provider].inventory.unverified.isEmpty {
        pause = Timing.inventory.again
      }
    case (.list, .failed(let reason)):
      providerTable.updateOrphans(provider) {
        $0.problem = "cannot list the resources: \(reason)"
      }
    case (.remove(let thing), .removed): removed(thing, provider)
    case (.remove(let thing), .failed(let reason)): notRemoved(thing, provider, reason)
    case (.list, .removed), (.remove, .things): break
    }
    let isAsked = providerTable[provider].record.orphans.all.contains(where: \.isAsked)
    planInventory(
      provider, in: isAsked && providerTable[provider].inventory.isListed ? .zero : pause)
  }

  /// The pause before the next listing: longer while nothing happens on the provider.
  private func inventoryPause(_ provider: Int) -> TimeSpan {
    let doublings = Int64(min(providerTable[provider].inventory.quietListings, 8))
    return .milliseconds(
      min(
        Timing.inventory.usual.milliseconds << doublings,
        Timing.inventory.longest.milliseconds))
  }

  /// Compares the listing with the present records: a resource that was made after the listing
  /// began had its record first.
  ///
  /// - Returns: whether a resource was seen for the first time.
  private mutating func updateOrphans(from things: [ExternalResource], _ provider: Int) -> Bool {
    let rule = rule(provider)
    var before: [OrphanName: Orphan] = [:]
    for orphan in providerTable[provider].record.orphans.all {
      before[name(orphan, provider)] = orphan
    }
    var all: [Orphan] = []
    var isNew = false
    for thing in things {
      guard let cause = cause(thing) else { continue }
      var orphan = Orphan(thing, cause, grace: deadline(in: rule.grace), at: now.utc)
      if let known = before[name(orphan, provider)], known.thing.purpose == thing.purpose {
        orphan = known
        orphan.thing = thing
        orphan.cause = cause
        orphan.sightings += 1
        orphan.grace.stretch(to: rule.grace)
        if orphan.sightings == 2 { tellOf(orphan, provider) }
      } else {
        isNew = true
      }
      all.append(orphan)
    }
    all.sort { ($0.thing.name, $0.thing.kind) < ($1.thing.name, $1.thing.kind) }
    var list = OrphanList()
    list.listedAt = now.utc
    list.more = max(0, all.count - Limits.orphans)
    list.all = Array(all.prefix(Limits.orphans))
    let places = providerTable[provider].record.places
    providerTable.updateOrphans(provider) { $0 = list }
    holdIdentities(provider)
    apply(rule, provider)
    if places != providerTable[provider].record.places { replanAll(provider) }
    return isNew
  }

  /// Plans all pools of a provider again: resources without a record take places.
  mutating func replanAll(_ provider: Int) {
    for index in poolTable.places(on: provider) {
      poolTable.replan(index)
    }
  }

  private func cause(_ thing: ExternalResource) -> Orphan.Cause? {
    Orphan.Cause(
      of: thing.purpose, counters: identityTable.counters,
      isGone: { id in deploymentTable.slot(id).map { deploymentTable[$0].phase.isHistory } },
      isRemoved: { name in
        poolTable.publication(named: name).map { $0.state == .removed }
      })
  }

  private func name(_ orphan: Orphan, _ provider: Int) -> OrphanName {
    OrphanName(
      provider: providerTable[provider].record.name, kind: orphan.thing.kind,
      name: orphan.thing.name)
  }

  private mutating func tellOf(_ orphan: Orphan, _ provider: Int) {
    log(
      .provider,
      "\(name(orphan, provider)) exists on \(providerTable[provider].record.name): "
        + orphan.cause.words.text,
      level: .warning)
  }

  private func rule(_ provider: Int) -> OrphanRule {
    let name = providerTable[provider].record.name
    return configuration.providers.first { SafeText($0.name) == name }?.orphans ?? OrphanRule()
  }

  /// Requests the removals that the rule allows: of orphans seen long enough, and of none if the
  /// store may be the wrong one.
  private mutating func apply(_ rule: OrphanRule, _ provider: Int) {
    guard rule.removes else { return }
    if let why = doubt(about: providerTable[provider].record.orphans, rule) {
      providerTable.updateOrphans(provider) { $0.problem = why }
      return
    }
    for index in providerTable[provider].record.orphans.all.indices {
      let orphan = providerTable[provider].record.orphans.all[index]
      guard !orphan.isAsked, isDue(orphan, rule) else { continue }
      providerTable.updateOrphans(provider) {
        $0.all[index].removal = .asked(by: Self.ruleName)
      }
    }
  }

  private static let ruleName: SafeText = "the rule"

  /// Why a rule removes nothing from the list; nil if it may.
  private func doubt(about list: OrphanList, _ rule: OrphanRule) -> SafeText? {
    if list.all.contains(where: { $0.cause == .laterState }) {
      return SafeText(
        "automatic removal is off: a later state of this store created some orphans, "
          + "so it is an old copy")
    }
    if list.more == 0, list.all.count <= rule.most { return nil }
    return SafeText(
      "automatic removal is off: there are \(list.all.count + list.more) orphans, and "
        + "the rule stops at \(rule.most)")
  }

  /// Whether it was seen twice and for the grace time of the rule, and no call may still create it.
  private func isDue(_ orphan: Orphan, _ rule: OrphanRule) -> Bool {
    guard orphan.isConfirmed, !hasLateCall(orphan) else { return false }
    var grace = orphan.grace
    grace.stretch(to: rule.grace)
    return grace.at <= now.moment
  }

  /// The next resource to remove. The rule's requests are rechecked against the rule, and nothing
  /// is removed before this run of the engine has listed the provider: the stored list may be
  /// outdated.
  private mutating func nextRemoval(_ provider: Int) -> ExternalResource? {
    guard providerTable[provider].inventory.isListed else { return nil }
    let rule = rule(provider)
    for index in providerTable[provider].record.orphans.all.indices {
      let list = providerTable[provider].record.orphans
      let orphan = list.all[index]
      guard case .asked(let actor) = orphan.removal else { continue }
      let isByRule = actor == Self.ruleName
      let stands = rule.removes && doubt(about: list, rule) == nil && isDue(orphan, rule)
      if orphan.cause != .laterState, !isByRule || stands { return orphan.thing }
      providerTable.updateOrphans(provider) { $0.all[index].removal = .none }
    }
    return nil
  }

  private func place(_ thing: ExternalResource, _ provider: Int) -> Int? {
    providerTable[provider].record.orphans.all.firstIndex {
      $0.thing.name == thing.name && $0.thing.kind == thing.kind
    }
  }

  private mutating func removed(_ thing: ExternalResource, _ provider: Int) {
    guard let place = place(thing, provider) else { return }
    let orphan = providerTable[provider].record.orphans.all[place]
    providerTable.updateOrphans(provider) { $0.all.remove(at: place) }
    holdIdentities(provider)
    replanAll(provider)
    guard case .asked(let actor) = orphan.removal else { return }
    log(
      .provider,
      "\(name(orphan, provider)), an orphan, was removed from "
        + "\(providerTable[provider].record.name)", actor: actor)
  }

  private mutating func notRemoved(_ thing: ExternalResource, _ provider: Int, _ reason: SafeText) {
    guard let place = place(thing, provider) else { return }
    let orphan = providerTable[provider].record.orphans.all[place]
    providerTable.updateOrphans(provider) { $0.all[place].removal = .failed(reason) }
    log(
      .provider, "\(name(orphan, provider)), an orphan, could not be removed: \(reason)",
      level: .error)
  }
}

extension Orphan {
  /// Whether its removal is requested.
  var isAsked: Bool {
    if case .asked = removal { return true }
    return false
  }
}

extension Deadline {
  /// The same start with another length.
  fileprivate mutating func stretch(to other: TimeSpan) {
    at = at + .milliseconds(other.milliseconds - length.milliseconds)
    length = other
  }
}
