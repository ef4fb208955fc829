import Basics
import DeploymentInterface
import Posix

/// How a start went, from the thread that starts something to the one that wants to know.
final class StartResult<Failure: Error>: Sendable {
  private struct State {
    var isKnown = false
    var failure: Failure?
  }
  private let state = Mutex(State())
  private let done = Semaphore()

  /// Says how it went; only the first time counts.
  func set(_ failure: Failure?) {
    state.withLock { state in
      if !state.isKnown { state = State(isKnown: true, failure: failure) }
    }
    done.signal()
  }

  /// Waits until it is known; nil: the start succeeded.
  func wait() -> Failure? {
    done.wait()
    return state.withLock { $0.failure }
  }
}
