import Basics
import DeploymentInterface
import Dispatch

/// A continuation that several sources may resume; the first answer counts.
final class Once<Value: Sendable>: Sendable {
  private let waiting: Mutex<CheckedContinuation<Value, Never>?>

  init(_ continuation: CheckedContinuation<Value, Never>) {
    waiting = Mutex(continuation)
  }

  /// Returns false if an answer was given before.
  @discardableResult
  func give(_ value: Value) -> Bool {
    let continuation = waiting.withLock { waiting in
      let continuation = waiting
      waiting = nil
      return continuation
    }
    continuation?.resume(returning: value)
    return continuation != nil
  }

  /// Whether an answer was given.
  var isGiven: Bool { waiting.withLock { $0 == nil } }

  /// Gives this answer after a time, unless another was given before.
  func give(_ value: Value, after span: TimeSpan) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(span.milliseconds))) {
      self.give(value)
    }
  }
}
