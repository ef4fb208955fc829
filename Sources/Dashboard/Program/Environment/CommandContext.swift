import Basics
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

/// The surroundings of a command: environment, streams, clocks and drivers. Tests provide their
/// own.
struct CommandContext: Sendable {
  var environment: [String: String]
  var output: any TextSink = FileSink.standardOutput
  var errors: any TextSink = FileSink.standardError
  /// The kinds of providers that a configuration may name.
  var drivers: [any Driver] = []
  /// Why drivers are missing from `drivers`, by name.
  var absentDrivers: [String: String] = [:]
  var clock = EngineClock.system
  /// The user who makes requests, for the journal.
  var actor: SafeText = "unknown"
  /// How long a request waits for the engine's answer.
  var patience = TimeSpan.seconds(5)
  /// The signals that end a wait.
  var signals: @Sendable () -> PendingSignals = { .blocked() }

  /// Writes lines to standard output in one write.
  func answer(_ lines: [String]) throws(CommandFailure) {
    guard !lines.isEmpty else { return }
    try answer(text: lines.joined(separator: "\n") + "\n")
  }

  /// Writes a text to standard output unchanged.
  func answer(text: String) throws(CommandFailure) {
    do throws(SinkFailure) {
      try output.write(text)
    } catch {
      guard error != .closed else { throw .closedPipe }
      throw CommandFailure(
        .storeTrouble, "dashboard: cannot write the answer: \(error.reason)")
    }
  }

  /// Writes a document to standard output.
  func answer(_ document: JSONValue) throws(CommandFailure) {
    try answer([document.text(lines: true)])
  }

  /// Writes a table to standard output, cut to the width of a terminal.
  func answer(_ table: TextTable) throws(CommandFailure) {
    try answer(table.lines(width: output.width))
  }

  /// Writes a line to standard error; failures are ignored.
  func remark(_ line: String) {
    try? errors.write(line + "\n")
  }
}

/// A command of this program.
protocol DashboardSubcommand {
  /// Runs the command.
  func perform(_ context: CommandContext) throws(CommandFailure)
}
