import Glibc

/// Status of a file, read without opening it.
///
/// Do not open a store's file beside SQLite: closing any descriptor of a file drops all record
/// locks of the process on it, SQLite's included.
package struct FileStatus: Sendable {
  /// Size in bytes.
  package let size: Int64
  /// Whether it is a directory.
  package let isDirectory: Bool
  /// Whether it is a regular file.
  package let isFile: Bool
  /// Whether it is a symbolic link.
  package let isLink: Bool
  /// Number of its names (hard links).
  package let names: UInt64
  /// User id of the owner.
  package let owner: UInt32
  /// Group id of its group.
  package let group: UInt32
  /// Permission bits, with set-user, set-group and sticky.
  package let mode: UInt32
  /// Time of the last write, in milliseconds since 1970 UTC.
  package let modified: Int64
  /// Distinguishes the file from another one with the same name.
  package let identity: Identity

  /// Device and inode number.
  package struct Identity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
  }

  /// Status of the file at a path; follows symbolic links.
  package init(path: String) throws(SystemError) {
    var raw = stat()
    guard fstatat(AT_FDCWD, path, &raw, 0) == 0 else { throw .last }
    self.init(raw)
  }

  /// Status of the file at a path; a symbolic link is not followed.
  package init(withoutFollowing path: String) throws(SystemError) {
    var raw = stat()
    guard fstatat(AT_FDCWD, path, &raw, AT_SYMLINK_NOFOLLOW) == 0 else { throw .last }
    self.init(raw)
  }

  /// Status of an open file.
  package init(descriptor: Int32) throws(SystemError) {
    var raw = stat()
    guard fstat(descriptor, &raw) == 0 else { throw .last }
    self.init(raw)
  }

  /// Whether the file system of a path is mounted read-only.
  package static func isReadOnly(_ path: String) -> Bool {
    var system = statvfs()
    return statvfs(path, &system) == 0 && system.f_flag & UInt(ST_RDONLY) != 0
  }

  /// Some 100,000 years, in seconds.
  private static let farthest: Int64 = 3_000_000_000_000

  private init(_ raw: stat) {
    size = Int64(raw.st_size)
    isDirectory = raw.st_mode & S_IFMT == S_IFDIR
    isFile = raw.st_mode & S_IFMT == S_IFREG
    isLink = raw.st_mode & S_IFMT == S_IFLNK
    names = UInt64(raw.st_nlink)
    owner = raw.st_uid
    group = raw.st_gid
    mode = raw.st_mode & 0o7777
    // The owner of a file can set any time, also one that milliseconds cannot express.
    let seconds = min(max(Int64(raw.st_mtim.tv_sec), -Self.farthest), Self.farthest)
    modified = seconds * 1000 + Int64(raw.st_mtim.tv_nsec) / 1_000_000
    identity = Identity(device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino))
  }
}
