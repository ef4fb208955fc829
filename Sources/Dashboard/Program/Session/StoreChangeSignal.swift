import DeploymentInterface
import EngineRuntime
import EngineStore
import Posix

/// Wakes a command when a store changes.
final class StoreChangeSignal: Sendable {
  private let signal: Semaphore
  private let watcher: StoreWatcher

  init(path: String) {
    let signal = Semaphore()
    self.signal = signal
    self.watcher = StoreWatcher(path: path) { signal.signal() }
  }

  /// Waits until the store has changed since the last call, at most for `span`.
  ///
  /// - Returns: whether it has changed.
  @discardableResult
  func wait(atMost span: TimeSpan) -> Bool {
    guard signal.wait(atMost: span.duration) else { return false }
    // Many changes wake once.
    while signal.wait(atMost: .zero) {}
    return true
  }

  /// Sleeps for the whole time, whatever changes.
  static func sleep(_ span: TimeSpan) {
    _ = Semaphore().wait(atMost: span.duration)
  }

  /// Ends a wait now.
  func wake() { signal.signal() }

  func stop() { watcher.stop() }
}
