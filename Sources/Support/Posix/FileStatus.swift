import Glibc

/// What the system says of a file, without opening it.
///
/// The file of a store must never be opened beside SQLite: closing any descriptor of a file drops
/// all of the process's record locks on it, SQLite's included.
package struct FileStatus: Sendable {
  /// Bytes.
  package let size: Int64
  /// It is a directory.
  package let isDirectory: Bool
  /// It is a regular file.
  package let isFile: Bool
  /// The user that it belongs to.
  package let owner: UInt32
  /// Its permissions.
  package let mode: UInt32
  /// When it was last written to, in milliseconds since 1970.
  package let modified: Int64
  /// What tells it from another file of the same name.
  package let identity: Identity

  /// Its device and its number there.
  package struct Identity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
  }

  /// Of the file with this path; a link is followed.
  package init(path: String) throws(SystemError) {
    var raw = stat()
    guard fstatat(AT_FDCWD, path, &raw, 0) == 0 else { throw .last }
    self.init(raw)
  }

  /// Of a file that is open.
  package init(descriptor: Int32) throws(SystemError) {
    var raw = stat()
    guard fstat(descriptor, &raw) == 0 else { throw .last }
    self.init(raw)
  }

  /// Whether the file system that a path is on takes no writes from anybody.
  package static func isReadOnly(_ path: String) -> Bool {
    var system = statvfs()
    return statvfs(path, &system) == 0 && system.f_flag & UInt(ST_RDONLY) != 0
  }

  private init(_ raw: stat) {
    size = Int64(raw.st_size)
    isDirectory = raw.st_mode & S_IFMT == S_IFDIR
    isFile = raw.st_mode & S_IFMT == S_IFREG
    owner = raw.st_uid
    mode = raw.st_mode & 0o7777
    modified = Int64(raw.st_mtim.tv_sec) * 1000 + Int64(raw.st_mtim.tv_nsec) / 1_000_000
    identity = Identity(device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino))
  }
}
