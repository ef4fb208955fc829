import Glibc

/// Text could not be written.
struct SinkFailure: Error, Hashable {
  /// What the system said.
  let code: Int32

  /// Whoever read it has gone away, which is no mistake.
  static let closed = SinkFailure(code: EPIPE)

  /// The system's words for it.
  var reason: String { String(cString: strerror(code)) }
}

/// Where text goes: standard output, standard error, or a test.
protocol TextSink: Sendable {
  /// Writes all of a text.
  func write(_ text: String) throws(SinkFailure)
  /// Whether nobody reads any more; known before anything is written.
  var isClosed: Bool { get }
  /// The columns of the terminal that this is; nil: it is none, and nothing need be cut.
  var width: Int? { get }
}

/// A file descriptor that text is written to.
struct FileSink: TextSink {
  static let standardOutput = FileSink(descriptor: STDOUT_FILENO)
  static let standardError = FileSink(descriptor: STDERR_FILENO)

  let descriptor: Int32

  func write(_ text: String) throws(SinkFailure) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        wait()
      } else if errno != EINTR {
        throw SinkFailure(code: errno)
      }
    }
  }

  var isClosed: Bool {
    var state = pollfd(fd: descriptor, events: 0, revents: 0)
    return poll(&state, 1, 0) > 0 && state.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
  }

  var width: Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Somebody else made the descriptor non-blocking; waits until it takes more.
  private func wait() {
    var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&state, 1, -1)
  }
}
