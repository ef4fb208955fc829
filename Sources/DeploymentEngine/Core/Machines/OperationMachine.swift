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
