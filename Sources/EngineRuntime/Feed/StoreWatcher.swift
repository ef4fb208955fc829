import Glibc
import Synchronization

/// Says when a store has changed, whichever process changed it.
///
/// The kernel says when the store's log was written to; whether that was a commit, the store
/// says. Where the kernel cannot (another machine wrote it, no permission for the directory), it
/// is asked for slowly.
public final class StoreWatcher: Sendable {
  private let path: String
  private let onChange: @Sendable () -> Void
  private let wake: WakePipe
  private let isStopped = Atomic(false)
  /// Held while `onChange` runs, so that `stop` can wait for it.
  private let calling = Mutex(())

  /// Watches the store at a path, which need not exist yet, until `stop`.
  ///
  /// - Parameter onChange: called on the watcher's own thread: once at first if the store is
  ///   there, then after each commit of another connection, and when the file has come or been
  ///   replaced. Several commits may be told of at once. It may not call `stop`.
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
      sight.wait(or: wake)
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

  /// What is written is there for others only once it is on the disk, and nothing is heard of
  /// that moment. So after a write was heard, these many milliseconds pass from look to look; all
  /// of them, as a commit that is seen may be the one before.
  private static let soon: [Int32] = [1, 2, 4, 8, 16, 32, 64, 128]

  private let paths: StorePaths
  private let notify: WriteNotice?
  /// Looks since a write was heard.
  private var looks: Int?
  private var reader: StoreReader?
  private var version: StoreReader.Version?

  init(_ path: String) {
    paths = StorePaths(path)
    notify = WriteNotice(folder: paths.folder, file: paths.log)
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

  /// Waits until it is time for another look.
  mutating func wait(or wake: WakePipe) {
    var waited = [
      pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: notify?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let pause = looks.flatMap { $0 < Self.soon.count ? Self.soon[$0] : nil }
      guard poll(&waited, 2, pause ?? Self.slowly) > 0 else {
        looks = pause == nil ? nil : looks.map { $0 + 1 }
        return
      }
      if waited[0].revents != 0 { return }
      if notify?.drain() == true {
        looks = 0
        return
      }
    }
  }
}
