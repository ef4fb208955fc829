import DeploymentEngine

/// What the program's exit status means; scripts hold on to it.
enum ExitStatus: Int32, Sendable {
  /// It was done.
  case done = 0
  /// It was refused, or failed.
  case failed = 1
  /// The command line makes no sense.
  case usage = 64
  /// There is no such file, store or deployment.
  case absent = 66
  /// No engine runs, or a provider is out of reach.
  case unavailable = 69
  /// The store cannot be read or written.
  case storeTrouble = 74
  /// This is not permitted: read-only.
  case notPermitted = 77
  /// The configuration is wrong.
  case configuration = 78
}

/// Why a command ends without having done all that it was asked for.
struct CommandFailure: Error, Hashable, Sendable {
  /// The exit status.
  let status: ExitStatus
  /// The lines for standard error, one for each thing that went wrong. None: nobody is there to read it.
  let lines: [String]

  init(_ status: ExitStatus, lines: [String]) {
    self.status = status
    self.lines = lines
  }

  init(_ status: ExitStatus, _ line: String) {
    self.init(status, lines: [line])
  }

  /// Whoever read our output has gone; that is no mistake, and nothing is said.
  static let closedPipe = CommandFailure(.done, lines: [])
}
