import DeploymentInterface
import Glibc

/// What the system says of a file, without opening it.
///
/// A store must never be opened beside SQLite: closing any descriptor of a file drops all of the
/// process's record locks on it, SQLite's included.
package struct FileStatus: Sendable {
  /// The system's number of an error.
  package struct Failure: Error, Hashable, Sendable {
    let number: Int32
    package var text: String { String(cString: strerror(number)) }
  }

  let size: Int64
  let isDirectory: Bool
  let isFile: Bool
  /// The user that it belongs to.
  let owner: UInt32
  /// Its permissions.
  let mode: UInt32
  /// When it was last written to, in milliseconds since 1970.
  let modified: Int64
  /// What tells it from another file of the same name.
  let identity: Identity

  struct Identity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
  }

  init(path: String) throws(Failure) {
    var raw = stat()
    guard fstatat(AT_FDCWD, path, &raw, 0) == 0 else { throw Failure(number: errno) }
    self.init(raw)
  }

  init(descriptor: Int32) throws(Failure) {
    var raw = stat()
    guard fstat(descriptor, &raw) == 0 else { throw Failure(number: errno) }
    self.init(raw)
  }

  /// Whether the file system that a path is on takes no writes from anybody.
  static func isReadOnly(_ path: String) -> Bool {
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
