import Glibc

/// Ends a process that is known by pid and start time, and no other: a pid descriptor holds on to
/// the process while its start time is compared.
enum ProcessEnder {
  /// Why a process was not ended.
  enum Failure: Error, Hashable {
    /// It is of another machine, or the system cannot do it safely.
    case impossible
    /// It belongs to somebody else.
    case notPermitted
    /// It did not end within the time.
    case stillThere
  }

  /// Kills the process and waits until it is gone. One that is gone already is a success.
  static func end(_ process: ProcessIdentity, within milliseconds: Int32) throws(Failure) {
    guard process.machine == ProcessIdentity.current.machine, let calls = Calls() else {
      throw .impossible
    }
    let descriptor = calls.open(process.pid, 0)
    guard descriptor >= 0 else {
      if errno == ESRCH { return }
      throw .impossible
    }
    defer { close(descriptor) }
    guard ProcessIdentity.startTime(of: process.pid) == process.startTime else { return }
    if calls.send(descriptor, SIGKILL, nil, 0) != 0, errno != ESRCH { throw .notPermitted }
    var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waited, 1, milliseconds) == 1 else { throw .stillThere }
  }

  /// The two calls, which are younger than what Swift knows of the C library.
  private struct Calls {
    typealias Open = @convention(c) (Int32, UInt32) -> Int32
    typealias Send = @convention(c) (Int32, Int32, UnsafeMutableRawPointer?, UInt32) -> Int32
    let open: Open
    let send: Send

    init?() {
      guard let program = dlopen(nil, RTLD_NOW), let open = dlsym(program, "pidfd_open"),
        let send = dlsym(program, "pidfd_send_signal")
      else { return nil }
      self.open = unsafeBitCast(open, to: Open.self)
      self.send = unsafeBitCast(send, to: Send.self)
    }
  }
}
