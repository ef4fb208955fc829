import Glibc

/// A lock on a whole file that belongs to one open description of it.
///
/// Unlike `flock`, it can be asked for without being taken, so nobody who only asks disturbs an
/// engine that starts; unlike the older record locks, it does not vanish when the process closes
/// another descriptor of the file.
enum FileLock {
  // The kernel's numbers for open file description locks, which Swift's C library does not name.
  private static let query: Int32 = 36
  private static let take: Int32 = 37

  /// Takes the lock, if it is free, until the descriptor is closed.
  static func tryTake(_ descriptor: Int32) throws(FileStatus.Failure) -> Bool {
    var lock = whole()
    while fcntl(descriptor, take, &lock) != 0 {
      switch errno {
      case EINTR: continue
      case EAGAIN, EACCES: return false
      case let number: throw FileStatus.Failure(number: number)
      }
    }
    return true
  }

  /// Lets go of the lock at once. Closing alone would not do: while another thread starts a
  /// child, that child has the descriptor as well, until it runs its own program.
  static func letGo(_ descriptor: Int32) {
    var lock = whole()
    lock.l_type = Int16(F_UNLCK)
    _ = fcntl(descriptor, take, &lock)
  }

  /// Whether anybody else holds the lock.
  static func isHeld(_ descriptor: Int32) -> Bool {
    var lock = whole()
    guard fcntl(descriptor, query, &lock) == 0 else { return false }
    return lock.l_type != Int16(F_UNLCK)
  }

  private static func whole() -> flock {
    flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
  }
}
