import DeploymentInterface
import SafeTexts

/// The effect of a changed configuration on existing deployments.
extension Engine {
  /// Its users are told apart in another way: says again who holds what.
  mutating func holdAnew(_ index: Int) {
    poolTable.compareUsersAnew(index)
    for slot in deploymentTable.slots(ofPool: index) {
      guard let user = deploymentTable.census(slot)?.holder else { continue }
      poolTable.hold(user, deploymentTable[slot].id, of: index)
    }
  }

  /// Applies the pool's present policy to current uses, also to those that began under another.
  mutating func followPolicy(_ index: Int, before: PoolConfiguration) {
    let settings = poolTable[index].settings
    guard
      settings.onLogout != before.onLogout || settings.unusedAfter != before.unusedAfter
        || settings.logoutGrace != before.logoutGrace
    else { return }
    for slot in deploymentTable.slots(ofPool: index) {
      // A log-out counts under the policy of its time only.
      if settings.onLogout == .keep { comeBack(slot) }
      guard deploymentTable[slot].placement.isAssigned, deploymentTable[slot].phase == .usable(nil),
        deploymentTable[slot].osState == .usable
      else { continue }
      if deploymentTable[slot].stateDeadline != nil { change(slot) { $0.stateDeadline = nil } }
      startUnusedTimer(slot)
    }
  }

  /// Removes deployments on their way to a cache level that the service no longer has; the user of
  /// a reservation gets another.
  mutating func endWhatIsNotOffered(_ index: Int) {
    guard let traits = poolTable[index].record.traits else { return }
    for slot in deploymentTable.slots(ofPool: index) {
      guard case .preparing(let operation, ending: false) = deploymentTable[slot].phase,
        !traits.offers(operation.kind)
      else { continue }
      passOn(slot, because: "its service no longer supports \(operation.kind.word)")
      remove(slot, because: "its service no longer supports \(operation.kind.word)")
    }
  }

  /// Moves a pool with a changed provider after its last deployment is gone. Its publication is of
  /// no use there, and is removed first.
  mutating func moveIfGone(pool index: Int) {
    let pool = poolTable[index].record
    guard pool.isConfigured, !poolTable[index].isErased, pool.counts.existing == 0,
      let settings = configuration.pools.first(where: { SafeText($0.name) == pool.name }),
      SafeText(settings.provider) != pool.provider
    else { return }
    if let active = pool.activePublication { retirePublication(index, active) }
    guard !poolTable[index].hasAnything else { return }
    let problem = poolTable[index].staysSentence(settings.provider)
    poolTable.settle(index, on: settings.provider, solving: problem)
    move(pool: index, to: SafeText(settings.provider))
    log(.pool, "it now uses provider \(settings.provider)", pool: index)
    poolTable.replan(index)
  }

  /// Moves a pool, with its waiting users, to another provider.
  mutating func move(pool index: Int, to provider: SafeText) {
    guard let place = providerTable.place(named: provider) else { return }
    let old = poolTable[index].provider
    poolTable.keep(0, of: index)
    recountKept(index)
    poolTable.move(index, to: place, providerTable[place].record)
    if providerTable.removeWaitingPool(index, old) {
      providerTable.addWaitingPool(index, place)
    }
    providerTable.scheduleDispatch(place)
  }
}

extension PoolEntry {
  /// Why it creates nothing until it can move to another provider.
  func staysSentence(_ provider: String) -> SafeText {
    SafeText(
      "its provider changed to \(provider) while it has deployments on \(record.provider): it "
        + "creates nothing until they are gone")
  }
}

extension ServiceTraits {
  /// Whether the cache levels of the service include an operation.
  func offers(_ kind: OperationKind) -> Bool {
    switch kind {
    case .deployForCache(let level): cacheLevels.contains(level)
    case .moveToCache: cacheLevels.contains(.l2)
    case .deployForUser, .setReady, .notifyReadyFromOSManager, .cancel, .destroy, .publish: true
    }
  }
}
