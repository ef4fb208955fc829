import DeploymentInterface
import SafeTexts

/// The inputs of the machine with what else of the record belongs to the phase that they lead to.
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
    return begin(machine.beginRemoval(by: now.deadline(in: length)), at: now)
  }

  private mutating func begin(_ transition: Transition, at now: EngineTime) -> Transition {
    patience = nil
    reason = nil
    progress = nil
    next = now.deadline(in: .zero)
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
    patience = nil
    reason = SafeText("\(kind.word) waits for a place on provider \(provider)")
    progress = nil
    next = nil
  }

  /// The driver answered *running*: it is checked after a pause.
  mutating func keepRunning(checkedIn pause: TimeSpan, at now: EngineTime) -> Transition {
    if phase.operation?.kind == .notifyReadyFromOSManager { guest.tell() }
    reason = nil
    next = now.deadline(in: pause)
    return machine.keepRunning()
  }

  /// The driver failed for now: the same call is made again after a pause.
  mutating func failForNow(
    because sentence: SafeText, againIn wait: TimeSpan, at now: EngineTime
  ) -> Transition {
    reason = sentence
    next = now.deadline(in: wait)
    return machine.failForNow()
  }

  /// Preparing has ended well, and nothing more is to be done.
  mutating func finishPreparing() -> Transition {
    // Its service may have waited for the OS once, and wait no longer.
    guest.becomeReady()
    notices.add(.finish)
    return machine.becomeUsable()
  }

  /// Preparing has ended well, and its OS manager has not spoken.
  mutating func waitForOS(within length: TimeSpan, at now: EngineTime) -> Transition {
    notices.add(.finish)
    patience = now.deadline(in: length)
    return machine.becomeUsable()
  }

  /// One whose OS manager never spoke waits for it once more.
  mutating func waitForOSAgain(within length: TimeSpan, at now: EngineTime) -> Transition {
    reason = nil
    next = nil
    patience = now.deadline(in: length)
    return machine.becomeUsable()
  }

  /// It failed while it was usable, and is usable again.
  mutating func recover() -> Transition {
    reason = nil
    next = nil
    return machine.becomeUsable()
  }

  /// An operation of it has ended well while it was usable.
  mutating func finish(_ kind: OperationKind) -> Transition {
    switch kind {
    case .notifyReadyFromOSManager: guest.tell()
    case .setReady: placement = placement.with(.granted)
    case .deployForCache, .deployForUser, .moveToCache, .cancel, .destroy, .publish: break
    }
    return machine.becomeUsable()
  }

  /// Its operation ended in an error; `due`: when it is removed by itself.
  mutating func fail(_ failed: Failed, because reason: SafeText, due: Deadline?) -> Transition {
    self.reason = reason
    progress = nil
    patience = nil
    next = due
    if admission == .granted { placement = placement.with(.wanted) }
    return machine.fail(failed)
  }

  /// See `DeploymentMachine.requestEnd`.
  mutating func requestEnd() -> Transition { machine.requestEnd() }

  /// See `DeploymentMachine.release`.
  mutating func release() -> Transition {
    pending = nil
    patience = nil
    next = nil
    return machine.release()
  }

  /// See `DeploymentMachine.restartRemoval`.
  mutating func restartRemoval(
    because sentence: SafeText, within length: TimeSpan, at now: EngineTime
  ) -> Transition {
    reason = sentence
    next = nil
    return machine.restartRemoval(by: now.deadline(in: length))
  }

  /// See `DeploymentMachine.tryAgain`.
  mutating func tryAgain(at now: EngineTime) -> Transition {
    next = now.deadline(in: .zero)
    return machine.tryAgain()
  }

  /// See `DeploymentMachine.becomeStuck`.
  mutating func becomeStuck() -> Transition { machine.becomeStuck() }

  /// See `DeploymentMachine.comeUnstuck`.
  mutating func comeUnstuck() -> Transition { machine.comeUnstuck() }

  /// See `DeploymentMachine.extendDeadline`.
  mutating func extendDeadline(by length: TimeSpan, at now: EngineTime) -> Transition {
    machine.extendDeadline(until: now.moment + length)
  }

  /// The driver said that it is gone: it is history for a while.
  mutating func end(keptFor length: TimeSpan, at now: EngineTime) -> Transition {
    becomeHistory(keptFor: length, at: now)
    return machine.end()
  }

  /// A person has cleaned up after its error: it is history for a while.
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
    console = nil
    data = []
    next = nil
    patience = now.deadline(in: length)
  }
}

extension GuestState {
  /// Its service does not wait for an OS manager, or no longer.
  mutating func becomeReady() {
    if self == .silent { self = .ready() }
  }

  /// The driver has been told.
  mutating func tell() { self = .ready(data: data, isTold: true) }
}

extension [Notice] {
  /// Adds one; over the limit the oldest goes.
  mutating func add(_ notice: Notice) {
    append(notice)
    if count > Limits.pendingNotices { removeFirst(count - Limits.pendingNotices) }
  }
}
