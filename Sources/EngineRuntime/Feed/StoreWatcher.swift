import Glibc
import Synchronization

/// Says when a store has changed, whichever process changed it.
///
/// The kernel says when the store's log was written to; whether that was a commit, the store says. Where
/// the kernel cannot (another machine wrote it, no permission for the directory), it is asked for slowly.
public final class StoreWatcher: Sendable {
  private let path: String
  private let onChange: @Sendable () -> Void
  private let wake: WakePipe
  private let isStopped = Atomic(false)
  /// Held while `onChange` runs, so that `stop` can wait for it.
  private let calling = Mutex(())

  /// Watches the store at a path, which need not exist yet, until `stop`.
  ///
  /// - Parameter onChange: called on the watcher's own thread, after a commit of another connection or
  ///   when the file has come or been replaced; several commits may be told of at once. It may not call
  ///   `stop`.
  public init(path: String, onChange: @escaping @Sendable () -> Void) {
    self.path = path
    self.onChange = onChange
    wake = WakePipe()
    SystemThread.start(named: "watch") { [self] in run() }
  }

  /// Ends the watch; `onChange` is not called any more once this has returned.
  public func stop() {
    isStopped.store(true, ordering: .sequentiallyConsistent)
    wake.signal()
    calling.withLock { _ in }
  }

  private func run() {
    var sight = StoreSight(path)
    while !isStopped.load(ordering: .sequentiallyConsistent) {
      if sight.hasChanged() { tell() }
      sight.waitForWrites(or: wake)
    }
  }

  private func tell() {
    calling.withLock { _ in
      if !isStopped.load(ordering: .sequentiallyConsistent) { onChange() }
    }
  }
}

/// What a watcher sees of a store.
private struct StoreSight: ~Copyable {
  /// Between two looks when nothing was heard; longer costs latency where the kernel says nothing.
  private static let slowly: Int32 = 500

  private let paths: StorePaths
  private let notify: WriteNotice?
  private var reader: StoreReader?
  private var version: StoreReader.Version?

  init(_ path: String) {
    paths = StorePaths(path)
    notify = WriteNotice(folder: paths.folder, file: paths.log)
    // What is there at first is no change.
    _ = hasChanged()
  }

  mutating func hasChanged() -> Bool {
    if reader == nil {
      reader = try? StoreReader(path: paths.store)
      guard reader != nil else { return false }
      version = try? reader?.version()
      return true
    }
    guard let now = try? reader?.version() else {
      reader = nil
      return false
    }
    defer { version = now }
    return now != version
  }

  borrowing func waitForWrites(or wake: borrowing WakePipe) {
    var waited = [
      pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: notify?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    repeat {
      guard poll(&waited, 2, Self.slowly) > 0, waited[0].revents == 0 else { return }
    } while notify?.drain() == false
  }
}
