/// A person's word about what exists without a record.
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
    var deployment = try adoption(
      of: hosts[host].record.orphans.all[place], name, host, for: user)
    dropOrphans(of: .deployment(deployment.id))
    if let old = slotOf[deployment.id] {
      deployment.revision = slots[old].revision + 1
      replaceHistory(old)
    }
    identities.hold(deployment.identity)
    let index = poolByID[deployment.pool] ?? 0
    dropWaiter(user, in: index)
    let slot = insert(deployment, pool: index)
    touch(slot)
    log(.created, "adopted for \(user): it existed without a record", slot: slot)
    settle(slot)
    return .accepted(deployment.id, note: SafeText("\(name) is \(user)'s as \(deployment.id)"))
  }

  /// It has a record: whatever was made for it, on whatever provider, is no orphan.
  private mutating func dropOrphans(of purpose: OutsideThing.Purpose) {
    for host in hosts.indices
    where hosts[host].record.orphans.all.contains(where: { $0.thing.purpose == purpose }) {
      hosts[host].record.orphans.all.removeAll { $0.thing.purpose == purpose }
      touch(host: host)
      holdNamesOfOrphans(host)
      replanAll(host)
    }
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
    let isLeaving = hosts.contains { host in
      host.record.orphans.all.contains {
        $0.isAsked && $0.thing.purpose == orphan.thing.purpose
      }
    }
    if isLeaving {
      throw no("\(name), or something else of it, is being removed")
    }
    let isLate = hosts.contains { host in
      host.lateRemovals.contains { $0.removes(orphan.thing.purpose) }
    }
    if isLate {
      throw no("the last attempt to remove \(name) has not come back: nothing can be asked")
    }
    if hasLateCall(orphan) {
      throw no("the last call on \(name) has not come back: nothing can be asked")
    }
    if identities.isHeld(identity) {
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
    // Whatever its OS manager has said, it said to an engine that is forgotten.
    var deployment = Deployment(
      id: id, pool: pool.id, identity: identity, placement: .assigned(user),
      phase: .usable(nil), guest: .ready(isTold: true), publication: nil,
      because: "it existed without a record", at: now.utc)
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

extension HostBox.InventoryFlight {
  /// It removes a thing that was made for this.
  func removes(_ purpose: OutsideThing.Purpose) -> Bool {
    switch task {
    case .list: false
    case .remove(let thing): thing.purpose == purpose
    }
  }
}
