import GRDB
import Posix
import SafeTexts

extension StoreFailure {
  /// Converts an error of SQLite.
  init(_ error: any Error, at paths: StorePaths) {
    let path = paths.store
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
      self = .locked(paths)
    case .SQLITE_FULL:
      self.init(.full, "cannot extend \(path): its disk is full; free some space")
    case .SQLITE_READONLY where FileStatus.isReadOnly(path): self = .readOnly(path)
    case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK:
      self.init(
        .busy,
        """
        \(path) contains a change that was not finished: start an engine on it, which undoes the \
        change
        """)
    case .SQLITE_READONLY, .SQLITE_PERM:
      self = .unwritable(path, Self.text(error))
    case .SQLITE_CANTOPEN where FileStatus.isReadOnly(path):
      self.init(
        .unreadable,
        """
        cannot read \(path): its file system is mounted read-only and its write-ahead log is \
        incomplete; copy it and \(path)-wal to a writable folder
        """)
    case .SQLITE_CANTOPEN:
      self.init(
        .unreadable, "cannot open \(path): check the permissions of the file and of its folder")
    case .SQLITE_IOERR:
      self.init(
        .disk, "cannot write \(path): the disk reports an error; check the disk")
    case .SQLITE_CONSTRAINT:
      self.init(
        .inconsistent, "\(path) rejects a change that contradicts its contents: \(Self.text(error))"
      )
    default:
      self.init(.other, "\(path) cannot be used: \(Self.text(error))")
    }
  }

  /// Another process keeps it locked; it is named if that can be seen.
  private static func locked(_ paths: StorePaths) -> StoreFailure {
    let holders = StoreUsers.blocking(paths)
    guard !holders.isEmpty else {
      return .init(.busy, "\(paths.store) is locked by another process: wait until it has finished")
    }
    let names = SafeText(holders.joined(separator: ", "))
    return .init(
      .busy, "\(paths.store) is locked by \(names): wait until it has finished, or end it")
  }

  private static func text(_ error: DatabaseError) -> String {
    error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
  }

  static func absent(_ path: String) -> StoreFailure {
    .init(.absent, "no store at \(path): starting an engine creates it")
  }

  static func foreign(_ path: String) -> StoreFailure {
    .init(
      .foreign, "\(path) is not a store of this program: choose another path")
  }

  static func damaged(_ path: String, _ why: String) -> StoreFailure {
    .init(.damaged, "\(path) is damaged (\(why)): restore the newest good copy")
  }

  /// The file is empty, or a database without anything in it.
  static func withoutContents(_ path: String) -> StoreFailure {
    .init(
      .damaged,
      """
      \(path) is empty: restore the store; if this is a copy, its log \(path)-wal is missing
      """)
  }

  static func unwritable(_ path: String, _ why: String) -> StoreFailure {
    .init(
      .unwritable,
      "cannot write \(path) (\(why)): give the user of this program write permission")
  }

  static func readOnly(_ path: String) -> StoreFailure {
    .init(
      .unwritable,
      """
      cannot write \(path): its file system is mounted read-only; mount it read-write, or \
      choose another store
      """)
  }

  package static func threadless(_ path: String, _ why: String) -> StoreFailure {
    .init(
      .other,
      """
      cannot run an engine on \(path): the system cannot create a thread (\(why)); end other \
      processes of this user, or raise its limit (ulimit -u)
      """)
  }

  static func newer(_ path: String) -> StoreFailure {
    .init(.newer, "\(path) was written by a newer version of this program: use that version")
  }

  static func older(_ path: String) -> StoreFailure {
    .init(
      .older,
      """
      \(path) was written by an older version of this program: start an engine on it to update it
      """)
  }

  static func lost(_ path: String) -> StoreFailure {
    .init(.lost, "another engine has taken over \(path)")
  }

  /// Whether waiting can help.
  package var isPassing: Bool {
    [.busy, .full, .disk, .unwritable].contains(kind)
  }
}
