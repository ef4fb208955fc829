import Glibc

/// Makes directories and files with exactly the permissions that are wanted, whatever the umask is.
package enum SecureFile {
  /// Makes a directory and those above it; one that exists stays as it is.
  package static func makeFolder(_ path: String, mode: UInt32) throws(SystemError) {
    if mkdir(path, mode) == 0 {
      // mkdir leaves out what the umask masks, and the set-group bit.
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

  /// Opens a file to read and write, making it where there is none. It is closed in child
  /// processes.
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

  /// Makes an empty file where there is none, and sees to it that its name survives a loss of
  /// power.
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
