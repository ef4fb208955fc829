import Glibc
import Posix

/// What a watcher sees of a store.
struct ChangeDetector: ~Copyable {
  /// Between two looks when nothing was heard; longer costs latency where the kernel says nothing.
  private static let slowly: Int32 = 500

  /// What is written is there for others only once it is on the disk, and nothing is heard of
  /// that moment. So after a write was heard, these many milliseconds pass from look to look; all
  /// of them, as a commit that is seen may be the one before.
  private static let soon: [Int32] = [1, 2, 4, 8, 16, 32, 64, 128]

  private let path: String
  private var notify: InotifyWatch?
  /// Looks since a write was heard.
  private var looks: Int?
  private var reader: StoreReader?
  private var version: StoreReader.Version?

  init(_ path: String) { self.path = path }

  /// Whether the kernel tells of writes; without it, only slow looks find them.
  var hears: Bool { notify != nil }

  mutating func hasChanged() -> Bool {
    guard let reader else { return open() }
    guard let now = try? reader.version() else {
      self.reader = nil
      return false
    }
    defer { version = now }
    // The directory may be another one, too.
    if now.generation != version?.generation { listen() }
    return now != version
  }

  private mutating func open() -> Bool {
    // Before the first look, or a commit in between would be heard of late.
    listen()
    reader = try? StoreReader(path: path)
    version = try? reader?.version()
    return reader != nil
  }

  private mutating func listen() {
    let paths = StorePaths(path)
    notify = InotifyWatch(folder: paths.folder, file: paths.log)
  }

  /// Waits until it is time for another look.
  mutating func wait(or wake: WakePipe?) {
    var waited = [
      pollfd(fd: wake?.reading ?? -1, events: Int16(POLLIN), revents: 0),
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
