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

  /// The retention of an error is over: whatever it left on the provider is destroyed.
  mutating func removeFromError(_ slot: Int) {
    guard !deploymentTable.isCalled(slot) else {
      return change(slot) { $0.nextActionAt = $1.deadline(in: Timing.maintenance) }
    }
    enqueueRemoval(slot, because: "removing it after an error")
  }
}
