import Basics
import DeploymentInterface
import Glibc
import Posix

import struct Synchronization.Atomic

/// Reports changes of a store by any process.
///
/// The kernel reports writes to the store's log, and the store tells whether there was a commit.
/// Where the kernel reports nothing (another machine wrote, or the folder is not accessible), the
/// store is checked every 500 ms.
public final class StoreWatcher: Sendable {
  private let path: String
  private let onDrop: (@Sendable () -> Void)?
  private let onChange: @Sendable () -> Void
  /// Nil if no descriptor was available: `stop` is then noticed at the next slow check.
  private let wake: WakePipe?
  private let isStopped = Atomic(false)
  /// Held while `onChange` runs, so that `stop` can wait for it.
  private let calling = Mutex(())

  /// Watches the store at a path, which need not exist yet, until `stop`.
  ///
  /// If the system cannot create a thread, it reports nothing; a caller that waits for a change
  /// must therefore also check from time to time.
  ///
  /// - Parameter onChange: called on the watcher's own thread: once at first if the store
  ///   exists, then after each commit of another connection, and when the file was created or
  ///   replaced. Several commits may cause only one call. It must not call `stop`.
  public convenience init(path: String, onChange: @escaping @Sendable () -> Void) {
    self.init(path: path, onDrop: nil, onChange: onChange)
  }

  /// - Parameter onDrop: called like `onChange` for new requests in the drop box, which only the
  ///   store's owner can watch; nil: it is not watched.
  package init(
    path: String, onDrop: (@Sendable () -> Void)?, onChange: @escaping @Sendable () -> Void
  ) {
    self.path = path
    self.onDrop = onDrop
    self.onChange = onChange
    wake = try? WakePipe()
    try? SystemThread.start(named: "watch") { [self] in run() }
  }

  /// Ends the watch. `onChange` is not called after this has returned.
  public func stop() {
    isStopped.store(true, ordering: .sequentiallyConsistent)
    wake?.wake()
    calling.withLock { _ in }
  }

  private func run() {
    var detector = ChangeDetector(path, watchingDropBox: onDrop != nil)
    while !isStopped.load(ordering: .sequentiallyConsistent) {
      if detector.hasChanged() { report(onChange) }
      if detector.takeDropped(), let onDrop { report(onDrop) }
      detector.wait(or: wake)
    }
  }

  private func report(_ call: @Sendable () -> Void) {
    calling.withLock { _ in
      if !isStopped.load(ordering: .sequentiallyConsistent) { call() }
    }
  }
}
