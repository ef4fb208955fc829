import DeploymentEngine
import GRDB
import Posix

extension Store {
  /// Makes the store of a lease if it does not exist, and refuses a file that is not that store.
  static func makeIfMissing(_ lease: Lease) throws(StoreFailure) {
    let paths = lease.paths
    try rollBack(paths)
    do throws(StoreFailure) {
      try StoreConnection.examine(paths, writing: true)
    } catch {
      let size = (try? FileStatus(path: paths.store))?.size
      guard error.kind == .absent || size == 0 else { throw error }
      if let remembered = lease.remembered { throw remembered.missing(paths) }
      // Earlier versions made the file first and filled it afterwards.
      guard size == nil || lease.wasMaking else { throw .withoutContents(paths.store) }
      if size == nil { try refuseLostStore(paths) }
      return try make(lease)
    }
    try refuseOthers(lease)
  }

  /// Undoes a change that a killed process has not finished, as SQLite does when it opens a file
  /// for writing. Opening it for reading would fail.
  private static func rollBack(_ paths: StorePaths) throws(StoreFailure) {
    guard let journal = try? FileStatus(withoutFollowing: paths.journal), journal.isFile,
      journal.size > 0, let store = try? FileStatus(path: paths.store), store.isFile
    else { return }
    let queue = try StoreConnection.connect(paths, .recovery)
    _ = try StoreConnection.attempt(paths) { try queue.read(Schema.standing) }
    try? queue.close()
  }

  /// Refuses a file of another program or of a newer version. It is opened read-only, because
  /// opening it for writing would already change it.
  private static func refuseOthers(_ lease: Lease) throws(StoreFailure) {
    let paths = lease.paths
    let reading = try StoreConnection.connect(paths, .reading)
    switch try StoreConnection.attempt(paths, { try reading.read(Schema.standing) }) {
    case .foreign: throw .foreign(paths.store)
    case .newer: throw .newer(paths.store)
    case .current, .older: try refuseAnother(reading, lease)
    case .empty:
      if let remembered = lease.remembered { throw remembered.missing(paths) }
      guard lease.wasMaking else { throw .withoutContents(paths.store) }
      try? reading.close()
      try make(lease)
    }
  }

  /// A log without its store shows that the store was removed or was not copied completely.
  private static func refuseLostStore(_ paths: StorePaths) throws(StoreFailure) {
    guard let log = try? FileStatus(withoutFollowing: paths.log), log.size > 0 else { return }
    throw StoreFailure(
      .damaged,
      """
      \(paths.store) is missing, but its log \(paths.log) exists: restore the store; a new one \
      would not know what exists outside
      """)
  }

  /// Makes the complete store under another name, and then renames it. If the process dies before
  /// the last step, no store exists.
  private static func make(_ lease: Lease) throws(StoreFailure) {
    let paths = lease.paths
    let mode = lease.access.fileMode
    try beginFile(paths, mode: mode)
    try fill(paths.unfinished, paths)
    try finishFile(paths, mode: mode)
  }

  /// Makes an empty file under the name of an unfinished store.
  static func beginFile(_ paths: StorePaths, mode: UInt32) throws(StoreFailure) {
    do throws(SystemError) {
      for end in ["", "-journal", "-wal", "-shm"] {
        try SecureFile.remove(paths.unfinished + end)
      }
      try SecureFile.makeEmpty(paths.unfinished, mode: mode)
    } catch {
      throw .unwritable(paths.unfinished, error.text)
    }
  }

  /// Puts the unfinished store, which is complete now, in the place of the store.
  static func finishFile(_ paths: StorePaths, mode: UInt32) throws(StoreFailure) {
    do throws(SystemError) {
      for path in [paths.journal, paths.log, paths.index] { try SecureFile.remove(path) }
      // They exist before the store does, so that a user who may only read can open it at once.
      try SecureFile.makeEmpty(paths.log, mode: mode)
      try SecureFile.makeEmpty(paths.index, mode: mode)
      try SecureFile.rename(paths.unfinished, to: paths.store, in: paths.folder)
    } catch {
      throw .unwritable(paths.store, error.text)
    }
  }

  private static func fill(_ path: String, _ paths: StorePaths) throws(StoreFailure) {
    try StoreConnection.attempt(paths) {
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { db in
        // A file that is discarded after a crash needs no journal on the disk.
        try db.execute(sql: "PRAGMA journal_mode = MEMORY")
      }
      try Schema.migrator.migrate(queue)
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA journal_mode = WAL")
      }
      try queue.close()
    }
  }
}

extension LockContents.Remembered {
  /// The failure if the file is missing or empty although the lock file records a store.
  func missing(_ paths: StorePaths) -> StoreFailure {
    .init(
      .damaged,
      """
      \(paths.store) is missing or empty, but \(paths.lock) records \(commits) commits: restore \
      the store; a new one would not know what exists outside and who uses it
      """)
  }

  /// Refuses a store that is not the recorded one, or older than the lock file records.
  func compare(
    with id: String, commits: Int64, _ paths: StorePaths
  ) throws(StoreFailure) {
    if storeID != id {
      throw .init(
        .damaged,
        """
        \(paths.store) is not the store that \(paths.lock) belongs to: restore that store
        """)
    }
    if self.commits > commits {
      throw .init(
        .damaged,
        """
        \(paths.store) is too old according to \(paths.lock) (\(self.commits - commits) \
        commits are missing): restore the newest copy together with its -wal file; this one could \
        give a machine to a second user
        """)
    }
  }
}
