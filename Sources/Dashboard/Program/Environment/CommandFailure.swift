/// The exit status of the program; scripts depend on these values.
struct ExitStatus: RawRepresentable, Hashable, Sendable {
  let rawValue: Int32

  /// Success.
  static let done = ExitStatus(rawValue: 0)
  /// Refused, or failed.
  static let failed = ExitStatus(rawValue: 1)
  /// The command line is wrong.
  static let usage = ExitStatus(rawValue: 64)
  /// A file, store or deployment does not exist.
  static let absent = ExitStatus(rawValue: 66)
  /// No engine is running, or a provider cannot be reached.
  static let unavailable = ExitStatus(rawValue: 69)
  /// The store cannot be read or written.
  static let storeTrouble = ExitStatus(rawValue: 74)
  /// Not permitted: read-only.
  static let notPermitted = ExitStatus(rawValue: 77)
  /// The configuration is wrong.
  static let configuration = ExitStatus(rawValue: 78)
}

/// Why a command ends without success.
struct CommandFailure: Error, Hashable, Sendable {
  /// The exit status.
  let status: ExitStatus
  /// The lines for standard error, one for each problem; empty if nobody reads it.
  let lines: [String]

  init(_ status: ExitStatus, lines: [String]) {
    self.status = status
    self.lines = lines
  }

  init(_ status: ExitStatus, _ line: String) {
    self.init(status, lines: [line])
  }

  /// The reader of the output has closed it, which is not an error.
  static let closedPipe = CommandFailure(.done, lines: [])
}
