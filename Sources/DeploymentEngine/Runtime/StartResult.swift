import Basics
import DeploymentInterface
import Posix

/// The result of a start on another thread.
final class StartResult<Failure: Error>: Sendable {
  private struct State {
    var isKnown = false
    var failure: Failure?
  }
  private let state = Mutex(State())
  private let done = Semaphore()

  /// Sets the result; only the first call counts.
  func set(_ failure: Failure?) {
    state.withLock { state in
      if !state.isKnown { state = State(isKnown: true, failure: failure) }
    }
    done.signal()
  }

  /// Waits for the result; nil if the start succeeded.
  func wait() -> Failure? {
    done.wait()
    return state.withLock { $0.failure }
  }
}
