import Glibc
import Posix

/// Detects commits to a store by other connections.
struct ChangeDetector: ~Copyable {
  /// Milliseconds between two checks while no write is reported. A longer interval would delay
  /// changes that the kernel does not report.
  private static let slowInterval: Int32 = 500

  /// Milliseconds between the checks after a reported write. A write becomes visible to others only
  /// when it is on the disk, which the kernel does not report. All intervals are used, because the
  /// commit that a check sees may be the previous one.
  private static let fastIntervals: [Int32] = [1, 2, 4, 8, 16, 32, 64, 128]

  private let path: String
  private var notify: InotifyWatch?
  /// Reports new files in the drop box; nil: it is not watched.
  private let dropBox: InotifyWatch?
  private var hasDropped = false
  /// Number of checks since the last reported write; nil while the slow interval applies.
  private var checks: Int?
  private var reader: StoreReader?
  private var version: StoreReader.Version?

  init(_ path: String, watchingDropBox: Bool = false) {
    self.path = path
    let asks = StorePaths(path).asks
    dropBox = watchingDropBox ? InotifyWatch(folder: asks, file: nil) : nil
  }

  /// Whether the kernel reports writes; otherwise only the slow checks find them.
  var hears: Bool { notify != nil }

  mutating func hasChanged() -> Bool {
    guard let reader else { return open() }
    guard let now = try? reader.version() else {
      self.reader = nil
      return false
    }
    defer { version = now }
    // The folder may have been replaced, too.
    if now.generation != version?.generation { listen() }
    return now != version
  }

  /// Whether a file came into the drop box since the last call.
  mutating func takeDropped() -> Bool {
    defer { hasDropped = false }
    return hasDropped
  }

  private mutating func open() -> Bool {
    // Before the first check; otherwise a commit in between would be noticed late.
    listen()
    reader = try? StoreReader(path: path)
    version = try? reader?.version()
    return reader != nil
  }

  private mutating func listen() {
    let paths = StorePaths(path)
    notify = InotifyWatch(folder: paths.folder, file: paths.log)
  }

  /// Waits until the next check is due.
  mutating func wait(or wake: WakePipe?) {
    var waited = [
      pollfd(fd: wake?.reading ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: notify?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: dropBox?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let pause = checks.flatMap {
        $0 < Self.fastIntervals.count ? Self.fastIntervals[$0] : nil
      }
      guard poll(&waited, nfds_t(waited.count), pause ?? Self.slowInterval) > 0 else {
        checks = pause == nil ? nil : checks.map { $0 + 1 }
        return
      }
      if waited[0].revents != 0 { return }
      if dropBox?.drain() == true {
        hasDropped = true
        return
      }
      if notify?.drain() == true {
        checks = 0
        return
      }
    }
  }
}
