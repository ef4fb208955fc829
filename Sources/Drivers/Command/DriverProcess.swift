import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// Runs a driver program for one call: writes the request, reads the answer, and enforces the time
/// limit.
///
/// The program leads its own session, so that a call can be ended with everything it has started.
/// The rest of its process group ends with the call, also after a good answer, and with the engine.
/// Processes that left the group go on and delay nothing, whichever of its streams they keep open.
///
/// It does not use swift-subprocess 1.0.2: that starts all programs on a single thread, so one that
/// blocks while it starts delays all others, and its teardown stops at the first process and leaves
/// a child that ignores `TERM` running. See `docs/command.md`.
package struct DriverProcess: Sendable {
  /// The program as sentences name it.
  let program: String
  let arguments: [String]
  let environment: [String]
  let workingDirectory: String?
  /// The id of the call, which the program and its children carry.
  let call: String
  /// The processes that earlier calls left running.
  let left: LeftProcesses
  /// The time limit, after which the program is asked to end.
  let limit: TimeSpan
  /// How long it may take to end before it is killed.
  static let grace = TimeSpan.seconds(2)
  /// The exit status for an unknown verb.
  package static let unknownVerb: Int32 = 64

  /// How one call of the program ended.
  package struct Ending: Sendable {
    /// Why it ended.
    package enum Cause: Sendable, Equatable {
      case exited(Int32), signalled(Int32), late, cancelled, tooMuch
    }
    package var cause: Cause
    /// The program as sentences name it.
    var program = ""
    /// What has left its process group, and still holds its standard streams.
    var left: [SafeText] = []
    package var output: [UInt8] = []
    /// The last bytes that it wrote to its standard error.
    var errors: [UInt8] = []
  }

  /// Makes one call. Blocks the thread until the program has ended; cancelling the task ends it.
  func run(_ request: [UInt8]) async throws(DeploymentFailure) -> Ending {
    let stop: WakePipe
    do throws(SystemError) {
      stop = try WakePipe()
    } catch {
      throw .system("cannot create a pipe", error)
    }
    let result = await withTaskCancellationHandler {
      Result<Ending, DeploymentFailure>.of { () throws(DeploymentFailure) in
        try start(request, stop)
      }
    } onCancel: {
      stop.wake()
    }
    return try result.get()
  }

  private func start(
    _ request: [UInt8], _ stop: WakePipe
  ) throws(DeploymentFailure) -> Ending {
    // A file rather than a pipe: it has an end, can be reopened by path, and a program that stops
    // reading early causes no error.
    let input: MemoryFile
    do throws(SystemError) {
      input = try MemoryFile("dashboard-request", holding: request)
    } catch {
      throw .system("cannot write a request", error)
    }
    // Keep it open until the program has it.
    defer { withExtendedLifetime(input) {} }
    let output = try StreamPipe.forDriver()
    let errors = try StreamPipe.forDriver()
    let spawn = ProcessSpawn(
      arguments: arguments, environment: CallMark.marked(environment, with: call),
      workingDirectory: workingDirectory, log: nil, mark: OwnershipTag(owner: "", deployment: ""))
    let pid: Int32
    do throws(DeploymentFailure) {
      pid = try spawn.start(
        input: input.descriptor, output: output.writing, errors: errors.writing)
    } catch {
      throw .outOfReach(error.reason.text)
    }
    CallKeeper.shared.add(pid)
    output.closeWriting()
    errors.closeWriting()
    var watch = ProcessMonitor(pid: pid, output: output, errors: errors, stop: stop)
    var ending = watch.run(within: limit)
    ending.program = program
    if watch.isHeld { ending.left = left.note(call, of: pid) }
    return ending
  }
}

extension Result where Failure == DeploymentFailure {
  /// The result of a throwing body.
  fileprivate static func of(_ body: () throws(Failure) -> Success) -> Self {
    do throws(Failure) {
      return .success(try body())
    } catch {
      return .failure(error)
    }
  }
}

extension StreamPipe {
  /// Creates a pipe for a stream of a driver program.
  static func forDriver() throws(DeploymentFailure) -> StreamPipe {
    do throws(SystemError) {
      return try StreamPipe()
    } catch {
      throw .system("cannot create a pipe", error)
    }
  }
}

extension DeploymentFailure {
  /// The failure of a program that does not work now: an outage, whatever the cause.
  static func outOfReach(_ why: String) -> DeploymentFailure {
    .init(.transient, SafeText("the driver is out of reach: \(why)"))
  }

  /// A transient failure of a system call.
  static func system(_ what: String, _ error: SystemError) -> DeploymentFailure {
    .init(.transient, SafeText("\(what): \(error.text)"))
  }
}
