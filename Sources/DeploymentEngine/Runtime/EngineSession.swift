import Basics
import DeploymentInterface
import EngineStore
import Posix
import SafeTexts

/// One run of an engine, from its start to its stop, as the rest of the program sees it.
final class EngineSession: Sendable {
  let mailbox = Mailbox()
  private struct State {
    var trouble: SafeText?
    var lost: SafeText?
    var isStopping = false
    var hasEnded = false
  }
  private let state = Mutex(State())
  private let ended = EndSignal()
  private let retry = Semaphore()
  /// Asked before each commit; what it answers goes wrong instead. For tests.
  let fault: @Sendable () -> StoreFailure?
  /// Asked in each turn; what it answers is an invariant that the core breaks. For tests.
  let breach: @Sendable () -> String?

  init(
    fault: @escaping @Sendable () -> StoreFailure?, breach: @escaping @Sendable () -> String?
  ) {
    self.fault = fault
    self.breach = breach
  }

  var trouble: SafeText? { state.withLock { $0.trouble } }
  var lost: SafeText? { state.withLock { $0.lost } }
  var isStopping: Bool { state.withLock { $0.isStopping } }
  var hasEnded: Bool { state.withLock { $0.hasEnded } }

  /// Notes why the store cannot be written; true: that is news.
  func note(_ trouble: SafeText) -> Bool {
    state.withLock { state in
      defer { state.trouble = trouble }
      return state.trouble != trouble
    }
  }

  /// The store can be written; true: that is news.
  func settle() -> Bool {
    state.withLock { state in
      defer { state.trouble = nil }
      return state.trouble != nil
    }
  }

  /// Waits before the next attempt to write, unless the engine is to stop.
  func pause(_ milliseconds: Int64) {
    _ = retry.wait(atMost: .milliseconds(milliseconds))
  }

  /// The run is over; with why, if nobody wanted it.
  func end(_ lost: SafeText?) {
    state.withLock { state in
      state.lost = lost
      state.hasEnded = true
    }
    mailbox.close()
    ended.set()
  }

  /// Suspends the task until the run is over.
  func untilEnd() async { await ended.wait() }

  /// Stops the run, and does not wait for that.
  func askToStop(draining: TimeSpan) {
    state.withLock { $0.isStopping = true }
    mailbox.post { $0.stop = Mailbox.StopRequest(draining: draining) }
    retry.signal()
  }

  /// Stops the run and waits until it is over, or as good as.
  func stop(draining: TimeSpan) {
    askToStop(draining: draining)
    // A disk that does not answer at all may keep the thread for ever.
    ended.block(atMost: draining.duration + .seconds(10))
  }
}
