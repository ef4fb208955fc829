import CPosix
import Glibc

/// A lock on a whole file, owned by an open file description (OFD).
///
/// Unlike `flock`, it can be queried without being taken, so a query does not disturb an engine
/// that starts. Unlike POSIX record locks, it survives when the process closes another descriptor
/// of the file.
package enum OFDLock {
  /// Takes the lock until the descriptor is closed; returns false if another description holds it.
  package static func tryTake(_ descriptor: Int32) throws(SystemError) -> Bool {
    while cposix_lock_take(descriptor) != 0 {
      switch errno {
      case EINTR: continue
      case EAGAIN, EACCES: return false
      default: throw .last
      }
    }
    return true
  }

  /// Releases the lock at once. Closing alone is not enough: a child that another thread is
  /// starting shares the description until it executes its program.
  package static func release(_ descriptor: Int32) {
    _ = cposix_lock_release(descriptor)
  }

  /// Whether another open description holds the lock.
  package static func isHeld(_ descriptor: Int32) -> Bool {
    cposix_lock_is_held(descriptor) == 1
  }
}
