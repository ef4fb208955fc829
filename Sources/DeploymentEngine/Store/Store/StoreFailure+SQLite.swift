import GRDB
import Posix

extension StoreFailure {
  /// What an error of SQLite means for a store.
  init(_ error: any Error, at path: String) {
    if let failure = error as? StoreFailure {
      self = failure
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(.other, "\(path) cannot be used: \(String(describing: error))")
      return
    }
    switch error.resultCode {
    case .SQLITE_NOTADB: self = .foreign(path)
    case .SQLITE_CORRUPT: self = .damaged(path, Self.text(error))
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(.busy, "\(path) is locked by another process: wait until it has finished")
    case .SQLITE_FULL:
      self.init(.full, "\(path) cannot grow, its disk is full: make room there")
    case .SQLITE_READONLY where FileStatus.isReadOnly(path): self = .readOnly(path)
    case .SQLITE_READONLY, .SQLITE_PERM:
      self = .unwritable(path, Self.text(error))
    case .SQLITE_CANTOPEN where FileStatus.isReadOnly(path):
      self.init(
        .unreadable,
        """
        \(path) cannot be read where it is, since its file system is mounted read-only and its log \
        is not whole there: copy it together with \(path)-wal to where it can be written
        """)
    case .SQLITE_CANTOPEN:
      self.init(
        .unreadable, "\(path) cannot be opened: see to the permissions of it and of its directory")
    case .SQLITE_IOERR:
      self.init(
        .disk, "\(path) cannot be written, the disk answers with an error: look at the disk")
    case .SQLITE_CONSTRAINT:
      self.init(
        .inconsistent, "\(path) refuses what contradicts what is in it: \(Self.text(error))")
    default:
      self.init(.other, "\(path) cannot be used: \(Self.text(error))")
    }
  }

  private static func text(_ error: DatabaseError) -> String {
    error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
  }

  static func absent(_ path: String) -> StoreFailure {
    .init(.absent, "there is no store at \(path): an engine that is started on it makes one")
  }

  static func foreign(_ path: String) -> StoreFailure {
    .init(
      .foreign, "\(path) is not a store of this program but something else: choose another path")
  }

  static func damaged(_ path: String, _ why: String) -> StoreFailure {
    .init(.damaged, "\(path) is damaged (\(why)): put back a copy, or begin with another store")
  }

  static func unwritable(_ path: String, _ why: String) -> StoreFailure {
    .init(
      .unwritable,
      "\(path) cannot be written (\(why)): give the user of this program the permission")
  }

  static func readOnly(_ path: String) -> StoreFailure {
    .init(
      .unwritable,
      """
      \(path) cannot be written, its file system is mounted read-only: mount it for writing, or \
      choose another store
      """)
  }

  package static func threadless(_ path: String, _ why: String) -> StoreFailure {
    .init(
      .other,
      """
      no engine can run on \(path), the system gives it no thread (\(why)): end other processes \
      of this user, or raise its limit (ulimit -u)
      """)
  }

  static func newer(_ path: String) -> StoreFailure {
    .init(.newer, "\(path) was written by a newer version of this program: use that version")
  }

  static func older(_ path: String) -> StoreFailure {
    .init(
      .older,
      """
      \(path) was written by an older version of this program: start an engine on it, which \
      brings it up to date
      """)
  }

  static func lost(_ path: String) -> StoreFailure {
    .init(.lost, "another engine has taken \(path) over")
  }

  /// Waiting may help.
  package var isPassing: Bool {
    [.busy, .full, .disk, .unwritable].contains(kind)
  }
}
