import Basics
import DeploymentInterface
import EngineStore
import Posix
import SafeTexts

/// The shared state of one run of an engine, from its start to its stop.
final class EngineSession: Sendable {
  let mailbox = Mailbox()
  private struct State {
    var trouble: SafeText?
    /// What keeps the engine from nothing, but should be mended.
    var notice: SafeText?
    var lost: SafeText?
    var isStopping = false
    var hasEnded = false
  }
  private let state = Mutex(State())
  private let ended = EndSignal()
  private let retry = Semaphore()
  /// Asked before each commit; a failure that it returns is thrown instead. For tests.
  let fault: @Sendable () -> StoreFailure?
  /// Asked in each turn; a sentence that it returns breaks an invariant of the core. For tests.
  let breach: @Sendable () -> String?

  init(
    fault: @escaping @Sendable () -> StoreFailure?, breach: @escaping @Sendable () -> String?
  ) {
    self.fault = fault
    self.breach = breach
  }

  var trouble: SafeText? { state.withLock { $0.trouble ?? $0.notice } }
  var lost: SafeText? { state.withLock { $0.lost } }
  var isStopping: Bool { state.withLock { $0.isStopping } }
  var hasEnded: Bool { state.withLock { $0.hasEnded } }

  /// Notes why the store cannot be written; returns whether the reason is new.
  func noteTrouble(_ trouble: SafeText) -> Bool {
    state.withLock { state in
      defer { state.trouble = trouble }
      return state.trouble != trouble
    }
  }

  /// Notes that the store can be written; returns whether it could not before.
  func noteWritable() -> Bool {
    state.withLock { state in
      defer { state.trouble = nil }
      return state.trouble != nil
    }
  }

  /// Notes what should be mended although the store can be written; nil: nothing.
  func note(_ notice: SafeText?) { state.withLock { $0.notice = notice } }

  /// Waits before the next attempt to write; a stop ends the wait.
  func pause(_ milliseconds: Int64) {
    _ = retry.wait(atMost: .milliseconds(milliseconds))
  }

  /// Ends the run, with the reason if nobody asked for it.
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

  /// Asks the run to stop, without waiting.
  func askToStop(draining: TimeSpan) {
    state.withLock { $0.isStopping = true }
    mailbox.post { $0.stop = Mailbox.StopRequest(draining: draining) }
    retry.signal()
  }

  /// Stops the run and waits for its end, at most ten seconds longer than `draining`.
  func stop(draining: TimeSpan) {
    askToStop(draining: draining)
    // A disk that does not respond could block the thread forever.
    ended.block(atMost: draining.duration + .seconds(10))
  }
}
