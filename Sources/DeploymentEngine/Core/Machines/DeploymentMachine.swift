public import DeploymentInterface
import SafeTexts

/// The life cycle of one deployment: a phase that only the inputs below change.
///
/// `Phase` documents which phase may follow which; `docs/life-cycle.md` has the diagram.
public struct DeploymentMachine: Hashable, Sendable {
  /// The state with its data.
  public private(set) var phase: Phase

  /// A machine in the phase of a new deployment, or of one that was loaded.
  public init(_ phase: Phase) { self.phase = phase }

  private mutating func become(_ next: Phase, _ transition: Transition = .none) -> Transition {
    phase = next
    return transition
  }

  private func refuse(_ input: String) -> Transition {
    .broken("a deployment that is \(phase.state.rawValue) cannot \(input)")
  }

  // MARK: Operations

  /// Starts a preparing operation, which is called at once.
  mutating func prepare(_ kind: OperationKind, by deadline: Deadline) -> Transition {
    switch phase {
    case .preparing(_, ending: false), .usable(nil), .error:
      become(.preparing(Operation(kind, deadline: deadline)), .call)
    case .preparing(_, ending: true), .usable(.some), .removable, .removing, .removed, .canceling,
      .canceled:
      refuse("be prepared by \(kind.word)")
    }
  }

  /// Starts an operation during which it stays usable.
  mutating func use(_ kind: OperationKind, by deadline: Deadline) -> Transition {
    switch phase {
    case .usable(nil), .error: become(.usable(Operation(kind, deadline: deadline)), .call)
    case .preparing, .usable(.some), .removable, .removing, .removed, .canceling, .canceled:
      refuse("begin \(kind.word)")
    }
  }

  /// Queues a preparing operation until its provider has a place.
  mutating func queueToPrepare(_ kind: OperationKind, by deadline: Deadline) -> Transition {
    switch phase {
    case .usable(nil), .error:
      become(.preparing(Operation(kind, step: .queued, deadline: deadline)), .wait(kind.queue))
    case .preparing, .usable(.some), .removable, .removing, .removed, .canceling, .canceled:
      refuse("wait for \(kind.word)")
    }
  }

  /// Queues an operation during which it stays usable until its provider has a place.
  mutating func queueToUse(_ kind: OperationKind, by deadline: Deadline) -> Transition {
    switch phase {
    case .usable(nil), .error:
      become(.usable(Operation(kind, step: .queued, deadline: deadline)), .wait(kind.queue))
    case .preparing, .usable(.some), .removable, .removing, .removed, .canceling, .canceled:
      refuse("wait for \(kind.word)")
    }
  }

  /// Starts the queued operation: its provider has a place.
  mutating func beginQueued(by deadline: Deadline) -> Transition {
    switch phase {
    case .preparing(let operation, ending: false) where operation.isQueued:
      become(.preparing(Operation(operation.kind, deadline: deadline)), .call)
    case .usable(let operation?) where operation.isQueued:
      become(.usable(Operation(operation.kind, deadline: deadline)), .call)
    case .preparing, .usable, .removable, .removing, .removed, .canceling, .canceled, .error:
      refuse("take a place: it is not queued")
    }
  }

  /// Its provider has a place for the operation that failed for now: the same call is made again.
  mutating func tryAgain() -> Transition {
    guard let operation = phase.operation, operation.waitsToTryAgain, !phase.isEnding else {
      return refuse("try again: nothing of it failed for now")
    }
    let transition = update("try again") { $0.tryAgain() }
    return transition.broken == nil ? .call : transition
  }

  /// The driver answered *running*. What was usable is being prepared from now on.
  mutating func keepRunning() -> Transition {
    switch phase {
    case .preparing(var operation, let ending):
      operation.keepRunning()
      return become(.preparing(operation, ending: ending))
    case .usable(var operation?):
      operation.keepRunning()
      return become(.preparing(operation))
    case .removing(var operation):
      operation.keepRunning()
      return become(.removing(operation))
    case .canceling(var operation):
      operation.keepRunning()
      return become(.canceling(operation))
    case .usable(nil), .removable, .removed, .canceled, .error:
      return refuse("go on running: it has no operation")
    }
  }

  /// A call failed in a way that is retried: the same call is made again.
  mutating func failForNow() -> Transition {
    update("fail for now") { $0.failForNow(givesPlaceBack: $0.kind.takesPlace) }
  }

  /// The call of its operation hangs: others get its place.
  mutating func giveWay() -> Transition { update("give way") { $0.giveWay() } }

  /// Moves the deadline of its operation.
  mutating func extendDeadline(until moment: Moment) -> Transition {
    update("get more time") { $0.extend(until: moment) }
  }

  private mutating func update(
    _ input: String, _ body: (inout Operation) -> Void
  ) -> Transition {
    switch phase {
    case .preparing(var operation, let ending):
      body(&operation)
      return become(.preparing(operation, ending: ending))
    case .usable(var operation?):
      body(&operation)
      return become(.usable(operation))
    case .removing(var operation):
      body(&operation)
      return become(.removing(operation))
    case .canceling(var operation):
      body(&operation)
      return become(.canceling(operation))
    case .usable(nil), .removable, .removed, .canceled, .error:
      return refuse("\(input): it has no operation")
    }
  }

  // MARK: Ends of operations

  /// It is usable, and no operation runs.
  mutating func becomeUsable() -> Transition {
    switch phase {
    case .preparing(_, ending: false), .usable, .error: become(.usable(nil))
    case .preparing(_, ending: true), .removable, .removing, .removed, .canceling, .canceled:
      refuse("become usable")
    }
  }

  /// Its operation ended in an error.
  mutating func fail(_ failed: Failed) -> Transition {
    switch phase {
    case .preparing, .usable, .removing, .canceling: become(.error(failed))
    case .removable, .removed, .canceled, .error: refuse("fail")
    }
  }

  // MARK: Its end

  /// Its removal is requested while its operation runs.
  mutating func requestEnd() -> Transition {
    switch phase {
    case .preparing(let operation, _):
      become(.preparing(operation, ending: true), .wait(.removal))
    case .usable, .removable, .removing, .removed, .canceling, .canceled, .error:
      refuse("be asked to end: it has no operation that can be cancelled")
    }
  }

  /// No operation runs: it waits for its provider to have room to remove it.
  mutating func release() -> Transition {
    switch phase {
    case .preparing, .usable, .error: become(.removable, .wait(.removal))
    case .removable, .removing, .removed, .canceling, .canceled: refuse("be removed again")
    }
  }

  /// Its provider has room to remove it, or to cancel its operation.
  mutating func beginRemoval(by deadline: Deadline) -> Transition {
    switch phase {
    case .removable: become(.removing(Operation(.destroy, deadline: deadline)), .call)
    case .preparing(_, ending: true):
      become(.canceling(Operation(.cancel, deadline: deadline)), .call)
    case .preparing(_, ending: false), .usable, .removing, .removed, .canceling, .canceled, .error:
      refuse("begin its removal: nobody requested it")
    }
  }

  /// The time of its removal is over: it is begun again when it has a place.
  mutating func restartRemoval(by deadline: Deadline) -> Transition {
    switch phase {
    case .removing(let operation):
      become(.removing(operation.begunAgain(by: deadline)), .wait(.stuck))
    case .canceling(let operation):
      become(.canceling(operation.begunAgain(by: deadline)), .wait(.stuck))
    case .preparing, .usable, .removable, .removed, .canceled, .error:
      refuse("be removed once more")
    }
  }

  /// The driver confirmed that it is gone.
  mutating func end() -> Transition {
    switch phase {
    case .removing: become(.removed)
    case .canceling: become(.canceled)
    case .preparing, .usable, .removable, .removed, .canceled, .error: refuse("be gone")
    }
  }

  /// A person has cleaned up after its error, or after a removal that is stuck.
  mutating func forget() -> Transition {
    switch phase {
    case .error: return become(.removed)
    case .removing(let operation) where operation.isStuck: return become(.removed)
    case .canceling(let operation) where operation.isStuck: return become(.canceled)
    case .preparing, .usable, .removable, .removing, .removed, .canceling, .canceled:
      return refuse("be forgotten")
    }
  }

  /// The same machine with its deadline on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> DeploymentMachine {
    switch phase {
    case .preparing(let operation, let ending):
      DeploymentMachine(.preparing(operation.mappingDeadlines(transform), ending: ending))
    case .usable(let operation):
      DeploymentMachine(.usable(operation.map { $0.mappingDeadlines(transform) }))
    case .removing(let operation):
      DeploymentMachine(.removing(operation.mappingDeadlines(transform)))
    case .canceling(let operation):
      DeploymentMachine(.canceling(operation.mappingDeadlines(transform)))
    case .removable, .removed, .canceled, .error: self
    }
  }
}

extension OperationKind {
  /// It takes one of the limited places of its provider.
  var takesPlace: Bool {
    switch self {
    case .deployForCache, .deployForUser, .moveToCache, .setReady, .cancel, .destroy: true
    case .notifyReadyFromOSManager, .publish: false
    }
  }

  /// The queue in which the operation waits for a place.
  var queue: WorkQueue {
    switch self {
    case .setReady: .ready
    case .deployForCache, .deployForUser, .moveToCache, .notifyReadyFromOSManager, .publish: .start
    case .cancel, .destroy: .removal
    }
  }
}
