extension Engine {
  /// Starts as many removals and cancels as the provider's limit allows.
  mutating func dispatchRemovals(_ provider: Int) {
    while providerTable[provider].record.removing < providerTable[provider].record.limits.removing,
      let id = providerTable.popFirst(.removal, of: provider)
    {
      guard let slot = deploymentTable.dequeue(id, .removal), !deploymentTable.isCalled(slot)
      else { continue }
      startRemoval(slot)
    }
  }

  private mutating func startRemoval(_ slot: Int) {
    let length = deadlines(of: slot).removing
    switch deploymentTable[slot].phase {
    case .removable:
      begin(slot, .destroy, as: Phase.removing, within: length)
    case .preparing(let operation, ending: true):
      change(slot) {
        $0.phase = .preparing(operation)
        $0.pending = nil
      }
      begin(slot, .cancel, as: Phase.canceling, within: length)
      log(.state, "canceling", slot: slot)
    case .preparing, .usable, .removing, .removed, .canceling, .canceled, .error: break
    }
  }

  /// Starts as many of the deploys and moves that wait as the provider's limit allows.
  mutating func dispatchStarts(_ provider: Int) {
    while hasRoomToPrepare(provider), let id = providerTable.popFirst(.start, of: provider) {
      guard let slot = deploymentTable.dequeue(id, .start) else { continue }
      startQueued(slot)
    }
  }

  /// Makes as many ready as the provider's limit allows, in the order in which that was asked.
  mutating func dispatchReadies(_ provider: Int) {
    while providerTable[provider].settingReady < providerTable[provider].record.limits.settingReady,
      let id = providerTable.popFirst(.ready, of: provider)
    {
      guard let slot = deploymentTable.dequeue(id, .ready) else { continue }
      if deploymentTable[slot].phase.operation?.step == .queued {
        startQueued(slot)
        continue
      }
      guard deploymentTable[slot].phase == .usable(nil), deploymentTable[slot].osState == .usable,
        deploymentTable[slot].admission == .wanted,
        !deploymentTable.isCalled(slot)
      else { continue }
      let length = deadlines(of: slot).preparing
      begin(slot, .setReady, as: { .usable($0) }, within: length)
    }
  }

  /// Whether a deploy or a move can begin on a provider.
  func hasRoomToPrepare(_ provider: Int) -> Bool {
    let record = providerTable[provider].record
    return record.preparing < record.limits.preparing
  }

  /// Its turn has come; one whose end was asked for meanwhile starts nothing, and one that is still
  /// being told something waits for the end of that call.
  private mutating func startQueued(_ slot: Int) {
    guard let operation = deploymentTable[slot].phase.operation, operation.step == .queued,
      !deploymentTable[slot].cancelRequested, !deploymentTable.isCalled(slot)
    else { return }
    let length = deadlines(of: slot).preparing
    let before = deploymentTable[slot].phase
    begin(slot, operation.kind, as: { before.with($0) }, within: length)
  }
}
