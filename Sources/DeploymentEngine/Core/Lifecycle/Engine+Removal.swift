import DeploymentInterface
import SafeTexts

extension Engine {
  /// Removes a deployment in any state: a running operation is cancelled when no call is in flight;
  /// otherwise it is removed when the provider has room.
  mutating func remove(_ slot: Int, because reason: String, actor: SafeText = "engine") {
    switch deploymentTable[slot].phase {
    case .preparing:
      guard !deploymentTable[slot].cancelRequested else { return enqueue(slot, .removal) }
      feed(slot) { deployment, _ in deployment.requestEnd() }
      log(.state, "cancel requested: \(reason)", slot: slot, actor: actor)
    case .usable, .error:
      enqueueRemoval(slot, because: reason, actor: actor)
    case .removable, .removing, .removed, .canceling, .canceled: break
    }
  }

  /// Queues the removal until the provider has room.
  mutating func enqueueRemoval(_ slot: Int, because reason: String, actor: SafeText = "engine") {
    feed(slot) { deployment, _ in deployment.release() }
    log(.state, "removable: \(reason)", slot: slot, actor: actor)
  }

  /// An error of a deployment that is its user's, and that may have passed.
  private func mayReturn(_ slot: Int) -> Bool {
    guard case .error(let failed) = deploymentTable[slot].phase, !deploymentTable[slot].isGivenUp
    else { return false }
    return failed.mayReturn
  }

  private mutating func lookAgainInTime(_ slot: Int) {
    // Where it cannot be checked now, it is at another time.
    scheduleError(slot)
    lookAgain(slot, because: "what it failed for may have passed")
  }

  /// An error has been kept long enough: what it may have left outside is destroyed.
  mutating func removeFromError(_ slot: Int) {
    guard !deploymentTable.isCalled(slot), !isDoubted(slot) else {
      return change(slot) { $0.nextActionAt = $1.deadline(in: Timing.maintenance) }
    }
    guard deploymentTable[slot].isDisposable || !mayReturn(slot) else {
      return lookAgainInTime(slot)
    }
    enqueueRemoval(slot, because: "removing it after an error")
  }
}
