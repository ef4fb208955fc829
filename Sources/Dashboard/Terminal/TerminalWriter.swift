import DeploymentInterface
import Glibc

/// Writes to the terminal without blocking: bytes that it does not accept at once wait here, while
/// the loop still handles keys and signals.
final class TerminalWriter {
  /// Writable when the terminal accepts more.
  let descriptor: Int32
  private let isOwn: Bool
  private var pending: [UInt8] = []
  private(set) var isBroken = false

  /// - terminal: a descriptor of the terminal. It is reopened, because O_NONBLOCK belongs to the
  ///   open file description, which is shared with the shell; where that is not permitted, writing
  ///   may block.
  init(_ terminal: Int32) {
    let own = open("/proc/self/fd/\(terminal)", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    isOwn = own >= 0
    descriptor = isOwn ? own : terminal
  }

  deinit { if isOwn { close(descriptor) } }

  /// Whether everything has been written.
  var isEmpty: Bool { pending.isEmpty }

  /// Sends bytes, after those that still wait.
  func send(_ bytes: [UInt8]) {
    pending += bytes
    flush()
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Writes as much as the terminal accepts now.
  func flush() {
    var sent = 0
    while sent < pending.count, !isBroken {
      let count = pending[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        break
      } else if errno != EINTR {
        isBroken = true
      }
    }
    pending.removeFirst(isBroken ? pending.count : sent)
  }

  /// Waits until everything is written. After `span` the rest is dropped: nobody reads that
  /// terminal.
  func drain(within span: TimeSpan) {
    let limit = LoopClock.now().moment + span
    while !isEmpty {
      let left = (limit - LoopClock.now().moment).milliseconds
      var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard left > 0, poll(&state, 1, Int32(left)) >= 0 || errno == EINTR else { break }
      flush()
    }
    if !isEmpty { tcflush(descriptor, TCOFLUSH) }
    pending = []
  }
}
