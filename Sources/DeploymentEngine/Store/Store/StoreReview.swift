import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import Glibc
import Posix
import SafeTexts

/// The review of a store that other users could write to. An engine would run the commands that
/// they may have stored, so it does not start before the store's owner has accepted the contents.
public enum StoreReview {
  /// How far the review of a store is.
  public enum Standing: Hashable, Sendable {
    /// Only the store's owner can write to it, and engines may run on it.
    case accepted
    /// Somebody else could write to it until now.
    case narrowed
    /// Nobody else can write to it any more, and its contents wait to be accepted.
    case waiting
  }

  /// Takes the write permission of everybody but the owner away, if somebody else has it. Engines
  /// then refuse the store until `accept`.
  ///
  /// The contents are copied into new files, because a process that has the old ones open could
  /// still write to them.
  ///
  public static func begin(store path: String) throws(StoreFailure) -> Standing {
    let paths = StorePaths(path)
    try permit(paths)
    guard isWritableByOthers(paths) else {
      return lockContents(paths)?.isUnreviewed == true ? .waiting : .accepted
    }
    do throws(SystemError) {
      // Marked first, because this process may end in between; and again when nobody else can
      // replace the mark.
      try markUnreviewed(paths)
      let folder = try FileStatus(path: paths.folder)
      if folder.mode & 0o022 != 0 { try SecureFile.setMode(paths.folder, folder.mode & ~0o022) }
      try markUnreviewed(paths)
    } catch {
      throw .unwritable(paths.folder, error.text)
    }
    try refuseTriggers(paths)
    try copy(paths)
    return .narrowed
  }

  /// Lets engines run on a store again. Throws if others can still write to it.
  public static func accept(store path: String) throws(StoreFailure) {
    let paths = StorePaths(path)
    try permit(paths)
    if isWritableByOthers(paths) { throw .unreviewed(paths) }
    try refuseTriggers(paths)
    do throws(SystemError) {
      try rewriteLock(paths) { $0.isUnreviewed = false }
    } catch {
      throw .unwritable(paths.lock, error.text)
    }
  }

  private static func permit(_ paths: StorePaths) throws(StoreFailure) {
    try StoreConnection.examine(paths, writing: false)
    let store = try? FileStatus(withoutFollowing: paths.store)
    guard let store, store.isFile, store.owner == geteuid() else {
      let owner = store.map { UserName.of($0.owner) } ?? "its owner"
      throw .init(
        .untrusted, "\(paths.store) belongs to user \(owner): do this as that user")
    }
    let presence = LeaseStatus.query(store: paths.store)
    guard presence == .none else {
      throw .init(
        .busy, "\(paths.store) is held by \(presence.words): stop that engine first")
    }
  }

  private static func isWritableByOthers(_ paths: StorePaths) -> Bool {
    let files = [paths.store, paths.log, paths.index, paths.lock, paths.holder, paths.folder]
    return files.contains { path in
      guard let status = try? FileStatus(path: path), status.mode & 0o022 != 0 else { return false }
      return status.mode & 0o002 != 0 || !StoreTrust.isPrivate(status.group)
    }
  }

  private static func lockContents(_ paths: StorePaths) -> LockContents? {
    let descriptor = open(paths.lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return LockContents(descriptor: descriptor)
  }

  private static func markUnreviewed(_ paths: StorePaths) throws(SystemError) {
    try rewriteLock(paths) { $0.isUnreviewed = true }
    try SecureFile.remove(paths.holder)
  }

  /// Replaces the lock file by a new one, which nobody else has open.
  private static func rewriteLock(
    _ paths: StorePaths, _ change: (inout LockContents) -> Void
  ) throws(SystemError) {
    var contents =
      lockContents(paths)
      ?? LockContents(holder: .current, since: EngineClock.system.now.utc, remembered: nil)
    change(&contents)
    let new = paths.lock + ".new"
    try SecureFile.remove(new)
    let descriptor = try SecureFile.openOrMake(new, mode: StoreAccess.owner.fileMode)
    defer { close(descriptor) }
    try contents.write(to: descriptor)
    try SecureFile.rename(new, to: paths.lock, in: paths.folder)
  }

  /// SQLite would run a trigger at each write.
  private static func refuseTriggers(_ paths: StorePaths) throws(StoreFailure) {
    let queue = try StoreConnection.connect(paths, .reading)
    let names = try StoreConnection.attempt(paths) {
      try queue.read { db in
        try String.fetchAll(
          db, sql: "SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')")
      }
    }
    if let name = names.first {
      throw .init(
        .damaged,
        """
        \(paths.store) contains `\(SafeText(name))`, which this program never makes: restore a \
        copy that nobody else could write
        """)
    }
  }

  /// Copies everything from the log into the store, because the log is removed before the copy
  /// takes the store's place.
  private static func emptyLog(_ paths: StorePaths) throws(StoreFailure) {
    let queue = try StoreConnection.connect(paths, .recovery)
    let isBusy = try StoreConnection.attempt(paths) {
      try queue.writeWithoutTransaction { db in
        try Bool.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? true
      }
    }
    try? queue.close()
    if isBusy {
      throw .init(.busy, "\(paths.store) is in use: close the dashboards that show it first")
    }
  }

  private static func copy(_ paths: StorePaths) throws(StoreFailure) {
    let mode = (try? FileStatus(path: paths.store)).map { $0.mode & 0o640 } ?? 0o600
    try emptyLog(paths)
    try Store.beginFile(paths, mode: mode)
    let queue = try StoreConnection.connect(paths, .reading)
    try StoreConnection.attempt(paths) {
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "VACUUM INTO ?", arguments: [paths.unfinished])
      }
      try queue.close()
      let made = try DatabaseQueue(path: paths.unfinished)
      try made.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
      try made.close()
    }
    try Store.finishFile(paths, mode: mode)
  }
}
