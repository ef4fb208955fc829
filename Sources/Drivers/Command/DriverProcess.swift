import DeploymentInterface
import Glibc
import SafeTexts

/// Runs a driver's program for one call: a request in, an answer out, an end in time.
///
/// The program leads a session of its own, so that a call that takes too long can be ended with
/// everything it has started. What it has started and lives on after it has answered is left alone,
/// and holds nobody up, whichever of its streams it keeps open.
package struct DriverProcess: Sendable {
  let arguments: [String]
  let environment: [String]
  let workingDirectory: String?
  /// How long it may take; then it is asked to end.
  let limit: TimeSpan
  /// How long it may take to end; then it is killed.
  static let grace = TimeSpan.seconds(2)
  /// The status of a program that does not know its verb.
  package static let unknownVerb: Int32 = 64

  /// How one call of the program ended.
  package struct Ending: Sendable {
    /// Why.
    package enum Cause: Sendable, Equatable {
      case exited(Int32), signalled(Int32), late, cancelled, tooMuch
    }
    package var cause: Cause
    package var output: [UInt8] = []
    /// The last of what it wrote to its standard error.
    var errors: [UInt8] = []
  }

  /// One call. Blocks its thread until the program has ended; a task that is cancelled ends it.
  func run(_ request: [UInt8]) async throws(DeploymentFailure) -> Ending {
    let stop = try StreamPipe()
    let result = await withTaskCancellationHandler {
      Result<Ending, DeploymentFailure>.of { () throws(DeploymentFailure) in
        try start(request, stop)
      }
    } onCancel: {
      stop.ring()
    }
    return try result.get()
  }

  private func start(
    _ request: [UInt8], _ stop: StreamPipe
  ) throws(DeploymentFailure) -> Ending {
    let input = try RequestFile(request)
    let output = try StreamPipe()
    let errors = try StreamPipe()
    let spawn = ProcessSpawn(
      arguments: arguments, environment: environment, workingDirectory: workingDirectory,
      log: nil, mark: ProcessMark(owner: "", deployment: ""))
    let pid = try spawn.start(
      input: input.descriptor, output: output.writing, errors: errors.writing)
    output.closeWriting()
    errors.closeWriting()
    var watch = DriverWatch(pid: pid, output: output, errors: errors, stop: stop)
    return watch.run(within: limit)
  }
}

extension Result where Failure == DeploymentFailure {
  /// What a body that throws came to.
  fileprivate static func of(_ body: () throws(Failure) -> Success) -> Self {
    do throws(Failure) {
      return .success(try body())
    } catch {
      return .failure(error)
    }
  }
}

/// A request as a file without a name: reading it ends, it can be opened again by path, and no
/// reader who stops early disturbs the writer.
private final class RequestFile: Sendable {
  let descriptor: Int32

  init(_ bytes: [UInt8]) throws(DeploymentFailure) {
    guard let create = GnuCalls.createMemoryFile else {
      throw .init(.permanent, ProcessSpawn.tooOld)
    }
    let file = create("dashboard-request", GnuCalls.closeOnExec)
    descriptor = ProcessSpawn.raised(file)
    guard file >= 0 else { throw .system("a request cannot be written") }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        write(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw .system("a request cannot be written") }
      written += count
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit { close(descriptor) }
}

/// A pipe of which we read one end without waiting.
final class StreamPipe: Sendable {
  let reading: Int32
  let writing: Int32
  private let isOpen = Latch()
  private let isRead = Latch()

  init() throws(DeploymentFailure) {
    var ends: [Int32] = [-1, -1]
    guard let make = GnuCalls.makePipe else { throw .init(.permanent, ProcessSpawn.tooOld) }
    guard make(&ends, O_CLOEXEC) == 0 else { throw .system("a pipe cannot be made") }
    reading = ProcessSpawn.raised(ends[0])
    writing = ProcessSpawn.raised(ends[1])
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
  }

  deinit {
    closeReading()
    closeWriting()
  }

  func closeReading() {
    if isRead.close() { Glibc.close(reading) }
  }

  func closeWriting() {
    if isOpen.close() { Glibc.close(writing) }
  }

  /// Makes the reading end readable.
  func ring() {
    var byte: UInt8 = 1
    _ = write(writing, &byte, 1)
  }

  /// What can be read now.
  enum Reading {
    case bytes([UInt8]), nothing, ended
  }

  func read() -> Reading {
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
      while true {
        let count = Glibc.read(reading, buffer.baseAddress, buffer.count)
        if count > 0 { return .bytes(Array(UnsafeRawBufferPointer(rebasing: buffer[..<count]))) }
        if count == 0 { return .ended }
        if errno != EINTR { return errno == EAGAIN ? .nothing : .ended }
      }
    }
  }
}

extension DeploymentFailure {
  /// What the system could not do, which it may be able to do later.
  static func system(_ what: String) -> DeploymentFailure {
    .init(.transient, SafeText("\(what): \(String(cString: strerror(errno)))"))
  }
}
