import DequeModule

extension Engine {
  /// Begins an operation as soon as the provider has room for it: in this very step where it has.
  mutating func beginInTurn(
    _ slot: Int, _ kind: OperationKind, as phase: (Operation) -> Phase
  ) {
    let length = boxes[live[slot].pool].settings.deadlines.preparing
    let provider = hosts[boxes[live[slot].pool].host].record.name
    change(slot) {
      $0.phase = phase(Operation(kind, step: .queued, deadline: $1.deadline(in: length)))
      $0.patience = nil
      $0.reason = SafeText("\(kind.word) waits for a place on provider \(provider)")
      $0.progress = nil
      $0.next = nil
    }
    queueStart(slot, kind)
  }

  /// Puts it into the queue of its provider that its operation waits in.
  mutating func queueStart(_ slot: Int, _ kind: OperationKind) {
    guard kind != .setReady else { return queueReady(slot) }
    guard !live[slot].isQueuedToStart, live[slot].call == nil else { return }
    live[slot].isQueuedToStart = true
    let host = boxes[live[slot].pool].host
    hosts[host].starts.append(slots[slot].id)
    pump(host)
  }

  /// Starts as many of the deploys and moves that wait as the provider's limit allows.
  mutating func pumpStarts(_ host: Int) {
    while hosts[host].record.preparing < hosts[host].record.limits.preparing,
      let id = hosts[host].starts.popFirst()
    {
      guard let slot = slotOf[id], live[slot].isQueuedToStart else { continue }
      live[slot].isQueuedToStart = false
      startQueued(slot)
    }
  }

  /// Makes it ready for the user who holds it, when the provider has room for that.
  mutating func queueReady(_ slot: Int) {
    guard !live[slot].isQueuedForReady else { return }
    live[slot].isQueuedForReady = true
    let host = boxes[live[slot].pool].host
    hosts[host].settings.append(slots[slot].id)
    pump(host)
  }

  /// Makes as many ready as the provider's limit allows, in the order in which that was asked.
  mutating func pumpReady(_ host: Int) {
    while hosts[host].settingReady < hosts[host].record.limits.settingReady,
      let id = hosts[host].settings.popFirst()
    {
      guard let slot = slotOf[id], live[slot].isQueuedForReady else { continue }
      live[slot].isQueuedForReady = false
      if slots[slot].phase.operation?.step == .queued {
        startQueued(slot)
        continue
      }
      guard slots[slot].phase == .usable(nil), slots[slot].osState == .usable,
        slots[slot].admission == .wanted,
        live[slot].call == nil
      else { continue }
      let length = boxes[live[slot].pool].settings.deadlines.preparing
      begin(slot, .setReady, as: { .usable($0) }, within: length)
    }
  }

  /// Its turn has come; one whose end was asked for meanwhile starts nothing, and one that is still
  /// being told something waits for the end of that call.
  private mutating func startQueued(_ slot: Int) {
    guard let operation = slots[slot].phase.operation, operation.step == .queued,
      !slots[slot].cancelRequested, live[slot].call == nil
    else { return }
    let length = boxes[live[slot].pool].settings.deadlines.preparing
    let before = slots[slot].phase
    begin(slot, operation.kind, as: { before.with($0) }, within: length)
  }
}
