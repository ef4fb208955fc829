import Basics
import DeploymentInterface
import Glibc
import Posix

import struct Synchronization.Atomic

/// Says when a store has changed, whichever process changed it.
///
/// The kernel says when the store's log was written to; whether that was a commit, the store
/// says. Where the kernel cannot (another machine wrote it, no permission for the directory), it
/// is asked for slowly.
public final class StoreWatcher: Sendable {
  private let path: String
  private let onChange: @Sendable () -> Void
  /// Nil where no descriptor was left: then `stop` is noticed at the next slow look.
  private let wake: WakePipe?
  private let isStopped = Atomic(false)
  /// Held while `onChange` runs, so that `stop` can wait for it.
  private let calling = Mutex(())

  /// Watches the store at a path, which need not exist yet, until `stop`.
  ///
  /// Where the system gives no thread for it, it tells of nothing: who waits for a change must look
  /// by itself at times.
  ///
  /// - Parameters:
  ///   - path: the store's file.
  ///   - onChange: called on the watcher's own thread: once at first if the store exists, then
  ///     after each commit of another connection, and when the file has appeared or been replaced.
  ///     One call may stand for several commits. It may not call `stop`.
  public init(path: String, onChange: @escaping @Sendable () -> Void) {
    self.path = path
    self.onChange = onChange
    wake = try? WakePipe()
    try? SystemThread.start(named: "watch") { [self] in run() }
  }

  /// Ends the watch; `onChange` is not called any more once this has returned.
  public func stop() {
    isStopped.store(true, ordering: .sequentiallyConsistent)
    wake?.wake()
    calling.withLock { _ in }
  }

  private func run() {
    var sight = ChangeDetector(path)
    while !isStopped.load(ordering: .sequentiallyConsistent) {
      if sight.hasChanged() { tell() }
      sight.wait(or: wake)
    }
  }

  private func tell() {
    calling.withLock { _ in
      if !isStopped.load(ordering: .sequentiallyConsistent) { onChange() }
    }
  }
}
