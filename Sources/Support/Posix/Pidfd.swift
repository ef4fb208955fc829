import CPosix
import Glibc

/// Handle of one process, which stays valid when the kernel reuses the process id.
package final class Pidfd: Sendable {
  /// Readable once the process has ended.
  package let descriptor: Int32

  /// Throws if the process does not exist (`ESRCH`), no descriptor is left, or the kernel lacks
  /// pidfds.
  package init(_ pid: Int32) throws(SystemError) {
    let opened = cposix_pidfd_open(pid)
    guard opened >= 0 else { throw .last }
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// Sends a signal. Throws if that is not permitted, or the process has ended (`ESRCH`).
  package func send(_ signal: Int32) throws(SystemError) {
    guard cposix_pidfd_send_signal(descriptor, signal) == 0 else { throw .last }
  }

  /// Waits until the process ends, at most this many milliseconds; returns whether it has ended.
  package func hasEnded(within milliseconds: Int32) -> Bool {
    var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waited, 1, milliseconds) == 1
  }
}

extension ProcessIdentity {
  /// Why a process was not killed.
  package enum KillFailure: Error, Hashable, Sendable {
    /// The system has no pidfd for it.
    case impossible
    /// The process belongs to another user.
    case notPermitted
    /// The process did not end in time.
    case stillThere
  }

  /// Kills this process and no other, and waits for its end. It compares the start time after it
  /// has opened a pidfd, so that it cannot hit another process with the same id. A process that has
  /// already ended is a success.
  ///
  /// - Parameter milliseconds: time limit for the end of the process.
  package func kill(within milliseconds: Int32) throws(KillFailure) {
    let handle: Pidfd
    do throws(SystemError) {
      handle = try Pidfd(pid)
    } catch {
      if error.number == ESRCH { return }
      throw .impossible
    }
    guard isAlive else { return }
    do throws(SystemError) {
      try handle.send(SIGKILL)
    } catch {
      if error.number != ESRCH { throw .notPermitted }
    }
    guard handle.hasEnded(within: milliseconds) else { throw .stillThere }
  }
}
