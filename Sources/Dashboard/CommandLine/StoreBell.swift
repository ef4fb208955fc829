import DeploymentEngine
import Dispatch
import EngineRuntime

/// Lets a command sleep until a store changes.
final class StoreBell: Sendable {
  private let signal: DispatchSemaphore
  private let watcher: StoreWatcher

  init(path: String) {
    let signal = DispatchSemaphore(value: 0)
    self.signal = signal
    self.watcher = StoreWatcher(path: path) { signal.signal() }
  }

  /// Returns when the store has changed since the last time, or when the time is over.
  func wait(atMost span: TimeSpan) {
    guard signal.wait(timeout: .now() + .milliseconds(Int(span.milliseconds))) == .success else {
      return
    }
    // Many changes ring once.
    while signal.wait(timeout: .now()) == .success {}
  }

  /// Sleeps, whatever changes.
  static func sleep(_ span: TimeSpan) {
    _ = DispatchSemaphore(value: 0)
      .wait(timeout: .now() + .milliseconds(Int(span.milliseconds)))
  }

  /// Ends the sleep now.
  func ring() { signal.signal() }

  func stop() { watcher.stop() }
}
