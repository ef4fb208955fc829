import Basics
import DeploymentInterface
import SafeTexts

/// What becomes due for a deployment.
extension Engine {
  mutating func wake(_ slot: Int) {
    noteOverdueCall(slot)
    noteHungCall(slot)
    if let pending = deploymentTable[slot].pending, pending.due.at <= now.moment {
      carryOut(pending, on: slot)
    }
    if let limit = stateDeadline(of: slot), limit <= now.moment {
      stateDeadlinePassed(slot)
      guard !deploymentTable[slot].phase.isHistory else { return }
    }
    if let stuckAt = stuckAt(slot), stuckAt <= now.moment { becomeStuck(slot) }
    if let operation = deploymentTable[slot].phase.operation, operation.isOver(at: now),
      !provider(of: slot).inMaintenance
    {
      operationDeadlinePassed(slot, operation)
    }
    verifyIfReported(slot)
    noteReportedUsers(slot)
    guard !deploymentTable.isCalled(slot), let next = nextAction(of: slot), next <= now.moment
    else {
      return
    }
    act(slot)
  }

  /// When the limit of its state passes. No time of a maintenance counts but for a log-out's grace:
  /// what passes in one is past until its end, and then later.
  func stateDeadline(of slot: Int) -> Moment? {
    let deployment = deploymentTable[slot]
    let counts = deployment.awaitsReturn || deployment.phase.isHistory
    return counts || !provider(of: slot).inMaintenance ? deployment.stateDeadline?.at : nil
  }

  /// When its next action is due; an error is kept through a maintenance.
  func nextAction(of slot: Int) -> Moment? {
    let isKept = deploymentTable[slot].state == .error && provider(of: slot).inMaintenance
    return isKept ? nil : deploymentTable[slot].nextActionAt?.at
  }

  /// The next action of a deployment is due: a call, or the removal of an error.
  private mutating func act(_ slot: Int) {
    switch deploymentTable[slot].phase {
    case .preparing, .usable(.some), .removing, .canceling:
      if provider(of: slot).inMaintenance {
        change(slot) { $0.nextActionAt = Deadline(from: $1.moment, length: Timing.maintenance) }
      } else if deploymentTable[slot].cancelRequested {
        // It waits for its cancel only.
        change(slot) { $0.nextActionAt = nil }
        enqueue(slot, .removal)
      } else if let wait = denialWait(slot) {
        change(slot) { $0.nextActionAt = $1.deadline(in: wait) }
      } else if let operation = deploymentTable[slot].phase.operation, operation.waitsToTryAgain {
        change(slot) { $0.nextActionAt = nil }
        enqueue(slot, queue(for: operation))
      } else {
        call(slot)
      }
    case .error:
      removeFromError(slot)
    case .usable(nil), .removable, .removed, .canceled:
      change(slot) { $0.nextActionAt = nil }
    }
  }

  /// Reports once that a call in flight exceeded its time limit. No other call is made on the
  /// deployment meanwhile.
  private mutating func noteOverdueCall(_ slot: Int) {
    guard deploymentTable.noteOverdueCall(slot, at: now) else { return }
    let task = deploymentTable.runtime(slot).call?.task
    let method = task?.method ?? "a notice"
    let limit = deadlines(of: slot).call
    let reason = "\(method) did not answer within \(limit.spoken)"
    change(slot) { $0.reason = SafeText(reason) }
    log(.failure, reason, level: .warning, slot: slot)
  }

  /// A call hangs. A driver's program would have been ended, so this one runs inside this process,
  /// and nothing can end it: its place goes to others. The deployment is called again when it has
  /// returned, at the earliest.
  private mutating func noteHungCall(_ slot: Int) {
    guard deploymentTable.noteHungCall(slot, at: now) else { return }
    let place = providerPlace(of: slot)
    countHung(place, by: 1)
    let called = deploymentTable.runtime(slot).call?.task?.operation
    if let kind = deploymentTable[slot].phase.operation?.kind, kind == called, kind.takesPlace {
      feed(slot) { deployment, _ in deployment.giveWay() }
    }
    let provider = providerTable[place].record
    guard provider.hung == provider.limits.preparing else { return }
    log(
      .provider,
      "\(provider.hung) calls to \(provider.name) hang: nothing new is prepared until one returns",
      level: .warning)
  }

  /// Counts a call that hangs, or one that has returned after all. Every pool of the provider says
  /// what that means for it.
  mutating func countHung(_ provider: Int, by step: Int) {
    providerTable.countHung(provider, by: step)
    for index in poolTable.places(on: provider) { poolTable.replan(index) }
  }

  /// When a removal gives its place back because it has made no progress for `stuckAfter`.
  func stuckAt(_ slot: Int) -> Moment? {
    switch deploymentTable[slot].phase {
    case .removing(let operation), .canceling(let operation):
      guard !operation.isStuck, !provider(of: slot).inMaintenance else { return nil }
      let length = min(pool(of: slot).settings.stuckAfter, operation.deadline.length)
      return operation.deadline.at - operation.deadline.length + length
    case .preparing, .usable, .removable, .removed, .canceled, .error: return nil
    }
  }

  private mutating func becomeStuck(_ slot: Int) {
    let length = pool(of: slot).settings.stuckAfter
    let sentence =
      "its removal has made no progress for \(length.spoken); it is tried in turn with others"
    log(.failure, sentence, level: .warning, slot: slot)
    feed(slot) { $0.restartRemoval(because: SafeText(sentence), within: length, at: $1) }
  }

  /// The queue in which an operation waits for a place.
  func queue(for operation: Operation) -> WorkQueue {
    let queue = operation.kind.queue
    return queue == .removal && operation.isStuck ? .stuck : queue
  }

  /// The deadline of the state has passed.
  private mutating func stateDeadlinePassed(_ slot: Int) {
    let settings = pool(of: slot).settings
    switch deploymentTable[slot].phase {
    case .removed, .canceled:
      erase(slot)
    case .usable where deploymentTable[slot].isWaitingForOS:
      let reason = "the OS manager did not report ready within \(settings.deadlines.osReady.spoken)"
      change(slot) {
        $0.stateDeadline = nil
        $0.reason = SafeText(reason)
      }
      log(.failure, reason, level: .warning, slot: slot)
      if deploymentTable[slot].wasLetIn {
        fail(slot, .notifyReadyFromOSManager, .init(.permanent, SafeText(reason)))
      } else {
        passOn(slot, because: reason, .init(.permanent, SafeText(reason)))
        remove(slot, because: reason)
      }
    case .usable:
      let reason =
        deploymentTable[slot].awaitsReturn
        ? Self.lastLogout : "not in use for \((settings.unusedAfter ?? .zero).spoken)"
      change(slot) { $0.stateDeadline = nil }
      endUse(slot, because: reason)
    case .preparing, .removable, .removing, .canceling, .error:
      change(slot) { $0.stateDeadline = nil }
    }
  }

  /// The deadline of an operation has passed.
  private mutating func operationDeadlinePassed(_ slot: Int, _ operation: Operation) {
    let reason =
      operation.overdueSentence + (deploymentTable[slot].reason.map { ": \($0)" } ?? "")
    if let call = deploymentTable.runtime(slot).call {
      if operation.isStuck, operation.kind.queue == .removal {
        // Nothing else can be called before it comes back; a person may forget it.
        return extendDeadline(slot, by: pool(of: slot).settings.stuckAfter)
      }
      return call.isOverdue
        ? fail(slot, operation.kind, .init(.unknown, SafeText(reason)))
        : extendDeadline(slot, by: Timing.lastCall)
    }
    switch deploymentTable[slot].phase {
    case .preparing where !deploymentTable[slot].placement.isAssigned:
      if !deploymentTable[slot].cancelRequested {
        log(.failure, reason, level: .warning, slot: slot)
        change(slot) { $0.reason = SafeText(reason) }
      }
      extendDeadline(slot, by: deadlines(of: slot).preparing)
      passOn(slot, because: reason, .init(.unknown, SafeText(reason)))
      remove(slot, because: reason)
    case .preparing, .usable:
      fail(slot, operation.kind, .init(.unknown, SafeText(reason)))
    case .removing, .canceling:
      let limit = pool(of: slot).settings.stuckAfter
      log(.failure, "\(reason); retrying", level: .warning, slot: slot)
      feed(slot) { $0.restartRemoval(because: SafeText(reason), within: limit, at: $1) }
    case .removable, .removed, .canceled, .error: break
    }
  }

  private mutating func extendDeadline(_ slot: Int, by length: TimeSpan) {
    feed(slot) { $0.extendDeadline(by: length, at: $1) }
  }
}
