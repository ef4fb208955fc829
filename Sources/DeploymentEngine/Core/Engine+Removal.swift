import DequeModule

extension Engine {
  /// Ends a deployment whatever it is doing: a running operation is cancelled when no call is in
  /// flight, anything else is removed when the provider has room.
  mutating func remove(_ slot: Int, because reason: String, actor: SafeText = "engine") {
    switch slots[slot].phase {
    case .preparing:
      guard !slots[slot].cancelRequested else { return queueRemoval(slot) }
      change(slot) { $0.phase = $0.phase.ending }
      log(.state, "cancel requested: \(reason)", slot: slot, actor: actor)
      queueRemoval(slot)
    case .usable, .error:
      letGo(slot, because: reason, actor: actor)
    case .removable, .removing, .removed, .canceling, .canceled: break
    }
  }

  /// Waits for the provider to have room to remove it.
  mutating func letGo(_ slot: Int, because reason: String, actor: SafeText = "engine") {
    change(slot) {
      $0.phase = .removable
      $0.pending = nil
      $0.patience = nil
      $0.next = nil
    }
    log(.state, "removable: \(reason)", slot: slot, actor: actor)
    queueRemoval(slot)
  }

  /// Puts it into the provider's queue, once, unless a call is still out: then that call's end
  /// does.
  mutating func queueRemoval(_ slot: Int) {
    guard live[slot].call == nil, !live[slot].isQueuedForRemoval else { return }
    live[slot].isQueuedForRemoval = true
    if slots[slot].next != nil { change(slot) { $0.next = nil } }
    let host = boxes[live[slot].pool].host
    hosts[host].removals.append(slots[slot].id)
    pump(host)
  }

  /// Starts as many removals and cancels as the provider's limit allows.
  mutating func pumpRemovals(_ host: Int) {
    while hosts[host].record.removing < hosts[host].record.limits.removing,
      let id = hosts[host].removals.popFirst()
    {
      guard let slot = slotOf[id], live[slot].isQueuedForRemoval else { continue }
      live[slot].isQueuedForRemoval = false
      guard live[slot].call == nil else { continue }
      startRemoval(slot)
    }
  }

  private mutating func startRemoval(_ slot: Int) {
    let length = boxes[live[slot].pool].settings.deadlines.removing
    switch slots[slot].phase {
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

  /// An error has been kept long enough: what it may have left outside is destroyed.
  mutating func removeFromError(_ slot: Int) {
    guard live[slot].call == nil else {
      return change(slot) { $0.next = $1.deadline(in: Pauses.maintenance) }
    }
    letGo(slot, because: "removing it from its error")
  }
}
