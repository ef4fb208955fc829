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
  /// closed on exec. Throws `ELOOP` if the path is a symbolic link.
  package static func openOrMake(_ path: String, mode: UInt32) throws(SystemError) -> Int32 {
    let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    if made >= 0 {
      _ = fchmod(made, mode)
      return made
    }
    let opened = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard opened >= 0 else { throw .last }
    return opened
  }

  /// Creates an empty file. Throws `EEXIST` if the file exists.
  package static func makeEmpty(_ path: String, mode: UInt32) throws(SystemError) {
    let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard made >= 0 else { throw .last }
    _ = fchmod(made, mode)
    close(made)
  }

  /// Creates a file with contents. Throws `EEXIST` if the file exists.
  package static func makeFile(
    _ path: String, mode: UInt32, contents: [UInt8]
  ) throws(SystemError) {
    let made = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard made >= 0 else { throw .last }
    defer { close(made) }
    guard fchmod(made, mode) == 0 else { throw .last }
    var rest = contents[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(made, $0.baseAddress, $0.count) }
      guard count >= 0 || errno == EINTR else { throw .last }
      rest = rest.dropFirst(max(0, count))
    }
  }

  /// Writes a file to the disk. Its name survives a loss of power as well on file systems that
  /// order what belongs to one file.
  package static func sync(_ path: String) throws(SystemError) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw .last }
    defer { close(file) }
    guard fsync(file) == 0 else { throw .last }
  }

  /// Sets the permissions of a file or a directory of this user.
  package static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
    guard chmod(path, mode) == 0 else { throw .last }
  }

  /// Sets the group of a file or a directory of this user, who must be a member of it.
  package static func giveGroup(_ path: String, _ group: UInt32) throws(SystemError) {
    guard lchown(path, uid_t.max, group) == 0 else { throw .last }
  }

  /// Removes a file or a symbolic link; a missing one is no error.
  package static func remove(_ path: String) throws(SystemError) {
    if unlink(path) != 0, errno != ENOENT { throw .last }
  }

  /// Gives a synced file its final name in the same directory, and syncs the directory, so that
  /// the name survives a power loss. Replaces a file of that name.
  package static func rename(
    _ path: String, to name: String, in folder: String
  ) throws(SystemError) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw .last }
    let isSynced = fsync(file) == 0
    let problem = errno
    close(file)
    guard isSynced else { throw SystemError(number: problem) }
    guard Glibc.rename(path, name) == 0 else { throw .last }
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    _ = fsync(directory)
    close(directory)
  }
}
