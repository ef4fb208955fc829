import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// Runs a driver's program for one call: a request in, an answer out, an end in time.
///
/// The program leads a session of its own, so that a call can be ended with everything that it has
/// started: what is left in its process group ends with the call, also after a good answer, and with
/// the engine. What has left the group lives on, and holds nobody up, whichever streams it keeps open.
///
/// Not swift-subprocess 1.0.2, whose single thread starts all programs, so that one that blocks
/// while it starts holds up all others, and whose teardown ends with the first process and leaves
/// a child running that ignores `TERM`: see `docs/command.md`.
package struct DriverProcess: Sendable {
  /// The program as sentences name it.
  let program: String
  let arguments: [String]
  let environment: [String]
  let workingDirectory: String?
  /// The id of the call, which the program and all that it starts carry.
  let call: String
  /// What earlier calls left running.
  let left: LeftProcesses
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
    /// The program as sentences name it.
    var program = ""
    /// What has left its process group, and still holds its standard streams.
    var left: [SafeText] = []
    package var output: [UInt8] = []
    /// The last of what it wrote to its standard error.
    var errors: [UInt8] = []
  }

  /// One call. Blocks its thread until the program has ended; a task that is cancelled ends it.
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
    // A file rather than a pipe: reading it ends, it can be opened again by path, and a program
    // that stops reading early disturbs nobody.
    let input: MemoryFile
    do throws(SystemError) {
      input = try MemoryFile("dashboard-request", holding: request)
    } catch {
      throw .system("cannot write a request", error)
    }
    // Open until the program has it.
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
    if watch.isHeld { ending.left = left.note(call) }
    return ending
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

extension StreamPipe {
  /// A pipe for a stream of a driver's program.
  static func forDriver() throws(DeploymentFailure) -> StreamPipe {
    do throws(SystemError) {
      return try StreamPipe()
    } catch {
      throw .system("cannot create a pipe", error)
    }
  }
}

extension DeploymentFailure {
  /// The driver's program does not answer as it is: an outage, whatever it is that is wrong with it.
  static func outOfReach(_ why: String) -> DeploymentFailure {
    .init(.transient, SafeText("the driver is out of reach: \(why)"))
  }

  /// What the system could not do, which it may be able to do later.
  static func system(_ what: String, _ error: SystemError) -> DeploymentFailure {
    .init(.transient, SafeText("\(what): \(error.text)"))
  }
}
