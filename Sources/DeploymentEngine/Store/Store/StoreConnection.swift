import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import GRDBSQLite
import Posix

/// Opens connections to a store file.
enum StoreConnection {
  /// The purpose of a connection.
  enum Purpose {
    /// Reads only, and creates nothing.
    case reading
    /// Submits requests to an existing store.
    case requesting
    /// Undoes an unfinished change.
    case recovery
    /// Writes everything.
    case engine
  }

  /// Opens an existing store of this program and version; refuses every other file.
  ///
  /// - Parameter patience: how long to wait while an engine is making or updating the store, or has
  ///   not stored its first commit.
  static func open(
    _ paths: StorePaths, _ purpose: Purpose, patience: TimeSpan = .zero
  ) throws(StoreFailure) -> DatabaseQueue {
    let end = EngineClock.system.now.moment + patience
    while true {
      let isLast = EngineClock.system.now.moment >= end
      do throws(StoreFailure) {
        let queue = try openNow(paths, purpose)
        if isLast { return queue }
        if try hasBegun(queue, paths) || !LeaseStatus.query(store: paths.store).isThere {
          return queue
        }
      } catch {
        guard !isLast, [.absent, .older, .damaged, .unreadable].contains(error.kind),
          LeaseStatus.query(store: paths.store).isThere
        else { throw error }
      }
      usleep(10_000)
    }
  }

  private static func openNow(
    _ paths: StorePaths, _ purpose: Purpose
  ) throws(StoreFailure) -> DatabaseQueue {
    try examine(paths, writing: purpose != .reading)
    let queue = try connect(paths, purpose)
    let standing = try attempt(paths) { try queue.read(Schema.standing) }
    switch standing {
    case .current: return queue
    case .empty: throw .withoutContents(paths.store)
    case .older: throw .older(paths.store)
    case .newer: throw .newer(paths.store)
    case .foreign: throw .foreign(paths.store)
    }
  }

  /// Whether an engine has ever stored anything: its pools, at least.
  private static func hasBegun(
    _ queue: DatabaseQueue, _ paths: StorePaths
  ) throws(StoreFailure) -> Bool {
    try attempt(paths) {
      try queue.read { try Int64.fetchOne($0, sql: "SELECT commits FROM meta") ?? 0 } > 0
    }
  }

  /// Connects without checking the contents.
  static func connect(
    _ paths: StorePaths, _ purpose: Purpose
  ) throws(StoreFailure) -> DatabaseQueue {
    var configuration = GRDB.Configuration()
    configuration.readonly = purpose == .reading
    configuration.busyMode = .callback(BusyWait(purpose, paths).callback)
    configuration.label = "store"
    if purpose == .engine { configuration.journalMode = .wal }
    configuration.prepareDatabase { db in
      keepLog(db)
      try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY")
    }
    let name = purpose == .reading ? readingName(paths) : paths.store
    let queue = try attempt(paths) {
      try DatabaseQueue(path: name, configuration: configuration)
    }
    if [.requesting, .engine].contains(purpose) { try makeDurable(queue, paths) }
    return queue
  }

  /// The path or URI to open. Readers, too, write to the index of the log. On a read-only file
  /// system without a log nothing can change; SQLite opens the file there only if it is marked
  /// immutable.
  private static func readingName(_ paths: StorePaths) -> String {
    let log = try? FileStatus(path: paths.log)
    guard log.map({ $0.size == 0 }) ?? true, FileStatus.isReadOnly(paths.store) else {
      return paths.store
    }
    let isPlain = CharacterSet.urlPathAllowed
    let escaped = paths.store.addingPercentEncoding(withAllowedCharacters: isPlain)
    return escaped.map { "file:\($0)?immutable=1" } ?? paths.store
  }

  /// Checks what the file system shows, before SQLite opens the file.
  static func examine(_ paths: StorePaths, writing: Bool) throws(StoreFailure) {
    let status: FileStatus
    do throws(SystemError) {
      status = try FileStatus(path: paths.store)
    } catch {
      if error.number == ENOENT || error.number == ENOTDIR { throw .absent(paths.store) }
      throw .init(.unreadable, "\(paths.store) cannot be reached (\(error.text))")
    }
    guard status.isFile else { throw .foreign(paths.store) }
    if status.size == 0 { throw .withoutContents(paths.store) }
    try permit(paths, status, R_OK, .unreadable, "read")
    if writing { try permit(paths, status, R_OK | W_OK, .unwritable, "write") }
  }

  private static func permit(
    _ paths: StorePaths, _ status: FileStatus, _ access: Int32, _ kind: StoreFailure.Kind,
    _ verb: String
  ) throws(StoreFailure) {
    guard faccessat(AT_FDCWD, paths.store, access, AT_EACCESS) != 0 else { return }
    if errno == EROFS { throw .readOnly(paths.store) }
    if access & W_OK != 0 { throw .notShared(paths) }
    let mode = String(status.mode, radix: 8)
    throw .init(
      kind,
      """
      user \(geteuid()) may not \(verb) \(paths.store), which belongs to user \(status.owner) \
      (mode \(mode)): use that user, or change the permissions
      """)
  }

  /// Runs an action of SQLite and converts its errors to `StoreFailure`.
  static func attempt<Value>(
    _ paths: StorePaths, _ action: () throws -> Value
  ) throws(StoreFailure) -> Value {
    do {
      return try action()
    } catch {
      throw StoreFailure(error, at: paths)
    }
  }

  /// Keeps the log when the last connection closes: without it, users who may not write could not
  /// read.
  private static func keepLog(_ db: Database) {
    var keep: Int32 = 1
    sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &keep)
  }

  /// GRDB lowers `synchronous` when it opens a connection, so it is set afterwards and read back:
  /// with less than FULL, a power failure could undo acknowledged commits.
  private static func makeDurable(
    _ queue: DatabaseQueue, _ paths: StorePaths
  ) throws(StoreFailure) {
    let (synchronous, journal) = try attempt(paths) {
      try queue.writeWithoutTransaction { db in
        try db.execute(
          sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(StoreLimits.logBytes)")
        return (
          try Int.fetchOne(db, sql: "PRAGMA synchronous"),
          try String.fetchOne(db, sql: "PRAGMA journal_mode")
        )
      }
    }
    guard synchronous == 2, journal == "wal" else {
      throw .init(
        .other,
        """
        \(paths.store) cannot be made durable here (synchronous \(synchronous ?? -1), journal \
        \(journal ?? "unknown")): use a local file system
        """)
    }
  }
}

extension StoreConnection {
  /// Whether the file that a connection has open is no longer the one at its path.
  static func hasMoved(_ db: Database) -> Bool {
    var moved: Int32 = 0
    sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
    return moved != 0
  }
}
