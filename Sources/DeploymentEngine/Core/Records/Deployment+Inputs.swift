import DeploymentInterface
import SafeTexts

/// The inputs of the machine, which also update the fields that belong to the new phase.
extension Deployment {
  /// See `DeploymentMachine.prepare`.
  mutating func prepare(
    _ kind: OperationKind, within length: TimeSpan, at now: EngineTime
  ) -> Transition {
    begin(machine.prepare(kind, by: now.deadline(in: length)), at: now)
  }

  /// See `DeploymentMachine.use`.
  mutating func use(
    _ kind: OperationKind, within length: TimeSpan, at now: EngineTime
  ) -> Transition {
    begin(machine.use(kind, by: now.deadline(in: length)), at: now)
  }

  /// See `DeploymentMachine.beginQueued`.
  mutating func beginQueued(within length: TimeSpan, at now: EngineTime) -> Transition {
    begin(machine.beginQueued(by: now.deadline(in: length)), at: now)
  }

  /// See `DeploymentMachine.beginRemoval`.
  mutating func beginRemoval(within length: TimeSpan, at now: EngineTime) -> Transition {
    pending = nil
    awaitsReturn = false
    return begin(machine.beginRemoval(by: now.deadline(in: length)), at: now)
  }

  private mutating func begin(_ transition: Transition, at now: EngineTime) -> Transition {
    if !awaitsReturn { stateDeadline = nil }
    reason = nil
    progress = nil
    nextActionAt = now.deadline(in: .zero)
    return transition
  }

  /// See `DeploymentMachine.queueToPrepare`.
  mutating func queueToPrepare(
    _ kind: OperationKind, within length: TimeSpan, on provider: SafeText, at now: EngineTime
  ) -> Transition {
    wait(for: kind, on: provider)
    return machine.queueToPrepare(kind, by: now.deadline(in: length))
  }

  /// See `DeploymentMachine.queueToUse`.
  mutating func queueToUse(
    _ kind: OperationKind, within length: TimeSpan, on provider: SafeText, at now: EngineTime
  ) -> Transition {
    wait(for: kind, on: provider)
    return machine.queueToUse(kind, by: now.deadline(in: length))
  }

  private mutating func wait(for kind: OperationKind, on provider: SafeText) {
    // A check must not put off what follows a log-out.
    if !awaitsReturn { stateDeadline = nil }
    reason = SafeText("\(kind.word) waits for a place on provider \(provider)")
    progress = nil
    nextActionAt = nil
  }

  /// The driver answered *running*: it is checked after a pause.
  mutating func keepRunning(checkedIn pause: TimeSpan, at now: EngineTime) -> Transition {
    if phase.operation?.kind == .notifyReadyFromOSManager { guest.tell() }
    reason = nil
    nextActionAt = now.deadline(in: pause)
    return machine.keepRunning()
  }

  /// A call failed in a way that is retried: the same call is made again after a pause.
  mutating func failForNow(
    because sentence: SafeText, againIn wait: TimeSpan, at now: EngineTime
  ) -> Transition {
    reason = sentence
    nextActionAt = now.deadline(in: wait)
    return machine.failForNow()
  }

  /// Preparing finished, and the deployment is usable.
  mutating func finishPreparing() -> Transition {
    // Its service may have waited for the OS once, and no longer does.
    guest.becomeReady()
    notices.add(.finish)
    return machine.becomeUsable()
  }

  /// Preparing finished, and its OS manager has not reported.
  mutating func waitForOS(within length: TimeSpan, at now: EngineTime) -> Transition {
    notices.add(.finish)
    stateDeadline = now.deadline(in: length)
    return machine.becomeUsable()
  }

  /// Waits again for an OS manager that has not reported.
  mutating func waitForOSAgain(within length: TimeSpan, at now: EngineTime) -> Transition {
    reason = nil
    nextActionAt = nil
    stateDeadline = now.deadline(in: length)
    return machine.becomeUsable()
  }

  /// It failed while it was usable, and becomes usable again.
  mutating func recover() -> Transition {
    reason = nil
    nextActionAt = nil
    return machine.becomeUsable()
  }

  /// An operation finished while it was usable.
  mutating func finish(_ kind: OperationKind) -> Transition {
    switch kind {
    case .notifyReadyFromOSManager: guest.tell()
    case .setReady: placement = placement.with(.granted)
    case .deployForCache, .deployForUser, .moveToCache, .cancel, .destroy, .publish: break
    }
    return machine.becomeUsable()
  }

  /// Its operation ended in an error. What becomes of it is scheduled afterwards.
  mutating func fail(_ failed: Failed, because reason: SafeText) -> Transition {
    self.reason = reason
    progress = nil
    stateDeadline = nil
    nextActionAt = nil
    if admission == .granted { placement = placement.with(.wanted) }
    return machine.fail(failed)
  }

  /// See `DeploymentMachine.requestEnd`.
  mutating func requestEnd() -> Transition { machine.requestEnd() }

  /// See `DeploymentMachine.release`.
  mutating func release() -> Transition {
    pending = nil
    stateDeadline = nil
    nextActionAt = nil
    return machine.release()
  }

  /// See `DeploymentMachine.restartRemoval`.
  mutating func restartRemoval(
    because sentence: SafeText, within length: TimeSpan, at now: EngineTime
  ) -> Transition {
    reason = sentence
    nextActionAt = nil
    return machine.restartRemoval(by: now.deadline(in: length))
  }

  /// See `DeploymentMachine.tryAgain`.
  mutating func tryAgain(at now: EngineTime) -> Transition {
    nextActionAt = now.deadline(in: .zero)
    return machine.tryAgain()
  }

  /// See `DeploymentMachine.giveWay`.
  mutating func giveWay() -> Transition {
    nextActionAt = nil
    return machine.giveWay()
  }

  /// See `DeploymentMachine.extendDeadline`.
  mutating func extendDeadline(by length: TimeSpan, at now: EngineTime) -> Transition {
    machine.extendDeadline(until: now.moment + length)
  }

  /// The driver confirmed that it is gone: it is history for `length`.
  mutating func end(keptFor length: TimeSpan, at now: EngineTime) -> Transition {
    becomeHistory(keptFor: length, at: now)
    return machine.end()
  }

  /// An operator cleaned up after its error: it is history for `length`.
  mutating func forget(keptFor length: TimeSpan, at now: EngineTime) -> Transition {
    becomeHistory(keptFor: length, at: now)
    return machine.forget()
  }

  private mutating func becomeHistory(keptFor length: TimeSpan, at now: EngineTime) {
    pending = nil
    promise = nil
    reason = nil
    progress = nil
    notices = []
    loggedIn = []
    awaitsReturn = false
    console = nil
    data = []
    nextActionAt = nil
    stateDeadline = now.deadline(in: length)
  }
}

extension GuestState {
  /// Marks the guest as ready: its service does not wait for an OS manager, or no longer.
  mutating func becomeReady() {
    if self == .silent { self = .ready() }
  }

  /// Notes that the driver was notified.
  mutating func tell() { self = .ready(data: data, isTold: true) }
}

extension [Notice] {
  /// Adds a notice; above the limit the oldest is dropped.
  mutating func add(_ notice: Notice) {
    append(notice)
    if count > Limits.pendingNotices { removeFirst(count - Limits.pendingNotices) }
  }
}
