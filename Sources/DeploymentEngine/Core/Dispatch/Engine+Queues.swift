import DeploymentInterface
import SafeTexts

extension Engine {
  /// Starts as many removals and cancels as the provider's limit allows.
  mutating func dispatchRemovals(_ provider: Int) {
    guard !providerTable[provider].record.hangs else { return }
    while providerTable[provider].record.removing < providerTable[provider].record.limits.removing,
      let id = providerTable.popFirst(.removal, of: provider)
    {
      guard let slot = deploymentTable.dequeue(id, .removal), !deploymentTable.isCalled(slot)
      else { continue }
      startRemoval(slot)
    }
    while providerTable[provider].stuck < providerTable[provider].record.limits.removing,
      let id = providerTable.popFirst(.stuck, of: provider)
    {
      guard let slot = deploymentTable.dequeue(id, .stuck), !deploymentTable.isCalled(slot)
      else { continue }
      startRemoval(slot)
    }
  }

  private mutating func startRemoval(_ slot: Int) {
    switch deploymentTable[slot].phase {
    case .removable: beginRemoval(slot)
    case .preparing(_, ending: true):
      beginRemoval(slot)
      log(.state, "canceling", slot: slot)
    case .removing(let operation) where operation.waitsToTryAgain,
      .canceling(let operation) where operation.waitsToTryAgain:
      tryAgain(slot)
    case .preparing(_, ending: false), .usable, .removing, .removed, .canceling, .canceled, .error:
      // It failed or was forgotten while it was queued.
      break
    }
  }

  /// Starts as many queued deploys and moves as the provider's limit allows: first those that a
  /// user waits for.
  mutating func dispatchStarts(_ provider: Int) {
    dispatchStarts(.userStart, of: provider, forUser: true)
    dispatchStarts(.start, of: provider, forUser: false)
  }

  private mutating func dispatchStarts(_ queue: WorkQueue, of provider: Int, forUser: Bool) {
    while providerTable[provider].record.hasRoomToPrepare(forUser: forUser),
      let id = providerTable.popFirst(queue, of: provider)
    {
      guard let slot = deploymentTable.dequeue(id, queue) else { continue }
      startQueued(slot)
    }
  }

  /// Starts as many `setReady` operations as the provider's limit allows, in the order of the
  /// requests.
  mutating func dispatchReadies(_ provider: Int) {
    guard !providerTable[provider].record.hangs else { return }
    while providerTable[provider].settingReady < providerTable[provider].record.limits.settingReady,
      let id = providerTable.popFirst(.ready, of: provider)
    {
      guard let slot = deploymentTable.dequeue(id, .ready) else { continue }
      if deploymentTable[slot].phase.operation?.isWaiting ?? false {
        startQueued(slot)
        continue
      }
      guard deploymentTable[slot].phase == .usable(nil), deploymentTable[slot].osState == .usable,
        deploymentTable[slot].admission == .wanted,
        !deploymentTable.isCalled(slot)
      else { continue }
      use(slot, .setReady)
    }
  }

  /// Starts a queued operation. It does nothing if the removal was requested meanwhile, and it
  /// waits for the end of a call that delivers notices.
  private mutating func startQueued(_ slot: Int) {
    guard let operation = deploymentTable[slot].phase.operation, operation.isWaiting,
      !deploymentTable[slot].cancelRequested, !deploymentTable.isCalled(slot)
    else { return }
    if operation.waitsToTryAgain { tryAgain(slot) } else { beginQueued(slot) }
  }
}
