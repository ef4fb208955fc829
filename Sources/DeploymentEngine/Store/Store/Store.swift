import Basics
public import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import Posix

/// The store as the engine that holds its lease sees it: everything that is, and the one who
/// writes it.
///
/// Each commit carries a number, one higher than the last. It is the `sequence` of what it wrote,
/// so that readers can ask what changed since. Each commit also finds the engine's epoch in the
/// store, or is none: an engine that was frozen while another took over cannot write.
public final class Store: Sendable {
  /// The store's random name; also the mark of the engine on what its drivers make.
  public let id: String
  /// Grows with each engine that opens the store.
  public let epoch: Int64
  package let lease: Lease
  let queue: DatabaseQueue
  let state: Mutex<Position>

  /// How far the store has come.
  struct Position {
    /// The last commit.
    var commits: Int64
    /// Erasures up to this commit are no longer told of.
    var forgotten: Int64
    var journal: Span
    var tombstones: Span
  }

  /// The numbers of the oldest and of the newest row of a table that is trimmed from below.
  struct Span {
    var first: Int64
    var last: Int64
    var count: Int64 { last - first + 1 }
  }

  /// What came of a commit.
  public struct Committed: Sendable {
    /// The commit's number.
    public var sequence: Int64
    /// Requests that the engine has taken up with it, in the order in which they were left.
    public var requests: [Request]
    /// There are more than could be taken up at once.
    public var moreRequests: Bool
  }

  /// Opens the store that a lease is for: makes it where there is none, brings an older one up to
  /// date, and makes it this engine's.
  ///
  /// A file that is empty, gone, older than the lock file remembers, or another one, is refused:
  /// a person has to decide what that means for what exists outside.
  public init(_ lease: Lease) throws(StoreFailure) {
    self.lease = lease
    let paths = lease.paths
    try Self.make(lease)
    try Self.refuseOthers(lease)
    let queue = try StoreConnection.connect(paths, .engine)
    try Self.bringUpToDate(queue, paths)
    let claim = try StoreConnection.attempt(paths) { try Self.claim(queue, lease) }
    self.queue = queue
    id = claim.id
    epoch = claim.epoch
    state = Mutex(claim.position)
    lease.remember(storeID: id, commits: claim.position.commits)
  }

  /// Closes the store. What is committed is kept; nothing can be written any more.
  ///
  /// What is in the log is brought into the database first, as far as readers let it: somebody
  /// may copy that file alone.
  public func close() {
    _ = try? queue.writeWithoutTransaction { try $0.checkpoint(.passive) }
    try? queue.close()
    lease.remember(commits: commits)
  }

  /// The number of the last commit.
  public var commits: Int64 { state.withLock { $0.commits } }

  /// Whether the file was removed or replaced while it is open, so that nobody else sees what is
  /// written.
  package var hasMoved: Bool {
    queue.writeWithoutTransaction { StoreConnection.hasMoved($0) }
  }

  /// A number that changes when another process has written.
  package func dataVersion() -> Int64? {
    try? queue.writeWithoutTransaction { db in
      try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version"))
    }
  }
}

extension Store {
  private static func make(_ lease: Lease) throws(StoreFailure) {
    let paths = lease.paths
    do throws(StoreFailure) {
      try StoreConnection.examine(paths, writing: true)
      return
    } catch {
      // Only what is not there, or what an engine made and never wrote to, may be made anew.
      let size = (try? FileStatus(path: paths.store))?.size
      guard error.kind == .absent || size == 0 else { throw error }
    }
    if let remembered = lease.remembered { throw remembered.missing(paths) }
    if (try? FileStatus(path: paths.store)) != nil {
      guard lease.wasMaking else { throw neverBegun(paths) }
      return
    }
    lease.noteMaking()
    do throws(SystemError) {
      try SecureFile.makeEmpty(paths.store, in: paths.folder, mode: lease.access.fileMode)
    } catch {
      throw .unwritable(paths.store, error.text)
    }
  }

  private static func neverBegun(_ paths: StorePaths) -> StoreFailure {
    .init(
      .damaged,
      """
      \(paths.store) is empty and was not created by an engine: restore the store, or remove \
      the file to start with an empty store
      """)
  }

  /// What another program or a newer version wrote is left as it is, so it is first only read:
  /// opening it to write would already change it.
  private static func refuseOthers(_ lease: Lease) throws(StoreFailure) {
    let paths = lease.paths
    guard let status = try? FileStatus(path: paths.store), status.size > 0 else { return }
    let reading = try StoreConnection.connect(paths, .reading)
    switch try StoreConnection.attempt(paths, { try reading.read(Schema.standing) }) {
    case .foreign: throw .foreign(paths.store)
    case .newer: throw .newer(paths.store)
    case .current, .older: try refuseAnother(reading, lease)
    case .empty:
      if let remembered = lease.remembered { throw remembered.missing(paths) }
    }
  }

  private static func refuseAnother(
    _ reading: DatabaseQueue, _ lease: Lease
  ) throws(StoreFailure) {
    guard let remembered = lease.remembered else { return }
    try StoreConnection.attempt(lease.paths) {
      try reading.read { db in
        guard let meta = try Row.fetchOne(db, sql: "SELECT store_id, commits FROM meta") else {
          throw StoreFailure.damaged(lease.paths.store, "its first row is missing")
        }
        try remembered.compare(with: meta[0], commits: meta[1], lease.paths)
      }
    }
  }

  private static func bringUpToDate(
    _ queue: DatabaseQueue, _ paths: StorePaths
  ) throws(StoreFailure) {
    try StoreConnection.attempt(paths) { try Schema.migrator.migrate(queue) }
    try checkPages(queue, paths)
  }

  private static func checkPages(
    _ queue: DatabaseQueue, _ paths: StorePaths
  ) throws(StoreFailure) {
    guard let status = try? FileStatus(path: paths.store),
      status.size <= StoreLimits.checkedBytes
    else { return }
    let verdict = try StoreConnection.attempt(paths) {
      try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    }
    if let verdict, verdict != "ok" { throw .damaged(paths.store, verdict) }
  }

  private static func claim(
    _ queue: DatabaseQueue, _ lease: Lease
  ) throws -> (id: String, epoch: Int64, position: Position) {
    try queue.writeWithoutTransaction { db in
      var claim: (id: String, epoch: Int64, position: Position)?
      try db.inTransaction(.immediate) {
        guard
          let meta = try Row.fetchOne(
            db, sql: "SELECT store_id, epoch, commits, forgotten FROM meta")
        else { throw StoreFailure.damaged(lease.paths.store, "its first row is missing") }
        let position = Position(
          commits: meta[2], forgotten: meta[3], journal: try span(db, of: "journal"),
          tombstones: try span(db, of: "tombstone"))
        let epoch: Int64 = meta[1] + 1
        try db.execute(sql: "UPDATE meta SET epoch = ?", arguments: [epoch])
        claim = (meta[0], epoch, position)
        return .commit
      }
      guard let claim else { throw StoreFailure.lost(lease.paths.store) }
      return claim
    }
  }

  private static func span(_ db: Database, of table: String) throws -> Span {
    let row = try Row.fetchOne(db, sql: "SELECT min(id), max(id) FROM \(table)")
    let first = row?[0] as Int64?
    let last = row?[1] as Int64?
    return Span(first: first ?? 1, last: last ?? 0)
  }

}

extension LockContents.Remembered {
  /// There is nothing where this store was.
  func missing(_ paths: StorePaths) -> StoreFailure {
    .init(
      .damaged,
      """
      \(paths.store) is missing or empty, but \(paths.lock) records \(commits) commits: \
      restore the store, or remove the lock file to start without its contents
      """)
  }

  /// Refuses a store that is another one, or older, than what the lock file remembers.
  func compare(
    with id: String, commits: Int64, _ paths: StorePaths
  ) throws(StoreFailure) {
    if storeID != id {
      throw .init(
        .damaged,
        """
        \(paths.store) is not the store that \(paths.lock) belongs to: restore that store, \
        or remove the lock file to use this one
        """)
    }
    if self.commits > commits {
      throw .init(
        .damaged,
        """
        \(paths.store) is too old according to \(paths.lock) (\(self.commits - commits) \
        commits are missing): restore the newer store, or remove the lock file to use this one
        """)
    }
  }
}
