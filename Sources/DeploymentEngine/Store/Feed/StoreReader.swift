import Basics
public import DeploymentEngine
public import DeploymentInterface
import GRDB

/// Reads a store that an engine of any process writes. It creates nothing and needs no write
/// permission.
///
/// Reading never blocks the writer. If the file is replaced, the reader opens the new one and sets
/// `isWhole` in the next changes.
public final class StoreReader: Sendable {
  private struct Connection {
    var queue: DatabaseQueue
    /// Number of files opened before this one.
    var generation = 0
    /// Whether the file was replaced since the last read.
    var isNew = false
  }

  /// A value that differs after another connection has committed or the file was replaced.
  struct Version: Hashable {
    var generation: Int
    var number: Int64
  }

  private let paths: StorePaths
  private let clock: EngineClock
  private let connection: Mutex<Connection>

  /// Opens the store at a path.
  ///
  /// - Parameter patience: how long to wait for an engine that is starting: while it makes or
  ///   updates the store, and until it has stored its configuration.
  public convenience init(path: String, patience: TimeSpan = .zero) throws(StoreFailure) {
    try self.init(path: path, clock: .system, patience: patience)
  }

  /// Opens the store at a path, with the clock that deadlines are computed with.
  public init(
    path: String, clock: EngineClock, patience: TimeSpan = .zero
  ) throws(StoreFailure) {
    paths = StorePaths(path)
    self.clock = clock
    connection = Mutex(
      Connection(queue: try StoreConnection.open(paths, .reading, patience: patience)))
  }

  /// The complete contents of the store.
  public func snapshot() throws(StoreFailure) -> StoreSnapshot {
    let now = clock.now
    return try read { db, _ in
      let meta = try Row.fetchOne(db, sql: "SELECT commits, store_id FROM meta")
      return StoreSnapshot(
        sequence: meta?[0] ?? 0, storeID: meta?[1] ?? "",
        state: try StoredRows(path: paths.store, now: now).state(db), now: now.utc)
    }
  }

  /// The changes since a commit.
  ///
  /// - Parameter sequence: the `sequence` of the last snapshot or changes.
  public func changes(since sequence: Int64) throws(StoreFailure) -> StoreChanges {
    let now = clock.now
    return try read { db, isNew in
      let meta = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT commits, forgotten FROM meta"))
      let commits = meta?[0] as Int64? ?? 0
      let forgotten = meta?[1] as Int64? ?? 0
      let isWhole = isNew || sequence > commits || sequence < forgotten
      if isWhole || sequence == commits {
        return StoreChanges(sequence: commits, isWhole: isWhole, changes: [])
      }
      let changes = try ChangeFeed(rows: StoredRows(path: paths.store, now: now))
        .changes(db, since: sequence)
      return StoreChanges(sequence: commits, isWhole: false, changes: changes)
    }
  }

  /// The events after a sequence number, oldest first.
  ///
  /// - Parameters:
  ///   - deployment: returns only events of this deployment; nil: all.
  ///   - limit: the maximum number of events; a negative number counts as 0.
  public func journal(
    after sequence: Int64, deployment: DeploymentID?, limit: Int
  ) throws(StoreFailure) -> [NumberedEntry] {
    try read { db, _ in
      try JournalRows.after(sequence, of: deployment, limit: max(0, limit), db)
    }
  }

  /// The last events, oldest first.
  ///
  /// - Parameters:
  ///   - deployment: returns only events of this deployment; nil: all.
  ///   - limit: the maximum number of events; a negative number counts as 0.
  public func journalTail(
    deployment: DeploymentID?, limit: Int
  ) throws(StoreFailure) -> [NumberedEntry] {
    try read { db, _ in try JournalRows.tail(of: deployment, limit: max(0, limit), db) }
  }

  func version() throws(StoreFailure) -> Version {
    try connection.withLock { connection throws(StoreFailure) in
      try follow(&connection)
      // Outside a transaction, because inside one the number never changes.
      let number = try StoreConnection.attempt(paths) {
        try connection.queue.writeWithoutTransaction { db in
          try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
        }
      }
      return Version(generation: connection.generation, number: number)
    }
  }

  private func read<Value: Sendable>(
    _ body: (Database, _ isNew: Bool) throws -> Value
  ) throws(StoreFailure) -> Value {
    try connection.withLock { connection throws(StoreFailure) in
      try follow(&connection)
      let isNew = connection.isNew
      let value = try StoreConnection.attempt(paths) {
        try connection.queue.read { try body($0, isNew) }
      }
      connection.isNew = false
      return value
    }
  }

  /// Opens the file at the path if it is no longer the one that is open.
  private func follow(_ connection: inout Connection) throws(StoreFailure) {
    if connection.queue.writeWithoutTransaction({ !StoreConnection.hasMoved($0) }) { return }
    connection = Connection(
      queue: try StoreConnection.open(paths, .reading), generation: connection.generation + 1,
      isNew: true)
  }
}
