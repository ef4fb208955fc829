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

  /// Nobody can say any more what exists there.
  private mutating func forgetOrphans(_ host: Int) {
    if hosts[host].record.orphans != OrphanList() {
      hosts[host].record.orphans = OrphanList()
      touch(host: host)
      replanAll(host)
    }
    holdNamesOfOrphans(host)
  }

  private mutating func planInventory(_ host: Int, in pause: TimeSpan) {
    hosts[host].nextInventory = now.moment + pause
    addDue(now.moment + pause, .inventory(host))
  }

  /// A provider is to be listed, or an answer is overdue.
  mutating func wakeInventory(_ host: Int) {
    guard !hosts[host].isErased, hosts[host].canList else { return }
    if let call = hosts[host].inventoryCall {
      guard call.due <= now.moment else { return }
      let limit = Pauses.inventory.call
      return inventoryEnded(
        call.id, .failed("there was no answer within \(limit.spoken)"))
    }
    guard let next = hosts[host].nextInventory, next <= now.moment else { return }
    if hosts[host].record.inMaintenance { return planInventory(host, in: Pauses.maintenance) }
    callInventory(host)
  }

  /// A record was given up: what it spoke of may still exist, and keeps its name until the provider
  /// has said what does.
  mutating func doubtThatItIsGone(_ slot: Int) {
    let host = boxes[live[slot].pool].host
    guard hosts[host].canList else { return }
    holdForOrphan(slots[slot].identity, host)
    if hosts[host].inventoryCall == nil { planInventory(host, in: Pauses.inventory.first) }
  }

  private mutating func holdForOrphan(_ identity: Identity, _ host: Int) {
    guard !identities.isHeld(identity) else { return }
    identities.hold(identity)
    hosts[host].orphanIdentities.insert(identity)
  }

  private mutating func giveBackOrphan(_ identity: Identity, _ host: Int) {
    guard hosts[host].orphanIdentities.remove(identity) != nil else { return }
    identities.giveBack(identity)
    reviveExhausted()
  }

  /// The names of what exists without a record are nobody else's, and no others are held.
  mutating func holdNamesOfOrphans(_ host: Int) {
    let wanted = Set(hosts[host].record.orphans.all.compactMap(\.thing.identity))
    for identity in hosts[host].orphanIdentities.subtracting(wanted).sorted(by: {
      $0.name < $1.name
    }) {
      giveBackOrphan(identity, host)
    }
    for identity in wanted.sorted(by: { $0.name < $1.name }) { holdForOrphan(identity, host) }
  }

  private mutating func callInventory(_ host: Int) {
    let asked = hosts[host].record.orphans.all.first(where: \.isAsked)
    let call = InventoryCall(
      id: CallID(nextCall), provider: hosts[host].record.name,
      task: asked.map { .remove($0.thing) } ?? .list)
    nextCall += 1
    let due = now.moment + Pauses.inventory.call
    hosts[host].inventoryCall = HostBox.InventoryFlight(id: call.id, task: call.task, due: due)
    hosts[host].nextInventory = nil
    addDue(due, .inventory(host))
    inventoryCalls.append(call)
  }

  /// A provider has answered. An answer to a call that was given up is not looked at.
  mutating func inventoryEnded(_ id: CallID, _ answer: InventoryAnswer) {
    guard let host = hosts.firstIndex(where: { $0.inventoryCall?.id == id }),
      let call = hosts[host].inventoryCall
    else { return }
    hosts[host].inventoryCall = nil
    guard !hosts[host].isErased, hosts[host].canList else { return }
    touch(host: host)
    var pause = Pauses.inventory.usual
    switch (call.task, answer) {
    case (.list, .things(let things)):
      if reckon(things, host) { pause = Pauses.inventory.again }
    case (.list, .failed(let reason)):
      hosts[host].record.orphans.problem = "what exists could not be listed: \(reason)"
    case (.remove(let thing), .removed): removed(thing, host)
    case (.remove(let thing), .failed(let reason)): notRemoved(thing, host, reason)
    case (.list, .removed), (.remove, .things): break
    }
    let isAsked = hosts[host].record.orphans.all.contains(where: \.isAsked)
    planInventory(host, in: isAsked ? .zero : pause)
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
  private mutating func replanAll(_ host: Int) {
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
    let list = hosts[host].record.orphans
    if list.all.contains(where: { $0.cause == .laterState }) {
      hosts[host].record.orphans.problem =
        "nothing is removed by itself: a later state of this store made some, so it is an old copy"
      return
    }
    guard list.more == 0, list.all.count <= rule.most else {
      hosts[host].record.orphans.problem = SafeText(
        "nothing is removed by itself: \(list.all.count + list.more) exist without a record, and "
          + "the rule stops at \(rule.most)")
      return
    }
    for index in list.all.indices
    where list.all[index].isConfirmed && list.all[index].grace.at <= now.moment {
      hosts[host].record.orphans.all[index].removal = .asked(by: "the rule")
    }
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

// MARK: - A person's word

extension Engine {
  /// Removes an orphan in its turn.
  mutating func removeOrphan(
    _ name: OrphanName, actor: SafeText
  ) throws(Refusal) -> Reply {
    let (host, place) = try placeOfOrphan(name)
    try refuseOldCopy(hosts[host].record.orphans.all[place], name)
    if hosts[host].record.inMaintenance {
      throw Refusal(.notPermitted, "provider \(name.provider) is in maintenance")
    }
    hosts[host].record.orphans.all[place].removal = .asked(by: actor)
    touch(host: host)
    if hosts[host].inventoryCall == nil { planInventory(host, in: .zero) }
    return .accepted(nil, note: SafeText("\(name) is being removed from \(name.provider)"))
  }

  /// Gives an orphan its record again, as a deployment of a user. Never in a cache: nobody knows
  /// who has used it, and what they left in it.
  mutating func adopt(_ name: OrphanName, for user: SafeText) throws(Refusal) -> Reply {
    if user.isEmpty { throw Refusal(.invalid, "a user needs a name") }
    let (host, place) = try placeOfOrphan(name)
    let deployment = try adoption(
      of: hosts[host].record.orphans.all[place], name, host, for: user)
    hosts[host].record.orphans.all.removeAll { $0.thing.purpose == .deployment(deployment.id) }
    touch(host: host)
    if let old = slotOf[deployment.id] { replaceHistory(old) }
    holdNamesOfOrphans(host)
    identities.hold(deployment.identity)
    let slot = insert(deployment, pool: poolByID[deployment.pool] ?? 0)
    touch(slot)
    log(.created, "adopted for \(user): it existed without a record", slot: slot)
    settle(slot)
    return .accepted(deployment.id, note: SafeText("\(name) is \(user)'s as \(deployment.id)"))
  }

  private func placeOfOrphan(_ name: OrphanName) throws(Refusal) -> (host: Int, place: Int) {
    guard let host = hostByName[name.provider], !hosts[host].isErased else {
      throw Refusal(.notFound, "there is no provider \(name.provider)")
    }
    let place = hosts[host].record.orphans.all.firstIndex {
      $0.isConfirmed && $0.thing.name == name.name && $0.thing.kind == name.kind
    }
    guard let place else {
      throw Refusal(
        .notFound, SafeText("\(name) does not exist on \(name.provider) without a record"))
    }
    return (host, place)
  }

  private func refuseOldCopy(_ orphan: Orphan, _ name: OrphanName) throws(Refusal) {
    guard orphan.cause == .laterState else { return }
    throw Refusal(
      .notPermitted,
      SafeText("\(name) was made by a later state of this store, which is an old copy"))
  }

  private func adoption(
    of orphan: Orphan, _ name: OrphanName, _ host: Int, for user: SafeText
  ) throws(Refusal) -> Deployment {
    func no(_ sentence: String) -> Refusal { Refusal(.notPermitted, SafeText(sentence)) }
    try refuseOldCopy(orphan, name)
    guard case .deployment(let id) = orphan.thing.purpose, let identity = orphan.thing.identity
    else { throw no("\(name) is no whole deployment: it can only be removed") }
    if orphan.isAsked { throw no("\(name) is being removed") }
    if identities.isHeld(identity), !hosts[host].orphanIdentities.contains(identity) {
      throw no("another deployment has the name or the address of \(name) by now")
    }
    guard let index = poolToAdopt(id, identity, host) else {
      throw no("no pool on \(name.provider) makes names like \(identity.name)")
    }
    let pool = boxes[index].record
    if let held = boxes[index].holders[user].flatMap({ slotOf[$0] }) {
      throw no("\(user) holds \(slots[held].name) already")
    }
    guard pool.counts.total + pool.counts.leaving < pool.sizes.max else {
      throw no("pool \(pool.name) is full: \(pool.sizes.max) of \(pool.sizes.max)")
    }
    let provider = hosts[host].record
    guard provider.deployments < provider.limits.deployments else {
      throw Refusal(.notPermitted, provider.exhaustion ?? "the provider is full")
    }
    var deployment = Deployment(
      id: id, pool: pool.id, identity: identity, placement: .assigned(user),
      phase: .usable(nil), osState: .usable, publication: nil,
      because: "it existed without a record", at: now.utc)
    // Whatever its OS manager has said, it said to an engine that is forgotten.
    deployment.readyTold = true
    deployment.notices.add(.assignToUser(user))
    return deployment
  }

  /// The pool of its record that says that it is gone, else the one that makes such names.
  private func poolToAdopt(_ id: DeploymentID, _ identity: Identity, _ host: Int) -> Int? {
    let old = slotOf[id].map { live[$0].pool }
    let candidates = boxes.indices.filter {
      boxes[$0].host == host && !boxes[$0].isErased && boxes[$0].record.isConfigured
    }
    if let old { return candidates.contains(old) ? old : nil }
    return candidates.first { boxes[$0].settings.names.number(of: identity.name) != nil }
  }

  /// Its number is needed for what comes instead in the same commit.
  private mutating func replaceHistory(_ slot: Int) {
    let id = slots[slot].id
    erase(slot)
    otherChanges.removeAll { $0 == .erasedDeployment(id) }
  }
}

extension Orphan {
  fileprivate var isAsked: Bool {
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
