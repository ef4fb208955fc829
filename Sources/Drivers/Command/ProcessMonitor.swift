import DeploymentInterface
import Glibc
import Posix

/// Waits for a program to end, reads its output meanwhile, and ends it at its time limit.
struct ProcessMonitor {
  private let pid: Int32
  private let output: StreamPipe
  private let errors: StreamPipe
  private let stop: WakePipe
  private var outputBytes: [UInt8] = []
  private var errorBytes: [UInt8] = []
  private var openStreams: Set<Int32>
  private var cause: DriverProcess.Ending.Cause?
  /// Somebody still held its streams when it had ended with its process group.
  private(set) var isHeld = false

  init(pid: Int32, output: StreamPipe, errors: StreamPipe, stop: WakePipe) {
    self.pid = pid
    self.output = output
    self.errors = errors
    self.stop = stop
    openStreams = [output.reading, errors.reading]
  }

  /// Returns once the program has ended and been reaped.
  mutating func run(within limit: TimeSpan) -> DriverProcess.Ending {
    let process = try? Pidfd(pid)
    var end = SystemClock.monotonicMilliseconds + limit.milliseconds
    while !Self.hasEnded(pid) {
      let left = end - SystemClock.monotonicMilliseconds
      if left <= 0 {
        guard cause == nil else { break }
        cause = .late
        end = askToEnd()
        continue
      }
      wait(for: process, atMost: left)
      if cause == nil, stop.drain() {
        cause = .cancelled
        end = askToEnd()
      }
      if cause == nil, outputBytes.count > Limits.driverReplyBytes {
        cause = .tooMuch
        break
      }
    }
    return finish()
  }

  /// Asks its whole process group to end; the group's number cannot be reused until it is reaped.
  private func askToEnd() -> Int64 {
    kill(-pid, SIGTERM)
    kill(-pid, SIGCONT)
    return SystemClock.monotonicMilliseconds + DriverProcess.grace.milliseconds
  }

  private mutating func wait(for process: Pidfd?, atMost milliseconds: Int64) {
    var polls = openStreams.sorted().map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    if cause == nil { polls.append(pollfd(fd: stop.reading, events: Int16(POLLIN), revents: 0)) }
    if let process {
      polls.append(pollfd(fd: process.descriptor, events: Int16(POLLIN), revents: 0))
    }
    // Without a pidfd, poll for its end every 20 ms.
    let pause = process == nil ? min(milliseconds, 20) : milliseconds
    guard poll(&polls, nfds_t(polls.count), Int32(clamping: pause)) > 0 else { return }
    for poll in polls where poll.revents != 0 {
      if poll.fd == output.reading, !Self.read(output, into: &outputBytes, keepsEnd: false) {
        openStreams.remove(output.reading)
      }
      if poll.fd == errors.reading, !Self.read(errors, into: &errorBytes, keepsEnd: true) {
        openStreams.remove(errors.reading)
      }
    }
  }

  /// Reads what is available; returns false at the end of the stream.
  private static func read(
    _ pipe: StreamPipe, into bytes: inout [UInt8], keepsEnd: Bool
  ) -> Bool {
    switch pipe.read() {
    case .bytes(let new):
      bytes += new
      // Bytes are moved only at twice the limit, so that moving costs little per byte.
      if keepsEnd, bytes.count > 2 * Limits.driverErrorBytes {
        bytes.removeFirst(bytes.count - Limits.driverErrorBytes)
      }
    case .nothing: break
    case .ended: return false
    }
    return true
  }

  /// Whether it has ended; it is not reaped.
  static func hasEnded(_ pid: Int32) -> Bool {
    var information = siginfo_t()
    let options = Int32(WEXITED | WNOHANG | WNOWAIT)
    guard waitid(P_PID, id_t(pid), &information, options) == 0 else { return true }
    return information.si_signo == SIGCHLD
  }

  /// Reads what the program wrote before its end; does not wait for others that hold the pipes.
  private mutating func finish() -> DriverProcess.Ending {
    // Until it is reaped the number of the group is its own.
    if cause != nil { kill(-pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    endGroup()
    CallKeeper.shared.remove(pid)
    let isOutputHeld = Self.drain(output, into: &outputBytes)
    isHeld = Self.drain(errors, into: &errorBytes) || isOutputHeld
    let signal = status & 0x7f
    let end =
      signal == 0 ? .exited(status >> 8 & 0xff) : DriverProcess.Ending.Cause.signalled(signal)
    if cause == nil, outputBytes.count > Limits.driverReplyBytes { cause = .tooMuch }
    return .init(
      cause: cause ?? end, output: outputBytes, errors: errorBytes.suffix(Limits.driverErrorBytes))
  }

  /// Kills the rest of the program's group, which keeps its number as long as it has members. A
  /// process that is just leaving it, between `fork` and `setsid`, gets a moment for that.
  private func endGroup() {
    let end = SystemClock.monotonicMilliseconds + Self.leaving.milliseconds
    while kill(-pid, 0) == 0 {
      guard SystemClock.monotonicMilliseconds < end else {
        kill(-pid, SIGKILL)
        return
      }
      usleep(2000)
    }
  }
  private static let leaving = TimeSpan.milliseconds(100)

  /// Reads what is there; returns whether a process still holds the pipe.
  private static func drain(_ pipe: StreamPipe, into bytes: inout [UInt8]) -> Bool {
    // Bounded, because a child may go on writing.
    let most = bytes.count + Limits.driverReplyBytes + 1
    while bytes.count < most {
      switch pipe.read() {
      case .bytes(let new): bytes += new
      case .nothing: return true
      case .ended: return false
      }
    }
    return true
  }
}
