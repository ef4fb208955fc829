import Basics
public import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import Posix
public import SafeTexts

/// The store as the engine that holds its lease uses it: the complete state, and its only writer.
///
/// Each commit has a number, one higher than the last. It is the `sequence` of the rows that the
/// commit wrote, so that readers can ask for later changes. A commit fails unless the store
/// contains the engine's epoch: an engine that was frozen while another took over cannot write.
public final class Store: Sendable {
  /// The store's random id; it is also the ownership tag of the resources that drivers create.
  public let id: String
  /// Grows with each engine that opens the store.
  public let epoch: Int64
  package let lease: Lease
  let queue: DatabaseQueue
  /// Where the store's group leaves requests; nil: only the owner uses the store.
  let dropBox: DropBox?
  let state: Mutex<Position>

  /// The position after the last commit.
  struct Position {
    /// The number of the last commit.
    var commits: Int64
    /// Erasures up to this commit are no longer in the feed.
    var forgotten: Int64
    var journal: Span
    var tombstones: Span
  }

  /// The ids of the oldest and the newest row of a table that is trimmed at its old end.
  struct Span {
    var first: Int64
    var last: Int64
    var count: Int64 { last - first + 1 }
  }

  /// The result of a commit.
  public struct Committed: Sendable {
    /// The commit's number.
    public var sequence: Int64
    /// The requests that the engine took up in it, in the order in which they were submitted.
    public var requests: [Request]
    /// Whether more requests are waiting than one commit takes up.
    public var moreRequests: Bool
    /// What in the drop box was thrown away or has to wait, for the log.
    public var remarks: [SafeText]
  }

  /// Opens the store of a lease: creates it if it does not exist, updates an older one, and claims
  /// it for this engine.
  ///
  /// Throws if the file is empty, missing, another store, or older than the lock file records: an
  /// operator must decide what that means for the resources that exist outside. A store is made
  /// under another name and renamed, so it never exists without its contents.
  public init(_ lease: Lease) throws(StoreFailure) {
    self.lease = lease
    let paths = lease.paths
    try Self.makeIfMissing(lease)
    try StorePermissions.apply(lease.access, to: paths)
    let queue = try StoreConnection.connect(paths, .engine)
    try Self.bringUpToDate(queue, paths)
    let claim = try StoreConnection.attempt(paths) { try Self.claim(queue, lease) }
    self.queue = queue
    dropBox = try Self.openDropBox(lease)
    id = claim.id
    epoch = claim.epoch
    state = Mutex(claim.position)
    lease.remember(storeID: id, commits: claim.position.commits)
  }

  /// Closes the store. Commits are kept; nothing can be written after this.
  ///
  /// The log is copied into the database first, as far as readers allow it, because someone may
  /// copy only the database file.
  public func close() {
    _ = try? queue.writeWithoutTransaction { try $0.checkpoint(.passive) }
    try? queue.close()
    lease.remember(commits: commits)
  }

  /// The number of the last commit.
  public var commits: Int64 { state.withLock { $0.commits } }

  /// Whether the file was removed or replaced while it is open, so that no other process sees the
  /// commits.
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
  static func refuseAnother(
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

  private static func openDropBox(_ lease: Lease) throws(StoreFailure) -> DropBox? {
    let paths = lease.paths
    guard lease.access == .group else { return nil }
    do throws(SystemError) {
      return try DropBox.open(paths, at: EngineClock.system.now.utc)
    } catch {
      throw .unwritable(paths.asks, error.text)
    }
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
