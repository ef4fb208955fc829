public import DeploymentInterface
public import SafeTexts

/// The next driver call of an operation.
public enum OperationStep: UInt8, Hashable, Sendable {
  /// The method that starts it; repeated after a retriable failure or a lost answer.
  case start = 0
  /// `checkState`, because the start method answered `running`; also after a check that failed and
  /// is retried.
  case check = 1
  /// No call until the provider has room for the operation.
  case queued = 2
  /// The method that starts it once more, after a pause and as soon as the provider has room again:
  /// its call failed for now, and meanwhile it holds no place.
  case again = 3
}

/// The operation that failed. The reason is a field of the deployment.
public struct Failed: Hashable, Sendable {
  /// The operation that `retry` repeats.
  public var operation: OperationKind
  /// The kind of error that ended it.
  public var failure: FailureClass
  /// The number of attempts to remove the deployment from the error.
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

  /// The deployment may be found again as it was: it is checked at intervals.
  public var mayReturn: Bool {
    switch failure {
    case .gone, .transient, .unknown, .throttled, .denied: operation.isRepeatable
    case .permanent, .portTaken, .nameTaken: false
    }
  }
}

/// The state of a deployment with the data of that state.
///
/// Only `DeploymentMachine` changes it.
public enum Phase: Hashable, Sendable {
  /// Being deployed, moved or made ready. May become: usable, removable, canceling, error.
  ///
  /// `ending`: its removal was requested while the operation runs.
  case preparing(Operation, ending: Bool)
  /// Usable, or waiting for the OS while the guest is silent; with the first call of a `setReady`
  /// or of an OS manager's notice. May become: preparing, removable, error.
  case usable(Operation?)
  /// Waiting for the provider to have room to remove it. May become: removing.
  case removable
  /// Being destroyed. May become: removed, error.
  case removing(Operation)
  /// History: the driver confirmed the removal.
  case removed
  /// Its operation is being cancelled. May become: canceled, error.
  case canceling(Operation)
  /// History: the driver confirmed the cancellation.
  case canceled
  /// An operation failed; a resource may still exist on the provider. May become: preparing,
  /// usable, removable, removed.
  case error(Failed)

  /// Being deployed, moved or made ready, without a requested removal.
  public static func preparing(_ operation: Operation) -> Phase {
    .preparing(operation, ending: false)
  }

  /// The name of the state.
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

  /// The running or queued operation, if any.
  public var operation: Operation? {
    switch self {
    case .preparing(let operation, _), .removing(let operation), .canceling(let operation):
      operation
    case .usable(let operation): operation
    case .removable, .removed, .canceled, .error: nil
    }
  }

  /// Whether its removal was requested while its operation runs.
  public var isEnding: Bool {
    switch self {
    case .preparing(_, let ending): ending
    case .usable, .removable, .removing, .removed, .canceling, .canceled, .error: false
    }
  }

  /// Whether it is history: a final state.
  public var isHistory: Bool { self == .removed || self == .canceled }
}

/// The names of the states, as in the contract, the command line and the store.
public enum DeploymentState: String, Hashable, Codable, Sendable, CaseIterable {
  /// See `Phase`.
  case preparing, usable, removable, removing, removed, canceling, canceled, error
}

/// What the OS manager reported, and whether the driver was notified.
public enum GuestState: Hashable, Sendable {
  /// It has not reported yet.
  case silent
  /// It reported ready, or there is no OS manager. `data`: the data of its latest *ready*;
  /// `isTold`: whether the driver was notified of it.
  case ready(data: SafeText? = nil, isTold: Bool = false)

  /// The state without its details, as it is shown.
  public var osState: OSState {
    switch self {
    case .silent: .preparing
    case .ready: .usable
    }
  }

  /// The data of the OS manager's latest *ready*.
  public var data: SafeText? {
    switch self {
    case .silent: nil
    case .ready(let data, _): data
    }
  }

  /// Whether the driver was notified of the latest *ready*.
  public var isTold: Bool {
    switch self {
    case .silent: false
    case .ready(_, let isTold): isTold
    }
  }
}

/// What the OS manager reported, as it is shown.
public enum OSState: String, Hashable, Codable, Sendable {
  /// It has not reported yet.
  case preparing
  /// It reported ready, or there is no OS manager.
  case usable
}
