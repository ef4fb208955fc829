import DeploymentInterface
import SafeTexts

/// An operator's requests about orphans: to remove or to adopt them.
extension Engine {
  /// Queues the removal of an orphan.
  mutating func removeOrphan(
    _ name: OrphanName, actor: SafeText
  ) throws(Refusal) -> Reply {
    let (provider, place) = try placeOfOrphan(name)
    let record = providerTable[provider].record
    if let refusal = Permission.refusal(of: .remove, on: record.orphans.all[place], of: record) {
      throw refusal
    }
    providerTable.updateOrphans(provider) { $0.all[place].removal = .asked(by: actor) }
    if providerTable[provider].inventory.call == nil { planInventory(provider, in: .zero) }
    return .accepted(nil, note: SafeText("\(name) is being removed from \(name.provider)"))
  }

  /// Drops an orphan that somebody removed without the engine. The journal keeps who did it.
  mutating func noteRemoval(_ name: OrphanName) -> Reply {
    guard let provider = providerTable.place(named: name.provider),
      !providerTable[provider].isErased
    else { return .refused(Refusal(.notFound, "there is no provider \(name.provider)")) }
    let isListed = providerTable[provider].record.orphans.all.contains {
      $0.thing.name == name.name && $0.thing.kind == name.kind
    }
    if isListed {
      providerTable.updateOrphans(provider) {
        $0.all.removeAll { $0.thing.name == name.name && $0.thing.kind == name.kind }
      }
      holdIdentities(provider)
      replanAll(provider)
    }
    return .accepted(nil, note: SafeText("\(name) was removed from \(name.provider)"))
  }

  /// Gives an orphan a record again, as a deployment of a user. Never in a cache: nobody knows who
  /// has used it, and what they left in it.
  mutating func adopt(_ name: OrphanName, for user: SafeText) throws(Refusal) -> Reply {
    if user.isEmpty { throw Refusal(.invalid, "a user needs a name") }
    let (provider, place) = try placeOfOrphan(name)
    var (deployment, index) = try adoption(
      of: providerTable[provider].record.orphans.all[place], name, provider, for: user)
    dropOrphans(of: .deployment(deployment.id))
    if let old = deploymentTable.slot(deployment.id) {
      deployment.revision = deploymentTable[old].revision + 1
      replaceHistory(old)
    }
    identityTable.hold(deployment.identity)
    endWaiting(user, in: index)
    let slot = insert(deployment, pool: index)
    deploymentTable.touch(slot)
    log(.created, "adopted for \(user): it was an orphan", slot: slot)
    reconcile(slot)
    return .accepted(deployment.id, note: SafeText("\(name) is \(user)'s as \(deployment.id)"))
  }

  /// Drops the orphans of a purpose, on every provider: it has a record again.
  private mutating func dropOrphans(of purpose: ExternalResource.Purpose) {
    for provider in providerTable.indices
    where providerTable[provider].record.orphans.all.contains(where: { $0.thing.purpose == purpose }
    ) {
      providerTable.updateOrphans(provider) { $0.all.removeAll { $0.thing.purpose == purpose } }
      holdIdentities(provider)
      replanAll(provider)
    }
  }

  private func placeOfOrphan(_ name: OrphanName) throws(Refusal) -> (provider: Int, place: Int) {
    guard let provider = providerTable.place(named: name.provider),
      !providerTable[provider].isErased
    else {
      throw Refusal(.notFound, "there is no provider \(name.provider)")
    }
    let place = providerTable[provider].record.orphans.all.firstIndex {
      $0.isConfirmed && $0.thing.name == name.name && $0.thing.kind == name.kind
    }
    guard let place else {
      throw Refusal(
        .notFound, SafeText("there is no orphan \(name) on \(name.provider)"))
    }
    return (provider, place)
  }

  private func adoption(
    of orphan: Orphan, _ name: OrphanName, _ provider: Int, for user: SafeText
  ) throws(Refusal) -> (deployment: Deployment, pool: Int) {
    func no(_ sentence: String) -> Refusal { Refusal(.notPermitted, SafeText(sentence)) }
    let record = providerTable[provider].record
    if let refusal = Permission.refusal(of: .adopt(user: user), on: orphan, of: record) {
      throw refusal
    }
    guard case .deployment(let id) = orphan.thing.purpose, let identity = orphan.thing.identity
    else { throw no("\(name) is not a deployment") }
    let isLeaving = providerTable.contains { provider in
      provider.record.orphans.all.contains {
        $0.isAsked && $0.thing.purpose == orphan.thing.purpose
      }
    }
    if isLeaving {
      throw no("\(name), or another part of it, is being removed")
    }
    let isLate = providerTable.contains { provider in
      provider.inventory.lateRemovals.contains { $0.removes(orphan.thing.purpose) }
    }
    if isLate {
      throw no("the last attempt to remove \(name) has not returned: try again later")
    }
    if hasLateCall(orphan) {
      throw no("the last call on \(name) has not returned: try again later")
    }
    if identityTable.isHeld(identity) {
      throw no("another deployment now has the name or the address of \(name)")
    }
    guard let index = poolToAdopt(id, identity, provider) else {
      throw no("no pool on \(name.provider) uses names like \(identity.name)")
    }
    let pool = poolTable[index].record
    if let held = poolTable.holder(user, in: index).flatMap({ deploymentTable.slot($0) }) {
      throw no("\(user) already holds \(deploymentTable[held].name)")
    }
    guard pool.counts.total + pool.counts.leaving < pool.sizes.max else {
      throw no("pool \(pool.name) is full: \(pool.sizes.max) of \(pool.sizes.max)")
    }
    let provider = providerTable[provider].record
    guard provider.deployments < provider.limits.deployments else {
      throw Refusal(.notPermitted, provider.exhaustion ?? "the provider is full")
    }
    // The reports of its OS manager went to an engine that no longer exists.
    var deployment = Deployment(
      id: id, pool: pool.id, identity: identity, placement: .assigned(user),
      phase: .usable(nil), guest: .ready(isTold: true), publication: nil,
      because: "it existed without a record", at: now.utc)
    deployment.wasLetIn = true
    deployment.notices.add(.assignToUser(user))
    return (deployment, index)
  }

  /// The pool of its record, if one says that it is gone; otherwise the pool that makes such names.
  private func poolToAdopt(_ id: DeploymentID, _ identity: Identity, _ provider: Int) -> Int? {
    let old = deploymentTable.slot(id).map { deploymentTable.pool(of: $0) }
    let candidates = poolTable.indices.filter {
      poolTable[$0].provider == provider && !poolTable[$0].isErased
        && poolTable[$0].record.isConfigured
    }
    if let old { return candidates.contains(old) ? old : nil }
    return candidates.first { poolTable[$0].settings.names.number(of: identity.name) != nil }
  }

  /// Erases history for a record with the same number that follows in the same commit.
  private mutating func replaceHistory(_ slot: Int) {
    let id = deploymentTable[slot].id
    erase(slot)
    outbox.keepNumber(of: id)
  }
}
