import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// The thread that keeps a serving program running while it is needed.
struct ServerLoop {
  let broker: RequestBroker
  let program: DriverProgram

  func run() {
    blockBrokenPipes()
    while broker.isNeeded() {
      let pause = broker.pauseLeft
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
      var session = ServerSession(broker: broker, process: process)
      let reason = session.run()
      broker.noteEnd(reason, isEnded: session.isEnded)
    } catch {
      broker.noteEnd(error.reason.text)
    }
  }

  /// Blocks SIGPIPE on this thread, so that writing to an ended program fails with an error.
  private func blockBrokenPipes() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  private func waitForBell(atMost milliseconds: Int64) {
    guard let wakePipe = broker.wakePipe else { return }
    var polls = [pollfd(fd: wakePipe.reading, events: Int16(POLLIN), revents: 0)]
    _ = poll(&polls, 1, Int32(clamping: milliseconds))
    wakePipe.drain()
  }
}

/// A running serving program.
struct ServedProcess {
  let pid: Int32
  private let program: String
  let input: StreamPipe
  let output: StreamPipe
  let errors: StreamPipe
  /// Nil if the system has no pidfds: then its end is polled for every 20 ms.
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

  /// Whether it has ended; it is not reaped.
  var hasEnded: Bool { ProcessMonitor.hasEnded(pid) }

  /// Asks its whole process group to end; the group's number cannot be reused until it is reaped.
  func askToEnd() {
    input.closeWriting()
    kill(-pid, SIGTERM)
    kill(-pid, SIGCONT)
  }

  /// Reaps it and kills everything else in its group.
  ///
  /// - Returns: how it ended, as a clause.
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
