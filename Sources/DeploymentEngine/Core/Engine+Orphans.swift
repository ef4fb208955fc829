import DeploymentInterface
import SafeTexts

/// What exists outside without a record: found by listing, removed by a person's word or by a rule
/// that is slow on purpose, and given a record again for a user who still needs it.
extension Engine {
  /// Notes which providers can list; the first listing follows soon.
  mutating func useInventories(_ names: Set<String>) {
    for host in hosts.indices {
      let isNew = !hosts[host].canList
      hosts[host].canList =
        !hosts[host].isErased && names.contains(hosts[host].record.name.text)
      if hosts[host].canList {
        if isNew { planInventory(host, in: Pauses.inventory.first) }
      } else {
        forgetOrphans(host)
      }
    }
  }

  /// Nobody can say any more what exists there, and nobody waits for an answer.
  private mutating func forgetOrphans(_ host: Int) {
    if let call = hosts[host].inventoryCall { giveUp(call, host) }
    if hosts[host].record.orphans != OrphanList() {
      hosts[host].record.orphans = OrphanList()
      touch(host: host)
      replanAll(host)
    }
    hosts[host].doubts = []
    holdNamesOfOrphans(host)
  }

  mutating func planInventory(_ host: Int, in pause: TimeSpan) {
    hosts[host].nextInventory = now.moment + pause
    addDue(now.moment + pause, .inventory(host))
  }

  /// A provider is to be listed, or an answer is overdue.
  mutating func wakeInventory(_ host: Int) {
    guard !hosts[host].isErased, hosts[host].canList else { return }
    if let call = hosts[host].inventoryCall {
      guard call.due <= now.moment else { return }
      giveUp(call, host)
      let limit = Pauses.inventory.call
      return inventoryEnded(
        call, .failed("there was no answer within \(limit.spoken)"), host)
    }
    guard let next = hosts[host].nextInventory, next <= now.moment else { return }
    if hosts[host].record.inMaintenance { return planInventory(host, in: Pauses.maintenance) }
    callInventory(host)
  }

  /// Its answer is not looked at any more, and what it was to remove may still be removed.
  private mutating func giveUp(_ call: HostBox.InventoryFlight, _ host: Int) {
    hosts[host].inventoryCall = nil
    if case .remove = call.task { hosts[host].lateRemovals.append(call) }
  }

  private mutating func callInventory(_ host: Int) {
    let asked = nextRemoval(host)
    let call = InventoryCall(
      id: CallID(nextCall), provider: hosts[host].record.name,
      task: asked.map { .remove($0) } ?? .list)
    nextCall += 1
    let due = now.moment + Pauses.inventory.call
    hosts[host].inventoryCall = HostBox.InventoryFlight(id: call.id, task: call.task, due: due)
    hosts[host].nextInventory = nil
    addDue(due, .inventory(host))
    inventoryCalls.append(call)
  }

  /// Its commit had to wait for the store: its time begins now.
  mutating func madeInventory(_ call: InventoryCall, at now: EngineTime) {
    guard let host = hosts.firstIndex(where: { $0.inventoryCall?.id == call.id }) else { return }
    let due = now.moment + Pauses.inventory.call
    hosts[host].inventoryCall?.due = due
    addDue(due, .inventory(host))
  }

  /// A provider has answered. An answer to a call that was given up is not looked at.
  mutating func inventoryEnded(_ id: CallID, _ answer: InventoryAnswer) {
    for host in hosts.indices { hosts[host].lateRemovals.removeAll { $0.id == id } }
    guard let host = hosts.firstIndex(where: { $0.inventoryCall?.id == id }),
      let call = hosts[host].inventoryCall
    else { return }
    inventoryEnded(call, answer, host)
  }

  private mutating func inventoryEnded(
    _ call: HostBox.InventoryFlight, _ answer: InventoryAnswer, _ host: Int
  ) {
    hosts[host].inventoryCall = nil
    guard !hosts[host].isErased, hosts[host].canList else { return }
    touch(host: host)
    var pause = Pauses.inventory.usual
    switch (call.task, answer) {
    case (.list, .things(let things)):
      hosts[host].isListed = true
      hosts[host].doubts.removeAll { $0.since.number < call.id.number }
      if reckon(things, host) || !hosts[host].doubts.isEmpty { pause = Pauses.inventory.again }
    case (.list, .failed(let reason)):
      hosts[host].record.orphans.problem = "what exists could not be listed: \(reason)"
    case (.remove(let thing), .removed): removed(thing, host)
    case (.remove(let thing), .failed(let reason)): notRemoved(thing, host, reason)
    case (.list, .removed), (.remove, .things): break
    }
    let isAsked = hosts[host].record.orphans.all.contains(where: \.isAsked)
    planInventory(host, in: isAsked && hosts[host].isListed ? .zero : pause)
  }

  /// Compares what exists with the records as they are now: what was made since the listing began
  /// has had its record before.
  ///
  /// - Returns: whether something was seen for the first time.
  private mutating func reckon(_ things: [OutsideThing], _ host: Int) -> Bool {
    let rule = rule(host)
    var before: [OrphanName: Orphan] = [:]
    for orphan in hosts[host].record.orphans.all { before[name(orphan, host)] = orphan }
    var all: [Orphan] = []
    var isNew = false
    for thing in things {
      guard let cause = cause(thing) else { continue }
      var orphan = Orphan(thing, cause, grace: deadline(in: rule.grace), at: now.utc)
      if let known = before[name(orphan, host)], known.thing.purpose == thing.purpose {
        orphan = known
        orphan.thing = thing
        orphan.cause = cause
        orphan.sightings += 1
        orphan.grace.stretch(to: rule.grace)
        if orphan.sightings == 2 { tellOf(orphan, host) }
      } else {
        isNew = true
      }
      all.append(orphan)
    }
    all.sort { ($0.thing.name, $0.thing.kind) < ($1.thing.name, $1.thing.kind) }
    var list = OrphanList()
    list.listedAt = now.utc
    list.more = max(0, all.count - Bounds.orphans)
    list.all = Array(all.prefix(Bounds.orphans))
    let places = hosts[host].record.places
    hosts[host].record.orphans = list
    holdNamesOfOrphans(host)
    apply(rule, host)
    if places != hosts[host].record.places { replanAll(host) }
    return isNew
  }

  /// What has no record takes a place on the provider.
  mutating func replanAll(_ host: Int) {
    for index in boxes.indices where boxes[index].host == host && !boxes[index].isErased {
      replan(index)
    }
  }

  private func cause(_ thing: OutsideThing) -> Orphan.Cause? {
    Orphan.Cause(
      of: thing.purpose, counters: counters,
      isGone: { id in slotOf[id].map { slots[$0].phase.isHistory } },
      isRemoved: { name in
        boxes.lazy.flatMap(\.publications).last { $0.name == name }.map { $0.state == .removed }
      })
  }

  private func name(_ orphan: Orphan, _ host: Int) -> OrphanName {
    OrphanName(
      provider: hosts[host].record.name, kind: orphan.thing.kind, name: orphan.thing.name)
  }

  private mutating func tellOf(_ orphan: Orphan, _ host: Int) {
    log(
      .provider,
      "\(name(orphan, host)) exists on \(hosts[host].record.name): \(orphan.cause.words)",
      level: .warning)
  }

  private func rule(_ host: Int) -> OrphanRule {
    let name = hosts[host].record.name
    return configuration.providers.first { SafeText($0.name) == name }?.orphans ?? OrphanRule()
  }

  /// The rule asks for the removal of what was seen long enough, and of nothing where the store may
  /// not be the one that it should be.
  private mutating func apply(_ rule: OrphanRule, _ host: Int) {
    guard rule.removes else { return }
    if let why = doubt(about: hosts[host].record.orphans, rule) {
      hosts[host].record.orphans.problem = why
      return
    }
    for index in hosts[host].record.orphans.all.indices {
      let orphan = hosts[host].record.orphans.all[index]
      guard !orphan.isAsked, isDue(orphan, rule) else { continue }
      hosts[host].record.orphans.all[index].removal = .asked(by: Self.ruleName)
    }
  }

  private static let ruleName: SafeText = "the rule"

  /// Why a rule removes nothing of what is listed; nil: it may.
  private func doubt(about list: OrphanList, _ rule: OrphanRule) -> SafeText? {
    if list.all.contains(where: { $0.cause == .laterState }) {
      return
        "nothing is removed by itself: a later state of this store made some, so it is an old copy"
    }
    if list.more == 0, list.all.count <= rule.most { return nil }
    return SafeText(
      "nothing is removed by itself: \(list.all.count + list.more) exist without a record, and "
        + "the rule stops at \(rule.most)")
  }

  /// It was seen twice and for as long as the rule waits, and nothing that was called may still
  /// make it.
  private func isDue(_ orphan: Orphan, _ rule: OrphanRule) -> Bool {
    guard orphan.isConfirmed, !hasLateCall(orphan) else { return false }
    var grace = orphan.grace
    grace.stretch(to: rule.grace)
    return grace.at <= now.moment
  }

  /// What is to be removed next. What a rule asked for is only removed while it would ask again,
  /// and nothing is before this run of the engine has seen what exists: what is stored may be of
  /// another time.
  private mutating func nextRemoval(_ host: Int) -> OutsideThing? {
    guard hosts[host].isListed else { return nil }
    let rule = rule(host)
    for index in hosts[host].record.orphans.all.indices {
      let list = hosts[host].record.orphans
      let orphan = list.all[index]
      guard case .asked(let actor) = orphan.removal else { continue }
      let isByRule = actor == Self.ruleName
      let stands = rule.removes && doubt(about: list, rule) == nil && isDue(orphan, rule)
      if orphan.cause != .laterState, !isByRule || stands { return orphan.thing }
      hosts[host].record.orphans.all[index].removal = .none
      touch(host: host)
    }
    return nil
  }

  private func place(_ thing: OutsideThing, _ host: Int) -> Int? {
    hosts[host].record.orphans.all.firstIndex {
      $0.thing.name == thing.name && $0.thing.kind == thing.kind
    }
  }

  private mutating func removed(_ thing: OutsideThing, _ host: Int) {
    guard let place = place(thing, host) else { return }
    let orphan = hosts[host].record.orphans.all.remove(at: place)
    holdNamesOfOrphans(host)
    replanAll(host)
    guard case .asked(let actor) = orphan.removal else { return }
    log(
      .provider,
      "\(name(orphan, host)), which had no record, was removed from "
        + "\(hosts[host].record.name)", actor: actor)
  }

  private mutating func notRemoved(_ thing: OutsideThing, _ host: Int, _ reason: SafeText) {
    guard let place = place(thing, host) else { return }
    let orphan = hosts[host].record.orphans.all[place]
    hosts[host].record.orphans.all[place].removal = .failed(reason)
    log(
      .provider, "\(name(orphan, host)), which has no record, could not be removed: \(reason)",
      level: .error)
  }
}

extension Orphan {
  /// It is to be removed.
  var isAsked: Bool {
    if case .asked = removal { return true }
    return false
  }
}

extension Deadline {
  /// The same beginning with another length.
  fileprivate mutating func stretch(to other: TimeSpan) {
    at = at + .milliseconds(other.milliseconds - length.milliseconds)
    length = other
  }
}
