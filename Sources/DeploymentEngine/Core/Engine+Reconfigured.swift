/// What a changed configuration means for what exists already.
extension Engine {
  /// A use ends by the policy that the pool has now, also one that began under another.
  mutating func followPolicy(_ index: Int, before: PoolConfiguration) {
    let settings = boxes[index].settings
    guard settings.onLogout != before.onLogout || settings.unusedAfter != before.unusedAfter else {
      return
    }
    for slot in slots(of: index) {
      guard slots[slot].placement.isAssigned, slots[slot].phase == .usable(nil),
        slots[slot].osState == .usable
      else { continue }
      if slots[slot].patience != nil { change(slot) { $0.patience = nil } }
      startUnusedTimer(slot)
    }
  }

  /// Its service has fewer cache levels: what is on its way to one that is gone is cancelled, and
  /// the user whom it was reserved for gets another.
  mutating func endWhatIsNotOffered(_ index: Int) {
    guard let traits = boxes[index].record.traits else { return }
    for slot in slots(of: index) {
      guard case .preparing(let operation, ending: false) = slots[slot].phase,
        !traits.offers(operation.kind)
      else { continue }
      letReservationGo(slot)
      remove(slot, because: "its service no longer has what \(operation.kind.word) is for")
    }
  }

  /// A pool whose provider changed while it had something there moves when the last of it is gone.
  /// Its publication is of no use there any more, and goes first.
  mutating func moveIfGone(pool index: Int) {
    let pool = boxes[index].record
    guard pool.isConfigured, !boxes[index].isErased, pool.counts.existing == 0,
      let settings = configuration.pools.first(where: { SafeText($0.name) == pool.name }),
      SafeText(settings.provider) != pool.provider
    else { return }
    if let active = pool.activePublication { retirePublication(index, active) }
    guard !boxes[index].hasAnything else { return }
    boxes[index].settings.provider = settings.provider
    if pool.problem == boxes[index].staysSentence(settings.provider) {
      boxes[index].record.problem = nil
    }
    move(pool: index, to: SafeText(settings.provider))
    log(.pool, "it is on provider \(settings.provider) now", pool: index)
    replan(index)
  }

  /// The pool is served by another provider from now on, its waiting users too.
  mutating func move(pool index: Int, to provider: SafeText) {
    guard let host = hostByName[provider] else { return }
    let old = boxes[index].host
    boxes[index].host = host
    boxes[index].record.provider = provider
    boxes[index].record.inMaintenance = hosts[host].record.inMaintenance
    if let place = hosts[old].waitingPools.firstIndex(of: index) {
      hosts[old].waitingPools.remove(at: place)
      hosts[host].waitingPools.append(index)
    }
    pump(host)
  }

  /// The slots of a pool's deployments, in the order of their numbers.
  private func slots(of index: Int) -> [Int] {
    slotOf.values.filter { live[$0].pool == index }.sorted { slots[$0].id < slots[$1].id }
  }
}

extension PoolBox {
  /// Why it creates nothing while it is to move to another provider.
  func staysSentence(_ provider: String) -> SafeText {
    SafeText(
      "its provider changed to \(provider) while something of it exists on \(record.provider): it "
        + "stays there, and creates nothing, until that is gone")
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
