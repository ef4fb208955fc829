import Glibc

/// A failure to write text.
struct SinkFailure: Error, Hashable {
  /// The system's error number.
  let code: Int32

  /// The reader has closed the stream, which is not an error.
  static let closed = SinkFailure(code: EPIPE)

  /// The system's message.
  var reason: String { String(cString: strerror(code)) }
}

/// A destination of text: standard output, standard error, or a test's buffer.
protocol TextSink: Sendable {
  /// Writes all of a text.
  func write(_ text: String) throws(SinkFailure)
  /// Whether the reader has closed the stream; known before a write.
  var isClosed: Bool { get }
  /// The width of the terminal in columns; nil: it is not a terminal, and nothing need be cut.
  var width: Int? { get }
}

/// A file descriptor for text.
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

  /// Another process made the descriptor non-blocking: wait until it accepts more.
  private func wait() {
    var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&state, 1, -1)
  }
}
