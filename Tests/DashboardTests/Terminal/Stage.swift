import Basics
import DeploymentInterface
import Dispatch
import Foundation
import Glibc
import Posix
import TestSupport

@testable import TerminalCells
@testable import TerminalHost

/// A pseudo-terminal with a virtual terminal behind it. The loop runs on a thread of its own; the
/// test sits in
/// front of it, types, looks and resizes.
final class Stage {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What a run came to.
  struct Ending: Sendable {
    let end: LoopEnd
    let program: Player
  }

  private(set) var screen: VirtualTerminal
  /// Whether the terminal answers what it is asked.
  var answers = true
  let wake: WakePipe
  private let master: Int32
  private let slave: Int32
  /// Signals are bytes in a pipe here.
  private let signalEnds: (read: Int32, write: Int32)
  private var transcript: [UInt8] = []
  private var reads = 0
  private var answered = 0
  private var isHungUp = false
  private let ending = Ended()
  private let watcher = DispatchQueue(label: "watcher")

  private final class Ended: Sendable {
    let value = Mutex<Result<Ending, TerminalAbsence>?>(nil)
  }

  /// When a wait is given up. Other suites may keep the few threads of the tests for minutes.
  private static var limit: Int64 { SystemClock.monotonicMilliseconds + Int64(patience) * 1000 }

  init(_ size: Size) throws {
    var (master, slave): (Int32, Int32) = (-1, -1)
    var window = winsize(size)
    var ends: [Int32] = [-1, -1]
    guard openpty(&master, &slave, nil, nil, &window) == 0, pipe(&ends) == 0
    else { throw Failure(description: "no pseudo-terminal: \(errno)") }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    wake = try WakePipe()
    self.master = master
    self.slave = slave
    signalEnds = (ends[0], ends[1])
    // A terminal that does not know its size has one all the same.
    screen = VirtualTerminal(size.width > 0 ? size : Size(width: 80, height: 24))
  }

  /// The loop, if it still runs, finds its terminal gone.
  deinit {
    hangUp()
    // The loop, a thread of its own, sees that its terminal is gone.
    if isStarted {
      try? eventually("the end", within: 5) { ending.value.withLock { $0 != nil } }
    }
    for descriptor in [slave, signalEnds.read, signalEnds.write] { close(descriptor) }
  }

  // MARK: - Running

  private var isStarted = false

  /// Opens the terminal and runs a program on it, on another thread.
  func start(
    _ program: Player = Player(), theme: ThemeChoice = .fixed(.plain),
    environment: [String: String] = ["TERM": "xterm-256color"], locale: String = "C.UTF-8",
    stop: @escaping @Sendable (Int32, Bool) -> Void = { _, _ in }
  ) {
    isStarted = true
    let options = TerminalOptions(
      input: slave, output: slave, environment: environment, locale: locale, guardsProcess: false)
    let descriptor = signalEnds.read
    let gate = SignalDescriptor(descriptor: descriptor) {
      var byte: UInt8 = 0
      return read(descriptor, &byte, 1) == 1 ? Int32(byte) : nil
    }
    Thread.detachNewThread { [wake, ending] in
      let result = Result { () throws(TerminalAbsence) -> Ending in
        let terminal = try Terminal.open(options, theme: theme.first)
        var loop = TerminalLoop(
          program: program, terminal: terminal, theme: theme, signals: gate, wake: wake, stop: stop)
        return Ending(end: loop.run().end, program: loop.program)
      }
      ending.value.withLock { $0 = result }
    }
  }

  /// Waits until the loop has ended, reading what it still sends, unless nobody looks any more.
  func finish(looking: Bool = true) async throws -> Ending {
    let limit = Self.limit
    while SystemClock.monotonicMilliseconds < limit {
      // Waits for another thread's loop, which nothing else tells of.
      if looking { _ = await look(5) } else { try await Task.sleep(for: .milliseconds(5)) }
      if let result = ending.value.withLock({ $0 }) {
        while looking, await look(5) {}
        return try result.get()
      }
    }
    throw Failure(description: "the loop did not end")
  }

  // MARK: - What the person does

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
  }

  func signal(_ number: Int32) {
    var byte = UInt8(number)
    _ = write(signalEnds.write, &byte, 1)
  }

  func resize(_ size: Size) {
    var window = winsize(size)
    _ = ioctl(master, UInt(TIOCSWINSZ), &window)
    screen.resize(size)
    signal(SIGWINCH)
  }

  func hangUp() {
    guard !isHungUp else { return }
    isHungUp = true
    close(master)
  }

  /// Bytes that the shell would read next.
  var waitingInput: Int {
    var count: Int32 = 0
    return ioctl(slave, UInt(FIONREAD), &count) == 0 ? Int(count) : -1
  }

  /// Waits until what was typed has been read.
  func waitUntilRead() async throws {
    let limit = Self.limit
    while waitingInput > 0 {
      guard SystemClock.monotonicMilliseconds < limit else {
        throw Failure(description: "nobody reads what is typed")
      }
      // Waits for the loop to have read; only the pseudo-terminal can tell.
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  // MARK: - What the person sees

  /// Looks until the screen is as wished.
  @discardableResult
  func wait(_ what: String, until isSo: (VirtualTerminal) -> Bool) async throws
    -> VirtualTerminal
  {
    let limit = Self.limit
    while SystemClock.monotonicMilliseconds < limit {
      if isSo(screen) { return screen }
      _ = await look(20)
    }
    throw Failure(description: "never: \(what)\n" + screen.lines.joined(separator: "\n"))
  }

  func wait(forText text: String) async throws {
    try await wait(text) { $0.lines.contains { $0.contains(text) } }
  }

  /// After so many milliseconds without a byte a picture is whole; what ThreadSanitizer watches is
  /// many times slower.
  #if THREAD_SANITIZER
    private static let silence: Int32 = 2000
  #else
    private static let silence: Int32 = 150
  #endif

  /// Bytes that came since this was asked last, once nothing more comes for a while; and in how
  /// many reads.
  func quiet() async -> (bytes: Int, reads: Int) {
    while await look(Self.silence) {}
    defer { (transcript, reads) = ([], 0) }
    return (transcript.count, reads)
  }

  /// Reads what there is and answers for the screen; false when nothing comes within the time.
  private func look(_ milliseconds: Int32) async -> Bool {
    guard !isHungUp, await isReadable(milliseconds) else { return false }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    transcript += buffer[..<count]
    reads += 1
    screen.feed(Array(buffer[..<count]))
    let new = screen.answers[answered...].joined()
    answered = screen.answers.count
    if answers && !new.isEmpty { type(new) }
    return true
  }

  /// Waits on a thread of its own: those of the tests are few, and others need them.
  private func isReadable(_ milliseconds: Int32) async -> Bool {
    await withCheckedContinuation { [master, watcher] continuation in
      watcher.async {
        var state = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        let count = poll(&state, 1, milliseconds)
        continuation.resume(returning: count == 1 && state.revents & Int16(POLLIN) != 0)
      }
    }
  }
}

extension winsize {
  fileprivate init(_ size: Size) {
    self.init()
    ws_col = UInt16(size.width)
    ws_row = UInt16(size.height)
  }
}
