import DeploymentInterface
import EngineRuntime
import EngineStore
import Logging
import SafeTexts

/// Writes the log of an engine, one line for each event: `2026-01-01T09:00:00Z info lab d17 …`,
/// with the user who requested it in parentheses.
struct ErrorLog: LogHandler {
  private let sink: any TextSink
  private let clock: EngineClock
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  init(sink: any TextSink, clock: EngineClock) {
    self.sink = sink
    self.clock = clock
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let subjects = ["pool", "deployment"].compactMap { all[$0].map { SafeText("\($0)").text } }
    let actor = all["actor"].map { [SafeText("(\($0))").text] } ?? []
    let words =
      [TimeText.iso8601(clock.now.utc), event.level.rawValue] + subjects
      + [SafeText("\(event.message)").text] + actor
    // If nobody reads it any more, the engine continues.
    try? sink.write(words.joined(separator: " ") + "\n")
  }
}
