import HeapModule

extension Engine {
  /// Lets everything happen that is due by now.
  mutating func passTime() {
    while let due = dues.min, due.at <= now.moment {
      dues.removeMin()
      switch due.target {
      case .deployment(let id):
        guard let slot = slotOf[id], live[slot].dueAt == due.at else { continue }
        live[slot].dueAt = nil
        wake(slot)
        if slotOf[id] == slot { reschedule(slot) }
      case .pool(let index): wakePool(index)
      case .publication(let index, let revision): wakePublication(index, revision)
      case .inventory(let host): wakeInventory(host)
      }
    }
  }

  /// Puts the deployment's earliest due time into the heap.
  mutating func reschedule(_ slot: Int) {
    let deployment = slots[slot]
    var earliest = live[slot].callDue
    func consider(_ moment: Moment?) {
      guard let moment else { return }
      earliest = earliest.map { min($0, moment) } ?? moment
    }
    consider(deployment.patience?.at)
    consider(deployment.pending?.due.at)
    consider(deployment.phase.operation?.deadline.at)
    if live[slot].call == nil { consider(deployment.next?.at) }
    // What is past needs no time to be due at: it waits for something else.
    if live[slot].noticed != nil, let look = live[slot].nextLook, look > now.moment {
      consider(look)
    }
    if live[slot].seenUsers != nil, let due = live[slot].nextUsers, due > now.moment {
      consider(due)
    }
    guard live[slot].dueAt != earliest else { return }
    live[slot].dueAt = earliest
    if let earliest { addDue(earliest, .deployment(deployment.id)) }
  }

  mutating func addDue(_ moment: Moment, _ target: Due.Target) {
    dueOrder += 1
    dues.insert(Due(at: moment, order: dueOrder, target: target))
  }

  /// A due time so far from now.
  func deadline(in length: TimeSpan) -> Deadline { now.deadline(in: length) }

  /// A growing pause with jitter, so that what failed together does not come back together.
  mutating func pause(after failures: Int, from base: TimeSpan, upTo limit: TimeSpan) -> TimeSpan {
    let doublings = min(max(failures, 1) - 1, 16)
    let grown = min(base.milliseconds << Int64(doublings), limit.milliseconds)
    let jitter = Int64(random.next() % 501) - 250
    return .milliseconds(max(1, grown + grown * jitter / 1000))
  }

  private mutating func wake(_ slot: Int) {
    noteOverdueCall(slot)
    if let pending = slots[slot].pending, pending.due.at <= now.moment {
      carryOut(pending, on: slot)
    }
    if let patience = slots[slot].patience, patience.at <= now.moment {
      losePatience(slot)
      guard slots[slot].phase.isHistory == false else { return }
    }
    if let operation = slots[slot].phase.operation, operation.deadline.at <= now.moment {
      meetDeadline(slot, operation)
    }
    lookIfNoticed(slot)
    noteUsers(slot)
    guard live[slot].call == nil, let next = slots[slot].next, next.at <= now.moment else {
      return
    }
    goOn(slot)
  }

  /// The next thing of a deployment is due: a call, or the removal of an error.
  private mutating func goOn(_ slot: Int) {
    switch slots[slot].phase {
    case .preparing, .usable(.some), .removing, .canceling:
      if hosts[boxes[live[slot].pool].host].record.inMaintenance {
        change(slot) { $0.next = Deadline(from: $1.moment, length: Pauses.maintenance) }
      } else if let wait = denialWait(slot) {
        change(slot) { $0.next = $1.deadline(in: wait) }
      } else {
        call(slot)
      }
    case .error:
      removeFromError(slot)
    case .usable(nil), .removable, .removed, .canceled:
      change(slot) { $0.next = nil }
    }
  }

  /// A call is still out though its time is over: said once; nothing else is called on it
  /// meanwhile.
  private mutating func noteOverdueCall(_ slot: Int) {
    guard let due = live[slot].callDue, due <= now.moment else { return }
    live[slot].callDue = nil
    live[slot].isOverdue = true
    let method = live[slot].callTask?.method ?? "a notice"
    let limit = boxes[live[slot].pool].settings.deadlines.call
    let reason = "\(method) did not answer within \(limit.spoken)"
    change(slot) { $0.reason = SafeText(reason) }
    log(.failure, reason, level: .warning, slot: slot)
  }

  /// The state has been waited in for too long.
  private mutating func losePatience(_ slot: Int) {
    let settings = boxes[live[slot].pool].settings
    switch slots[slot].phase {
    case .removed, .canceled:
      erase(slot)
    case .usable where slots[slot].isWaitingForOS:
      let reason = "the OS manager did not say ready within \(settings.deadlines.osReady.spoken)"
      change(slot) {
        $0.patience = nil
        $0.reason = SafeText(reason)
      }
      log(.failure, reason, level: .warning, slot: slot)
      if slots[slot].everAssigned {
        fail(slot, .notifyReadyFromOSManager, .init(.permanent, SafeText(reason)))
      } else {
        letReservationGo(slot)
        remove(slot, because: reason)
      }
    case .usable:
      change(slot) { $0.patience = nil }
      endUse(slot, because: "not in use for \((settings.unusedAfter ?? .zero).spoken)")
    case .preparing, .removable, .removing, .canceling, .error:
      change(slot) { $0.patience = nil }
    }
  }

  /// An operation's time is over.
  private mutating func meetDeadline(_ slot: Int, _ operation: Operation) {
    let reason =
      "\(operation.kind.word) did not finish within \(operation.deadline.length.spoken)"
      + (slots[slot].reason.map { ": \($0)" } ?? "")
    if hosts[boxes[live[slot].pool].host].record.inMaintenance {
      return extendDeadline(slot, by: Pauses.maintenance)
    }
    if live[slot].call != nil {
      return live[slot].isOverdue
        ? fail(slot, operation.kind, .init(.unknown, SafeText(reason)))
        : extendDeadline(slot, by: Pauses.lastCall)
    }
    switch slots[slot].phase {
    case .preparing where !slots[slot].placement.isAssigned:
      if !slots[slot].cancelRequested {
        log(.failure, reason, level: .warning, slot: slot)
        change(slot) { $0.reason = SafeText(reason) }
      }
      extendDeadline(slot, by: boxes[live[slot].pool].settings.deadlines.preparing)
      letReservationGo(slot)
      remove(slot, because: reason)
    case .preparing, .usable:
      fail(slot, operation.kind, .init(.unknown, SafeText(reason)))
    case .removing, .canceling:
      let limit = boxes[live[slot].pool].settings.deadlines.removing
      log(.failure, "\(reason); tried again", level: .warning, slot: slot)
      change(slot) {
        $0.reason = SafeText(reason)
        $0.phase = $0.phase.with(Operation(operation.kind, deadline: $1.deadline(in: limit)))
        $0.next = $1.deadline(in: .zero)
      }
    case .removable, .removed, .canceled, .error: break
    }
  }

  private mutating func extendDeadline(_ slot: Int, by length: TimeSpan) {
    change(slot) {
      guard var operation = $0.phase.operation else { return }
      operation.deadline.at = $1.moment + length
      $0.phase = $0.phase.with(operation)
    }
  }
}

/// The pauses of the core that no configuration sets.
enum Pauses {
  /// Between two looks at what waits for the end of a maintenance.
  static let maintenance = TimeSpan.seconds(30)
  /// What a call that is out gets when its operation's deadline passes.
  static let lastCall = TimeSpan.seconds(1)
  /// The first pause after a transient or unknown failure, and the longest.
  static let retry = (first: TimeSpan.seconds(1), longest: TimeSpan.minutes(1))
  /// The first pause after a removal that failed, and the longest.
  static let removal = (first: TimeSpan.minutes(1), longest: TimeSpan.hours(1))
  /// Before the first listing of what exists outside, before another one where something was new,
  /// before all others, and how long one may take.
  static let inventory = (
    first: TimeSpan.seconds(2), again: TimeSpan.seconds(10), usual: TimeSpan.minutes(5),
    call: TimeSpan.minutes(3)
  )
  /// The first pause after a provider wants less of us or does not let us in, and the longest, also
  /// where it says how long.
  static let provider = (first: TimeSpan.seconds(5), longest: TimeSpan.minutes(10))
  /// What an attempt at a provider that did not let us in gets until it has worked.
  static let attempt = TimeSpan.minutes(2)
  /// Between two looks at a deployment because its driver spoke of it.
  static let look = TimeSpan.seconds(10)
  /// Between two times that is noted who is logged in, as a driver says.
  static let users = TimeSpan.seconds(1)
  /// The least and the most that a driver's `suggestedTime` counts.
  static let check = (shortest: TimeSpan.milliseconds(10), longest: TimeSpan.minutes(10))
}

extension DriverTask {
  /// The method's name.
  var method: String {
    switch self {
    case .start(let kind): kind.word
    case .check: "checkState"
    }
  }

  /// The operation that it belongs to.
  var operation: OperationKind {
    switch self {
    case .start(let kind), .check(let kind): kind
    }
  }
}

extension Phase {
  /// The same state with another operation.
  func with(_ operation: Operation) -> Phase {
    switch self {
    case .preparing(_, let ending): .preparing(operation, ending: ending)
    case .usable: .usable(operation)
    case .removing: .removing(operation)
    case .canceling: .canceling(operation)
    case .removable, .removed, .canceled, .error: self
    }
  }
}
