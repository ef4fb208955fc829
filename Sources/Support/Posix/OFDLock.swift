import CPosix
import Glibc

/// A lock on a whole file that belongs to one open description of it (OFD).
///
/// Unlike `flock`, it can be asked for without being taken, so a process that only asks does not
/// disturb an engine that starts; unlike the older record locks, it does not vanish when the
/// process closes another descriptor of the file.
package enum OFDLock {
  /// Takes the lock, if it is free, until the descriptor is closed.
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

  /// Releases the lock at once. Closing alone would not do: while another thread starts a child,
  /// that child has the descriptor as well, until it runs its own program.
  package static func release(_ descriptor: Int32) {
    _ = cposix_lock_release(descriptor)
  }

  /// Whether another open description holds the lock.
  package static func isHeld(_ descriptor: Int32) -> Bool {
    cposix_lock_is_held(descriptor) == 1
  }
}
