import DeploymentInterface
import SafeTexts

/// The inputs of the machine, which also update the fields that belong to the new phase.
extension PublicationRecord {
  /// See `PublicationMachine.cancel`.
  mutating func cancel(within length: TimeSpan, at now: EngineTime) -> Transition {
    nextActionAt = nil
    return machine.cancel(by: now.deadline(in: length))
  }

  /// See `PublicationMachine.remove`.
  mutating func remove(within length: TimeSpan, at now: EngineTime) -> Transition {
    nextActionAt = nil
    return machine.remove(by: now.deadline(in: length))
  }

  /// The driver answered *running*: it is checked after a pause.
  mutating func keepRunning(checkedIn pause: TimeSpan, at now: EngineTime) -> Transition {
    reason = nil
    nextActionAt = now.deadline(in: pause)
    return machine.keepRunning()
  }

  /// A call failed in a way that is retried: the same call is made again after a pause.
  mutating func failForNow(
    because sentence: SafeText, againIn pause: TimeSpan, at now: EngineTime
  ) -> Transition {
    reason = sentence
    nextActionAt = now.deadline(in: pause)
    return machine.failForNow()
  }

  /// See `PublicationMachine.activate`.
  mutating func activate() -> Transition {
    nextActionAt = nil
    reason = nil
    progress = nil
    return machine.activate()
  }

  /// See `PublicationMachine.drain`.
  mutating func drain() -> Transition { machine.drain() }

  /// The driver confirmed that it is gone: it is history for `length`.
  mutating func end(keptFor length: TimeSpan, at now: EngineTime) -> Transition {
    reason = nil
    progress = nil
    data = []
    nextActionAt = now.deadline(in: length)
    return machine.end()
  }

  /// Its operation ended in an error; it is removed after a pause.
  mutating func fail(
    because sentence: SafeText, removedIn pause: TimeSpan, at now: EngineTime
  ) -> Transition {
    reason = sentence
    nextActionAt = now.deadline(in: pause)
    return machine.fail()
  }
}
