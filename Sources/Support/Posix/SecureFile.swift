import Glibc

/// Creates directories and files with exact permissions, whatever the umask is.
package enum SecureFile {
  /// Creates a directory and its missing parents; an existing one stays unchanged.
  package static func makeFolder(_ path: String, mode: UInt32) throws(SystemError) {
    if mkdir(path, mode) == 0 {
      // mkdir applies the umask and ignores the set-group bit.
      if chmod(path, mode) != 0 { throw .last }
      return
    }
    switch errno {
    case EEXIST: return
    case ENOENT:
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
        throw SystemError(number: ENOENT)
      }
      try makeFolder(String(path[..<slash]), mode: mode)
      try makeFolder(path, mode: mode)
    case let number: throw SystemError(number: number)
    }
  }

  /// Opens a file for reading and writing, and creates it if it does not exist. The descriptor is
  /// closed on exec.
  package static func openOrMake(_ path: String, mode: UInt32) throws(SystemError) -> Int32 {
    let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    if made >= 0 {
      _ = fchmod(made, mode)
      return made
    }
    let opened = open(path, O_RDWR | O_CLOEXEC)
    guard opened >= 0 else { throw .last }
    return opened
  }

  /// Creates an empty file, and syncs its directory so that the name survives a power loss. Throws
  /// `EEXIST` if the file exists.
  package static func makeEmpty(
    _ path: String, in folder: String, mode: UInt32
  ) throws(SystemError) {
    let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard made >= 0 else { throw .last }
    _ = fchmod(made, mode)
    close(made)
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    _ = fsync(directory)
    close(directory)
  }
}
