import DeploymentInterface
import SafeTexts

/// What a changed configuration means for what exists already.
extension Engine {
  /// A use ends by the policy that the pool has now, also one that began under another.
  mutating func followPolicy(_ index: Int, before: PoolConfiguration) {
    let settings = poolTable[index].settings
    guard settings.onLogout != before.onLogout || settings.unusedAfter != before.unusedAfter else {
      return
    }
    for slot in deploymentTable.slots(ofPool: index) {
      guard deploymentTable[slot].placement.isAssigned, deploymentTable[slot].phase == .usable(nil),
        deploymentTable[slot].osState == .usable
      else { continue }
      if deploymentTable[slot].patience != nil { change(slot) { $0.patience = nil } }
      startUnusedTimer(slot)
    }
  }

  /// Its service has fewer cache levels: what is on its way to one that is gone is cancelled, and
  /// the user whom it was reserved for gets another.
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

  /// A pool whose provider changed while it had something there moves when the last of it is gone.
  /// Its publication is of no use there any more, and goes first.
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

  /// The pool is served by another provider from now on, its waiting users too.
  mutating func move(pool index: Int, to provider: SafeText) {
    guard let place = providerTable.place(named: provider) else { return }
    let old = poolTable[index].provider
    poolTable.move(index, to: place, providerTable[place].record)
    if providerTable.removeWaitingPool(index, old) {
      providerTable.addWaitingPool(index, place)
    }
    providerTable.scheduleDispatch(place)
  }
}

extension PoolEntry {
  /// Why it creates nothing while it is to move to another provider.
  func staysSentence(_ provider: String) -> SafeText {
    SafeText(
      "its provider changed to \(provider) while it has deployments on \(record.provider): it "
        + "creates nothing until they are gone")
  }
}

extension ServiceTraits {
  /// Whether an operation is one of those that its cache levels have.
  func offers(_ kind: OperationKind) -> Bool {
    switch kind {
    case .deployForCache(let level): cacheLevels.contains(level)
    case .moveToCache: cacheLevels.contains(.l2)
    case .deployForUser, .setReady, .notifyReadyFromOSManager, .cancel, .destroy, .publish: true
    }
  }
}
