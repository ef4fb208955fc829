public import DeploymentEngine
public import DeploymentInterface
import GRDB
import Glibc
import Posix

/// The findings of a read-only examination of a store, for an operator who must decide what to do.
public struct StoreExamination: Sendable {
  /// The reason why it cannot be used as it is; nil: it can be used.
  public let failure: StoreFailure?
  /// Its contents; nil: they cannot be read.
  public let state: StoredState?
  /// Its random id, which is the ownership tag of the resources outside. It comes from the store
  /// or, if that cannot be read, from the lock file; nil: it is unknown.
  public let storeID: String?
  /// The number of commits in it; nil: it cannot be read.
  public let commits: Int64?
  /// Size of the store and its log in bytes; nil: the store does not exist.
  public let size: Int64?
  /// Free bytes on its disk; nil: unknown.
  public let free: Int64?
  /// Whether its file system is mounted read-only.
  public let isReadOnly: Bool
  /// Whether an engine runs on it.
  public let presence: LeaseStatus

  /// Examines the store at a path, page by page. That takes a second for 500 MB.
  ///
  /// - Parameter now: the time that deadlines are computed from.
  public init(path: String, at now: EngineTime) {
    let paths = StorePaths(path)
    presence = LeaseStatus.query(store: path)
    let file = try? FileStatus(path: paths.store)
    size = file.map { $0.size + ((try? FileStatus(path: paths.log))?.size ?? 0) }
    free = Self.free(in: paths.folder)
    isReadOnly = FileStatus.isReadOnly(paths.folder)
    let remembered = Self.remembered(paths)
    do throws(StoreFailure) {
      let found = try Self.read(paths, now)
      (state, storeID, commits) = (found.state, found.storeID, found.commits)
      failure = Self.contradiction(found, remembered, paths)
    } catch {
      (state, storeID, commits) = (nil, remembered?.storeID, nil)
      let isGone = error.kind == .absent || file?.size == 0
      failure = isGone ? remembered?.missing(paths) ?? error : error
    }
  }

  private struct Contents {
    var state: StoredState
    var storeID: String
    var commits: Int64
  }

  private static func read(
    _ paths: StorePaths, _ now: EngineTime
  ) throws(StoreFailure) -> Contents {
    let queue = try StoreConnection.open(paths, .reading, patience: .seconds(5))
    return try StoreConnection.attempt(paths) {
      try queue.read { db in
        let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
        if let verdict, verdict != "ok" { throw StoreFailure.damaged(paths.store, verdict) }
        guard let meta = try Row.fetchOne(db, sql: "SELECT store_id, commits FROM meta") else {
          throw StoreFailure.damaged(paths.store, "its first row is missing")
        }
        let state = try StoredRows(path: paths.store, now: now).state(db)
        return Contents(state: state, storeID: meta[0], commits: meta[1])
      }
    }
  }

  private static func remembered(_ paths: StorePaths) -> LockContents.Remembered? {
    let descriptor = open(paths.lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return LockContents(descriptor: descriptor)?.remembered
  }

  private static func contradiction(
    _ contents: Contents, _ remembered: LockContents.Remembered?, _ paths: StorePaths
  ) -> StoreFailure? {
    guard let remembered else { return nil }
    do throws(StoreFailure) {
      try remembered.compare(with: contents.storeID, commits: contents.commits, paths)
      return nil
    } catch {
      return error
    }
  }

  private static func free(in folder: String) -> Int64? {
    var system = statvfs()
    guard statvfs(folder, &system) == 0 else { return nil }
    return Int64(clamping: UInt64(system.f_bavail) * UInt64(system.f_frsize))
  }
}
