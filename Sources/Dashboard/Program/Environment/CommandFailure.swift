/// What the program's exit status means; scripts hold on to it.
struct ExitStatus: RawRepresentable, Hashable, Sendable {
  let rawValue: Int32

  /// It was done.
  static let done = ExitStatus(rawValue: 0)
  /// It was refused, or failed.
  static let failed = ExitStatus(rawValue: 1)
  /// The command line makes no sense.
  static let usage = ExitStatus(rawValue: 64)
  /// There is no such file, store or deployment.
  static let absent = ExitStatus(rawValue: 66)
  /// No engine runs, or a provider is out of reach.
  static let unavailable = ExitStatus(rawValue: 69)
  /// The store cannot be read or written.
  static let storeTrouble = ExitStatus(rawValue: 74)
  /// This is not permitted: read-only.
  static let notPermitted = ExitStatus(rawValue: 77)
  /// The configuration is wrong.
  static let configuration = ExitStatus(rawValue: 78)
}

/// Why a command ends without having done all that it was asked for.
struct CommandFailure: Error, Hashable, Sendable {
  /// The exit status.
  let status: ExitStatus
  /// The lines for standard error, one for each thing that went wrong. None: nobody is there to
  /// read it.
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
