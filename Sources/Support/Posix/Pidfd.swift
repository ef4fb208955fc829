import CPosix
import Glibc

/// Holds on to one process, so that its number cannot come to mean another.
package final class Pidfd: Sendable {
  /// Readable once the process has ended.
  package let descriptor: Int32

  /// Throws where there is no such process (`ESRCH`), no descriptor is left, or the system does
  /// not have it.
  package init(_ pid: Int32) throws(SystemError) {
    let opened = cposix_pidfd_open(pid)
    guard opened >= 0 else { throw .last }
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// Sends a signal. Throws where it is not permitted, or the process has ended (`ESRCH`).
  package func send(_ signal: Int32) throws(SystemError) {
    guard cposix_pidfd_send_signal(descriptor, signal) == 0 else { throw .last }
  }

  /// Whether the process ends within a time, in milliseconds.
  package func hasEnded(within milliseconds: Int32) -> Bool {
    var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waited, 1, milliseconds) == 1
  }
}

extension ProcessIdentity {
  /// Why a process was not killed.
  package enum KillFailure: Error, Hashable, Sendable {
    /// The system cannot do it safely.
    case impossible
    /// It belongs to another user.
    case notPermitted
    /// It did not end within the time.
    case stillThere
  }

  /// Kills this process and no other, and waits until it is gone: its start time is compared while
  /// a descriptor holds on to it. One that is gone already is a success.
  ///
  /// - Parameter milliseconds: how long it may take to end.
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
