public import DeploymentInterface

/// Calls that are decided on and not made yet.
extension Engine {
  /// Takes back what an event of the same commit has overtaken: nobody has made it, so nobody need
  /// wait for its end.
  mutating func withdrawOvertakenCalls() {
    var checked = 0
    while checked < madeCalls.count {
      let call = madeCalls[checked]
      guard isOvertaken(call) else {
        checked += 1
        continue
      }
      madeCalls.remove(at: checked)
      withdraw(call)
      settlePlans()
    }
  }

  private func isOvertaken(_ call: Call) -> Bool {
    switch call.subject {
    case .deployment(let id):
      guard let slot = slotOf[id], live[slot].call == call.id else { return true }
      guard let task = call.task else { return false }
      guard let operation = slots[slot].phase.operation, operation.kind == task.operation else {
        return true
      }
      return operation.step == .queued || slots[slot].cancelRequested
    case .publication(let pool, let revision):
      guard let index = poolByID[pool], let task = call.task else { return true }
      let record = boxes[index].publications.first { $0.revision == revision }
      return record?.operation?.kind != task.operation
    }
  }

  private mutating func withdraw(_ call: Call) {
    calls[call.id] = nil
    endLateCall(call.id, wasMade: false)
    switch call.subject {
    case .deployment(let id):
      guard let slot = slotOf[id], live[slot].call == call.id else { return }
      (live[slot].call, live[slot].callTask, live[slot].callDue) = (nil, nil, nil)
      rest(slot)
    case .publication(let pool, let revision):
      guard let index = poolByID[pool], boxes[index].publicationCalls[revision] == call.id else {
        return
      }
      boxes[index].publicationCalls[revision] = nil
      boxes[index].publicationCallDue[revision] = nil
      callPublication(index, revision)
    }
  }

  /// Says that calls are made only now, because their commit had to wait for the store: their time
  /// begins now.
  ///
  /// - Parameters:
  ///   - outcome: the latest; calls of others are left alone.
  public mutating func made(_ outcome: Outcome, at now: EngineTime) {
    for call in outcome.inventories { madeInventory(call, at: now) }
    for call in outcome.calls {
      let due = now.moment + call.timeLimit
      switch call.subject {
      case .deployment(let id):
        guard let slot = slotOf[id], live[slot].call == call.id else { continue }
        live[slot].callDue = due
        reschedule(slot)
      case .publication(let pool, let revision):
        guard let index = poolByID[pool], boxes[index].publicationCalls[revision] == call.id else {
          continue
        }
        boxes[index].publicationCallDue[revision] = due
        addDue(due, .publication(index, revision))
      }
    }
  }
}
