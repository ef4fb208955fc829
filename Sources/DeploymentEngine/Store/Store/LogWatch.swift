package import DeploymentInterface
import Posix
package import SafeTexts

/// Watches whether the write-ahead log grows because somebody goes on reading an old state: until
/// that reader has finished, the log cannot be used from its beginning again.
package struct LogWatch: Sendable {
  /// Time between two looks.
  private static let interval = TimeSpan.seconds(10)
  private let paths: StorePaths
  private let limit: Int64
  private var nextAt: Moment
  /// Who read at the last look, and who has at the last two.
  private var readers: Set<Int32> = []
  private var lasting: Set<Int32> = []
  /// What there is to say; nil: nothing.
  package private(set) var trouble: SafeText?

  package init(_ store: Store, at now: Moment) {
    self.init(store.lease.paths, limit: StoreLimits.longLogBytes, at: now)
  }

  init(_ paths: StorePaths, limit: Int64, at now: Moment) {
    self.paths = paths
    self.limit = limit
    nextAt = now
  }

  /// Looks again if it is time.
  ///
  /// - Returns: whether there is something new to say.
  package mutating func look(at now: Moment) -> Bool {
    guard now >= nextAt else { return false }
    nextAt = now + Self.interval
    let before = trouble
    trouble = found()
    return trouble != nil && trouble != before
  }

  private mutating func found() -> SafeText? {
    guard let size = (try? FileStatus(path: paths.log))?.size, size > limit else {
      (readers, lasting) = ([], [])
      return nil
    }
    let now = Set(StoreUsers.reading(paths))
    // Whoever reads again and again for a moment is hardly met three times in a row.
    let found = lasting.intersection(now).sorted()
    lasting = readers.intersection(now)
    readers = now
    guard !found.isEmpty else { return nil }
    let names = StoreUsers.names(of: found).joined(separator: ", ")
    return SafeText(
      "\(paths.log) grows because an old state of the store is still being read by \(names): end it"
    )
  }
}
