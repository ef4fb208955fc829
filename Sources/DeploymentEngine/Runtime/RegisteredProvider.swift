import Basics
import DeploymentInterface
import EngineStore
import Posix

/// A provider that the engine has made, with the number of calls on it.
///
/// It is retired once: when it has left the configuration or the engine stops, and the last call
/// on it has come back.
final class RegisteredProvider: Sendable {
  /// What providers are retired on: that may block for seconds.
  static let retiring = BlockingExecutor(named: "retire", limit: 16)
  /// How long to wait at a stop for calls that were cancelled.
  private static let patienceForCalls = TimeSpan.seconds(1)
  /// How long to wait at a stop for providers to retire.
  private static let patience = TimeSpan.seconds(8)

  private struct State {
    var calls = 0
    var isLeaving = false
  }

  let provider: any Provider
  private let state = Mutex(State())
  private let unused = Semaphore()
  private let retired = Semaphore()

  init(_ provider: any Provider) { self.provider = provider }

  /// A call will be made on it or on one of its services.
  func beginCall() { state.withLock { $0.calls += 1 } }

  /// A call has come back, or will not be made.
  func endCall() {
    let isLast = state.withLock { state in
      state.calls -= 1
      return state.isLeaving && state.calls == 0
    }
    if isLast { retire() }
  }

  /// No call is begun on it any more. To be said at least once; again changes nothing.
  func leave() {
    let isUnused = state.withLock { state in
      defer { state.isLeaving = true }
      return !state.isLeaving && state.calls == 0
    }
    if isUnused { retire() }
  }

  /// Lets providers leave, and waits until they are retired. One with a call that does not come
  /// back is waited for a moment only.
  static func retire(_ providers: [RegisteredProvider]) {
    for provider in providers { provider.leave() }
    let start = EngineClock.system.now.moment
    func left(of span: TimeSpan) -> Duration {
      (start + span - EngineClock.system.now.moment).duration
    }
    for provider in providers where provider.unused.wait(atMost: left(of: patienceForCalls)) {
      _ = provider.retired.wait(atMost: left(of: patience))
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
