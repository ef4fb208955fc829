import DeploymentInterface
import EngineRuntime
import EngineStore
import Posix

/// Lets a command sleep until a store changes.
final class StoreChangeSignal: Sendable {
  private let signal: Semaphore
  private let watcher: StoreWatcher

  init(path: String) {
    let signal = Semaphore()
    self.signal = signal
    self.watcher = StoreWatcher(path: path) { signal.signal() }
  }

  /// Returns when the store has changed since the last time, or when the time is over.
  func wait(atMost span: TimeSpan) {
    guard signal.wait(atMost: span.duration) else { return }
    // Many changes ring once.
    while signal.wait(atMost: .zero) {}
  }

  /// Sleeps, whatever changes.
  static func sleep(_ span: TimeSpan) {
    _ = Semaphore().wait(atMost: span.duration)
  }

  /// Ends the sleep now.
  func ring() { signal.signal() }

  func stop() { watcher.stop() }
}
