import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// The communication with one serving program, from its start to its end.
struct ServerSession {
  private let broker: RequestBroker
  private let process: ServedProcess
  private var outbox: [UInt8] = []
  private var line: [UInt8] = []
  /// The number of bytes since the last line that was an answer or a notice.
  private var nonsense = 0
  private var complained: [UInt8] = []
  private var openStreams: Set<Int32>
  /// When it last sent a valid line, in milliseconds of the monotonic clock.
  private var lastWord: Int64?
  /// Why it is being ended, and when it will be killed.
  private var end: (reason: String?, killed: Int64)?
  /// It was ended because it misbehaved.
  var isEnded: Bool { end?.reason != nil }

  init(broker: RequestBroker, process: ServedProcess) {
    self.broker = broker
    self.process = process
    openStreams = [process.output.reading, process.errors.reading]
  }

  /// Returns the reason once the program has ended.
  mutating func run() -> String {
    while !process.hasEnded {
      if broker.isClosed, end == nil { askToEnd(nil) }
      if let end, end.killed <= SystemClock.monotonicMilliseconds { break }
      send()
      wait()
      expire()
    }
    // Read what it wrote before its end; do not wait for others that hold the pipe.
    readOutput(atMost: Limits.driverReplyBytes)
    _ = Self.drain(process.errors, into: &complained)
    let ending = process.reap()
    let last = complained.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }).last
    let why = last.map { ": \(SafeText(bytes: $0, limit: 512))" } ?? ""
    return (end?.reason ?? ending) + why
  }

  private mutating func askToEnd(_ reason: String?) {
    process.askToEnd()
    end = (reason, SystemClock.monotonicMilliseconds + DriverProcess.grace.milliseconds)
  }

  // MARK: Writing

  private mutating func send() {
    guard end == nil else { return }
    for call in broker.takeUnsent() { outbox += call.bytes }
    guard !outbox.isEmpty else { return }
    let count = outbox.withUnsafeBytes { write(process.input.writing, $0.baseAddress, $0.count) }
    if count > 0 { outbox.removeFirst(count) }
    if count < 0, errno != EAGAIN, errno != EINTR {
      askToEnd("the driver's program does not read its requests")
    }
  }

  private mutating func wait() {
    var polls = openStreams.sorted().map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    if let wakePipe = broker.wakePipe {
      polls.append(pollfd(fd: wakePipe.reading, events: Int16(POLLIN), revents: 0))
    }
    if let handle = process.handle {
      polls.append(pollfd(fd: handle.descriptor, events: Int16(POLLIN), revents: 0))
    }
    if end == nil, !outbox.isEmpty {
      polls.append(pollfd(fd: process.input.writing, events: Int16(POLLOUT), revents: 0))
    }
    let next = [broker.nextDue, end?.killed].compactMap { $0 }.min()
    let left = next.map { max(0, $0 - SystemClock.monotonicMilliseconds) } ?? 60_000
    let pause = process.handle == nil ? min(left, 20) : left
    guard poll(&polls, nfds_t(polls.count), Int32(clamping: pause)) > 0 else { return }
    for poll in polls where poll.revents != 0 {
      if poll.fd == process.output.reading { readOutput(atMost: 1) }
      if poll.fd == process.errors.reading, !Self.drain(process.errors, into: &complained) {
        openStreams.remove(process.errors.reading)
      }
      if poll.fd == broker.wakePipe?.reading { broker.wakePipe?.drain() }
    }
  }

  // MARK: Reading

  /// Reads available output, at most this number of bytes.
  private mutating func readOutput(atMost most: Int) {
    var count = 0
    while count < most {
      switch process.output.read() {
      case .bytes(let bytes):
        count += bytes.count
        take(bytes)
      case .nothing: return
      case .ended:
        openStreams.remove(process.output.reading)
        return
      }
    }
  }

  private mutating func take(_ bytes: [UInt8]) {
    nonsense += bytes.count
    line += bytes
    var start = line.startIndex
    while let end = line[start...].firstIndex(of: 0x0a) {
      if take(line: line[start..<end]) { nonsense = line.count - end - 1 }
      start = end + 1
    }
    line.removeFirst(start)
    if nonsense > Limits.driverReplyBytes, end == nil {
      line = []
      let most = Limits.driverReplyBytes
      askToEnd("the driver's program wrote more than \(most) bytes without an answer")
    }
  }

  /// Processes one line; returns false if it is neither an answer nor a notice.
  private mutating func take(line: ArraySlice<UInt8>) -> Bool {
    guard let head = ServedLine(reading: line) else { return false }
    lastWord = SystemClock.monotonicMilliseconds
    if let said = head.notice { broker.tell(said) }
    // A late or second answer is ignored.
    guard let id = head.call, let call = broker.take(id) else { return head.notice != nil }
    do throws(DeploymentFailure) {
      call.give(.success(try DriverReply(reading: Array(line))))
      broker.noteAnswer()
    } catch {
      call.fail(.unknown, "\(call.verb) got an invalid answer: \(error.reason)")
    }
    return true
  }

  /// Reads what is available; returns false at the end of the stream.
  private static func drain(_ pipe: StreamPipe, into bytes: inout [UInt8]) -> Bool {
    switch pipe.read() {
    case .bytes(let new):
      bytes += new
      if bytes.count > 2 * Limits.driverErrorBytes {
        bytes.removeFirst(bytes.count - Limits.driverErrorBytes)
      }
      return true
    case .nothing: return true
    case .ended: return false
    }
  }

  // MARK: Time

  /// Fails overdue calls with `unknown`; ends a program that has sent nothing valid within a call's
  /// time limit.
  private mutating func expire() {
    for call in broker.takeOverdue() {
      let silence = "did not answer within \(call.limit)"
      guard let sent = call.sent else {
        call.fail(.transient, "\(call.verb) was not sent: too many requests are open")
        continue
      }
      let isSilent = lastWord.map { $0 < sent } ?? true
      call.fail(.unknown, "\(call.verb) \(silence)" + (isSilent ? ", and was ended" : ""))
      if isSilent, end == nil { askToEnd("the driver's program \(silence)") }
    }
  }
}
