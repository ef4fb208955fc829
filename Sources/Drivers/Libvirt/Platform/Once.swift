import Basics
import DeploymentInterface
import Dispatch

/// One answer for one who waits; whoever is first gives it.
final class Once<Value: Sendable>: Sendable {
  private let waiting: Mutex<CheckedContinuation<Value, Never>?>

  init(_ continuation: CheckedContinuation<Value, Never>) {
    waiting = Mutex(continuation)
  }

  /// False: an answer was given before.
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

  /// Nobody waits any more.
  var isGiven: Bool { waiting.withLock { $0 == nil } }

  /// Gives this answer if there is none by then.
  func give(_ value: Value, after span: TimeSpan) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(span.milliseconds))) {
      self.give(value)
    }
  }
}
