import DeploymentInterface
import Glibc

/// The way to the terminal. It never blocks: what the terminal does not take at once waits here,
/// and the loop
/// goes on listening to keys and signals.
final class TerminalWriter {
  /// Ready for writing when the terminal takes more.
  let descriptor: Int32
  private let isOwn: Bool
  private var pending: [UInt8] = []
  private(set) var isBroken = false

  /// - terminal: a descriptor of the terminal. It is opened once more, as not blocking concerns
  ///   everybody
  ///   who shares a descriptor, the shell too; where that is not permitted, writing may block.
  init(_ terminal: Int32) {
    let own = open("/proc/self/fd/\(terminal)", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    isOwn = own >= 0
    descriptor = isOwn ? own : terminal
  }

  deinit { if isOwn { close(descriptor) } }

  /// The terminal has been given everything.
  var isEmpty: Bool { pending.isEmpty }

  /// Sends bytes, behind those that still wait.
  func send(_ bytes: [UInt8]) {
    pending += bytes
    flush()
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Gives the terminal what it takes now.
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

  /// Waits until the terminal has taken everything. One that does not within the time loses what
  /// waits for
  /// it: nobody looks there.
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
