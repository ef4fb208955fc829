public import DeploymentInterface
import SafeTexts

/// The state of a publication with the data of that state.
public enum PublicationPhase: Hashable, Sendable {
  /// Being prepared. May become: active, removing, error.
  case publishing(Operation)
  /// The source of new deployments of the pool. May become: draining.
  case active
  /// A newer one is active; its deployments leave. May become: removing.
  case draining
  /// Being destroyed or cancelled. May become: removed, error.
  case removing(Operation)
  /// History: the driver confirmed the removal.
  case removed
  /// The operation of this kind failed. May become: removing.
  case error(OperationKind)

  /// The name of the state.
  public var state: PublicationState {
    switch self {
    case .publishing: .publishing
    case .active: .active
    case .draining: .draining
    case .removing: .removing
    case .removed: .removed
    case .error: .error
    }
  }

  /// The running operation, if any.
  public var operation: Operation? {
    switch self {
    case .publishing(let operation), .removing(let operation): operation
    case .active, .draining, .removed, .error: nil
    }
  }
}

/// The states of a publication.
public enum PublicationState: String, Hashable, Codable, Sendable {
  /// Being prepared.
  case publishing
  /// The source of new deployments of the pool.
  case active
  /// A newer one is active; its deployments leave.
  case draining
  /// Being destroyed.
  case removing
  /// History.
  case removed
  /// An operation failed.
  case error
}

/// The life cycle of one publication: a phase that only the inputs below change.
public struct PublicationMachine: Hashable, Sendable {
  /// The state with its data.
  public private(set) var phase: PublicationPhase

  /// A machine in the phase of a new publication, or of one that was loaded.
  public init(_ phase: PublicationPhase) { self.phase = phase }

  private mutating func become(
    _ next: PublicationPhase, _ transition: Transition = .none
  ) -> Transition {
    phase = next
    return transition
  }

  private func refuse(_ input: String) -> Transition {
    .broken("a publication that is \(phase.state.rawValue) cannot \(input)")
  }

  /// Cancels its preparation.
  mutating func cancel(by deadline: Deadline) -> Transition {
    switch phase {
    case .publishing: become(.removing(Operation(.cancel, deadline: deadline)), .call)
    case .active, .draining, .removing, .removed, .error: refuse("be cancelled")
    }
  }

  /// Removes it: it has no deployments, or it failed.
  mutating func remove(by deadline: Deadline) -> Transition {
    switch phase {
    case .draining, .error: become(.removing(Operation(.destroy, deadline: deadline)), .call)
    case .publishing, .active, .removing, .removed: refuse("be removed")
    }
  }

  /// The driver answered *running*.
  mutating func keepRunning() -> Transition {
    update("go on running") { $0.keepRunning() }
  }

  /// A call failed in a way that is retried: the same call is made again.
  mutating func failForNow() -> Transition {
    update("fail for now") { $0.failForNow() }
  }

  private mutating func update(
    _ input: String, _ body: (inout Operation) -> Void
  ) -> Transition {
    switch phase {
    case .publishing(var operation):
      body(&operation)
      return become(.publishing(operation))
    case .removing(var operation):
      body(&operation)
      return become(.removing(operation))
    case .active, .draining, .removed, .error: return refuse("\(input): it has no operation")
    }
  }

  /// It is prepared, and becomes the source of new deployments of its pool.
  mutating func activate() -> Transition {
    switch phase {
    case .publishing: become(.active)
    case .active, .draining, .removing, .removed, .error: refuse("become active")
    }
  }

  /// Another publication, or none, is active from now on.
  mutating func drain() -> Transition {
    switch phase {
    case .active: become(.draining)
    case .publishing, .draining, .removing, .removed, .error: refuse("drain")
    }
  }

  /// The driver confirmed that it is gone.
  mutating func end() -> Transition {
    switch phase {
    case .removing: become(.removed)
    case .publishing, .active, .draining, .removed, .error: refuse("be gone")
    }
  }

  /// Its operation ended in an error.
  mutating func fail() -> Transition {
    switch phase {
    case .publishing(let operation), .removing(let operation): become(.error(operation.kind))
    case .active, .draining, .removed, .error: refuse("fail")
    }
  }

  /// The same machine with its deadline on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> PublicationMachine {
    switch phase {
    case .publishing(let operation):
      PublicationMachine(.publishing(operation.mappingDeadlines(transform)))
    case .removing(let operation):
      PublicationMachine(.removing(operation.mappingDeadlines(transform)))
    case .active, .draining, .removed, .error: self
    }
  }
}
