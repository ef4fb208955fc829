import Basics
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

/// What a command finds around it: environment, streams, clocks and drivers. Tests bring their own.
struct CommandContext: Sendable {
  var environment: [String: String]
  var output: any TextSink = FileSink.standardOutput
  var errors: any TextSink = FileSink.standardError
  /// The kinds of providers that a configuration may name.
  var drivers: [any Driver] = []
  /// Why a driver is not among them, by its name.
  var absentDrivers: [String: String] = [:]
  var clock = EngineClock.system
  /// Who asks, for the journal.
  var actor: SafeText = "unknown"
  /// How long an act waits for the engine's answer.
  var patience = TimeSpan.seconds(5)

  /// Writes lines to standard output, all at once.
  func answer(_ lines: [String]) throws(CommandFailure) {
    guard !lines.isEmpty else { return }
    try answer(text: lines.joined(separator: "\n") + "\n")
  }

  /// Writes a text to standard output as it is.
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

  /// Writes a table to standard output, cut to the terminal where it is one.
  func answer(_ table: TextTable) throws(CommandFailure) {
    try answer(table.lines(width: output.width))
  }

  /// Writes a line to standard error; nobody has to be there.
  func remark(_ line: String) {
    try? errors.write(line + "\n")
  }
}

/// A command of this program.
protocol DashboardSubcommand {
  /// Does what the command says.
  func perform(_ context: CommandContext) throws(CommandFailure)
}
