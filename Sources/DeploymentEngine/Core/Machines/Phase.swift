public import DeploymentInterface
public import SafeTexts

/// What the next driver call of an operation is.
public enum OperationStep: UInt8, Hashable, Sendable {
  /// The method that starts it; the same again when that call failed for now or its answer was
  /// lost.
  case start = 0
  /// `checkState`, because the start method answered `running`; also after a check that failed for
  /// now.
  case check = 1
  /// Nothing, until the provider has room for the operation.
  case queued = 2
  /// The method that starts it once more, after a pause and as soon as the provider has room again:
  /// its call failed for now, and meanwhile it holds no place.
  case again = 3
}

/// What an error leaves behind: the operation that failed. The reason stands in the deployment.
public struct Failed: Hashable, Sendable {
  /// The operation that `retry` would do again.
  public var operation: OperationKind
  /// What kind of error ended it.
  public var failure: FailureClass
  /// Attempts to remove it from the error, so far.
  public var removals: Int
  /// The driver says that nothing exists outside: it takes no place anywhere.
  public var leavesNothing: Bool

  /// A failure of an operation.
  public init(
    _ operation: OperationKind, _ failure: FailureClass, removals: Int = 0,
    leavesNothing: Bool = false
  ) {
    self.operation = operation
    self.failure = failure
    self.removals = removals
    self.leavesNothing = leavesNothing
  }
}

/// The state of a deployment with what belongs to it and to no other state.
///
/// Only `DeploymentMachine` leads from one to another.
public enum Phase: Hashable, Sendable {
  /// Being made, moved or made ready. May become: usable, removable, canceling, error.
  ///
  /// `ending`: its end was asked for while the operation runs.
  case preparing(Operation, ending: Bool)
  /// Usable, or waiting for the OS while the guest is silent; with a setReady or a notice of the OS
  /// manager in its first call. May become: preparing, removable, error.
  case usable(Operation?)
  /// Waits for the provider to have room to remove it. May become: removing.
  case removable
  /// Being destroyed. May become: removed, error.
  case removing(Operation)
  /// History: the driver said gone.
  case removed
  /// Its operation is being cancelled. May become: canceled, error.
  case canceling(Operation)
  /// History: the driver said cancelled.
  case canceled
  /// An operation failed; something may still exist outside. May become: preparing, usable,
  /// removable, removed.
  case error(Failed)

  /// Being made, moved or made ready, and to stay.
  public static func preparing(_ operation: Operation) -> Phase {
    .preparing(operation, ending: false)
  }

  /// The state's name alone.
  public var state: DeploymentState {
    switch self {
    case .preparing: .preparing
    case .usable: .usable
    case .removable: .removable
    case .removing: .removing
    case .removed: .removed
    case .canceling: .canceling
    case .canceled: .canceled
    case .error: .error
    }
  }

  /// The operation in flight, if any.
  public var operation: Operation? {
    switch self {
    case .preparing(let operation, _), .removing(let operation), .canceling(let operation):
      operation
    case .usable(let operation): operation
    case .removable, .removed, .canceled, .error: nil
    }
  }

  /// Its end was asked for while its operation runs.
  public var isEnding: Bool {
    switch self {
    case .preparing(_, let ending): ending
    case .usable, .removable, .removing, .removed, .canceling, .canceled, .error: false
    }
  }

  /// Neither state is ever left again.
  public var isHistory: Bool { self == .removed || self == .canceled }
}

/// The names of the states, as in the contract, the command line and the store.
public enum DeploymentState: String, Hashable, Codable, Sendable, CaseIterable {
  /// See `Phase`.
  case preparing, usable, removable, removing, removed, canceling, canceled, error
}

/// What the OS manager has said about the inside, and whether the driver knows.
public enum GuestState: Hashable, Sendable {
  /// It has not spoken yet.
  case silent
  /// It said ready, or there is no OS manager. `data`: what came along with its latest *ready*;
  /// `isTold`: the driver has been told of that.
  case ready(data: SafeText? = nil, isTold: Bool = false)

  /// The same without data, told or not: what is shown.
  public var osState: OSState {
    switch self {
    case .silent: .preparing
    case .ready: .usable
    }
  }

  /// What the OS manager sent along with its latest *ready*.
  public var data: SafeText? {
    switch self {
    case .silent: nil
    case .ready(let data, _): data
    }
  }

  /// The driver has been told of the latest *ready*.
  public var isTold: Bool {
    switch self {
    case .silent: false
    case .ready(_, let isTold): isTold
    }
  }
}

/// What the OS manager has said about the inside, as it is shown.
public enum OSState: String, Hashable, Codable, Sendable {
  /// It has not spoken yet.
  case preparing
  /// It said ready, or there is no OS manager.
  case usable
}
