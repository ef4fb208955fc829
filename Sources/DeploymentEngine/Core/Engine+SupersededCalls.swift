public import DeploymentInterface
import SafeTexts

/// Calls that are decided but not yet made.
extension Engine {
  /// Drops calls that a later event of the same commit superseded. They were never made, so no
  /// result will come.
  mutating func dropSupersededCalls() {
    var checked = 0
    while checked < outbox.calls.count {
      let call = outbox.calls[checked]
      guard isSuperseded(call) else {
        checked += 1
        continue
      }
      drop(outbox.dropCall(at: checked))
      runPlans()
    }
  }

  private func isSuperseded(_ call: Call) -> Bool {
    switch call.subject {
    case .deployment(let id):
      guard let slot = deploymentTable.slot(id), deploymentTable.runtime(slot).call?.id == call.id
      else { return true }
      guard let task = call.task else { return false }
      guard let operation = deploymentTable[slot].phase.operation, operation.kind == task.operation
      else {
        return true
      }
      return operation.isWaiting || deploymentTable[slot].cancelRequested
    case .publication(let pool, let revision):
      guard let index = poolTable.place(pool), let task = call.task else { return true }
      return poolTable[index].publication(revision)?.record.operation?.kind != task.operation
    }
  }

  private mutating func drop(_ call: Call) {
    callTable.end(call.id)
    endLateCall(call.id, wasMade: false)
    switch call.subject {
    case .deployment(let id):
      guard let slot = deploymentTable.slot(id), deploymentTable.runtime(slot).call?.id == call.id
      else { return }
      _ = deploymentTable.endCall(slot)
      callReturned(slot)
    case .publication(let pool, let revision):
      guard let index = poolTable.place(pool),
        poolTable[index].publication(revision)?.call?.id == call.id
      else { return }
      endPublicationCall(index, revision)
      callPublication(index, revision)
    }
  }

  /// Reports that calls are made only now, because their commit had to wait for the store: their
  /// time limits start now.
  ///
  /// - Parameters:
  ///   - effects: the latest effects; older calls are left alone.
  public mutating func made(_ effects: Effects, at now: EngineTime) {
    for call in effects.inventories { madeInventory(call, at: now) }
    for call in effects.calls {
      let due = now.moment + call.timeLimit
      switch call.subject {
      case .deployment(let id):
        guard let slot = deploymentTable.slot(id), deploymentTable.runtime(slot).call?.id == call.id
        else { continue }
        deploymentTable.updateRuntime(slot) { $0.call?.begin(due: due) }
        reschedule(slot)
      case .publication(let pool, let revision):
        guard let index = poolTable.place(pool),
          poolTable[index].publication(revision)?.call?.id == call.id
        else { continue }
        setPublicationCallDue(index, revision, due)
        timers.add(due, .publication(index, revision))
      }
    }
  }
}
