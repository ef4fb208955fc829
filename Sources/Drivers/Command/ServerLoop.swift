import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// The thread that keeps a serving program running for as long as it is needed.
struct ServerLoop {
  let desk: RequestBroker
  let program: DriverProgram

  func run() {
    blockBrokenPipes()
    while desk.isNeeded() {
      let pause = desk.pauseLeft
      if pause > 0 {
        waitForBell(atMost: pause)
      } else {
        serve()
      }
    }
  }

  private func serve() {
    do throws(DeploymentFailure) {
      let process = try ServedProcess(program)
      var session = ServerSession(desk: desk, process: process)
      let reason = session.run()
      desk.noteEnd(reason, isEnded: session.isEnded)
    } catch {
      desk.noteEnd(error.reason.text)
    }
  }

  /// Writing to a program that has ended is an error of the write, on this thread.
  private func blockBrokenPipes() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  private func waitForBell(atMost milliseconds: Int64) {
    guard let bell = desk.bell else { return }
    var polls = [pollfd(fd: bell.reading, events: Int16(POLLIN), revents: 0)]
    _ = poll(&polls, 1, Int32(clamping: milliseconds))
    bell.drain()
  }
}

/// A serving program that was started.
struct ServedProcess {
  let pid: Int32
  private let program: String
  let input: StreamPipe
  let output: StreamPipe
  let errors: StreamPipe
  /// Nil where the system has none: its end is then looked for every 20 ms.
  let handle: Pidfd?

  init(_ program: DriverProgram) throws(DeploymentFailure) {
    self.program = program.words
    input = try StreamPipe.forDriver()
    output = try StreamPipe.forDriver()
    errors = try StreamPipe.forDriver()
    let spawn = ProcessSpawn(
      arguments: program.arguments + ["serve"],
      environment: CallMark.marked(program.environment, with: CallMark.id("serve")),
      workingDirectory: program.workingDirectory, log: nil,
      mark: OwnershipTag(owner: "", deployment: ""))
    _ = fcntl(input.reading, F_SETFL, 0)
    pid = try spawn.start(
      input: input.reading, output: output.writing, errors: errors.writing)
    CallKeeper.shared.add(pid)
    _ = fcntl(input.writing, F_SETFL, O_NONBLOCK)
    input.closeReading()
    output.closeWriting()
    errors.closeWriting()
    handle = try? Pidfd(pid)
  }

  /// It has ended, and is still in the process table.
  var hasEnded: Bool { ProcessMonitor.hasEnded(pid) }

  /// Asks all that belongs to it to end; the number of its group is its own until it is reaped.
  func askToEnd() {
    input.closeWriting()
    kill(-pid, SIGTERM)
    kill(-pid, SIGCONT)
  }

  /// Takes it out of the process table, with everything in its group.
  ///
  /// - Returns: how it ended, as a sentence.
  func reap() -> String {
    kill(-pid, SIGKILL)
    CallKeeper.shared.remove(pid)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0
      ? "`serve` of \(program) ended with \(status >> 8 & 0xff)"
      : "`serve` of \(program) was killed by signal \(signal)"
  }
}
