import Basics
import DeploymentInterface
import EngineStore
import Posix

/// A provider of the running engine, with the number of calls in flight on it.
///
/// It is retired once: when it has left the configuration or the engine stops, and the last call on
/// it has returned.
final class RegisteredProvider: Sendable {
  /// Retires providers, which may block for seconds.
  static let retiring = BlockingExecutor(named: "retire", limit: 16)
  /// Maximum time that a stop waits for cancelled calls.
  private static let callLimit = TimeSpan.seconds(1)
  /// Maximum time that a stop waits for providers to retire.
  private static let retireLimit = TimeSpan.seconds(8)

  private struct State {
    var calls = 0
    var isLeaving = false
  }

  let provider: any Provider
  private let state = Mutex(State())
  private let unused = Semaphore()
  private let retired = Semaphore()

  init(_ provider: any Provider) { self.provider = provider }

  /// Counts a call on the provider or one of its services.
  func beginCall() { state.withLock { $0.calls += 1 } }

  /// Ends a call that has returned or will not be made.
  func endCall() {
    let isLast = state.withLock { state in
      state.calls -= 1
      return state.isLeaving && state.calls == 0
    }
    if isLast { retire() }
  }

  /// Retires the provider after its last call; no further call may begin. Repeating this has no
  /// effect.
  func leave() {
    let isUnused = state.withLock { state in
      defer { state.isLeaving = true }
      return !state.isLeaving && state.calls == 0
    }
    if isUnused { retire() }
  }

  /// Lets providers leave and waits until they are retired, but only briefly for one with a call
  /// that does not return.
  static func retire(_ providers: [RegisteredProvider]) {
    for provider in providers { provider.leave() }
    let start = EngineClock.system.now.moment
    func left(of span: TimeSpan) -> Duration {
      (start + span - EngineClock.system.now.moment).duration
    }
    for provider in providers where provider.unused.wait(atMost: left(of: callLimit)) {
      _ = provider.retired.wait(atMost: left(of: retireLimit))
    }
  }

  private func retire() {
    unused.signal()
    Self.retiring.run { [self] in
      provider.retire()
      retired.signal()
    }
  }
}
