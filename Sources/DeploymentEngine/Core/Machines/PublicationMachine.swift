public import DeploymentInterface
import SafeTexts

/// The state of a publication with what belongs to it and to no other state.
public enum PublicationPhase: Hashable, Sendable {
  /// Being prepared. May become: active, removing, error.
  case publishing(Operation)
  /// What the pool creates from. May become: draining.
  case active
  /// A newer one is active; what stands on it leaves. May become: removing.
  case draining
  /// Being destroyed, or cancelled. May become: removed, error.
  case removing(Operation)
  /// History: the driver said gone.
  case removed
  /// The operation of this kind failed. May become: removing.
  case error(OperationKind)

  /// The state's name alone.
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

  /// The operation in flight, if any.
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
  /// What the pool creates from.
  case active
  /// A newer one is active; what stands on it leaves.
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
  /// The state with what belongs to it.
  public private(set) var phase: PublicationPhase

  /// As it was decided on, or as a store holds it.
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

  /// Removes it: nothing stands on it, or it failed.
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

  /// The driver failed for now: the same call is made again.
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

  /// It is prepared, and what its pool creates from.
  mutating func activate() -> Transition {
    switch phase {
    case .publishing: become(.active)
    case .active, .draining, .removing, .removed, .error: refuse("become active")
    }
  }

  /// Another one is active from now on, or none.
  mutating func drain() -> Transition {
    switch phase {
    case .active: become(.draining)
    case .publishing, .draining, .removing, .removed, .error: refuse("drain")
    }
  }

  /// The driver said that it is gone.
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

  /// The same with its deadline on another clock.
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
