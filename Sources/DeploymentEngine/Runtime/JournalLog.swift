import Basics
import DeploymentEngine
import DeploymentInterface
import EngineStore
import Logging
import Posix
import SafeTexts

/// Writes events to the log on its own thread, so that a blocked output does not delay commits.
/// Lines beyond `limit` are dropped and counted.
final class JournalLog: Sendable {
  struct Line: Sendable {
    var level: LogLevel
    var message: String
    var metadata: Logger.Metadata
  }

  private struct State {
    var lines: [Line] = []
    var dropped = 0
    var isClosed = false
  }
  private static let limit = 4096
  private let state = Mutex(State())
  private let work = Semaphore()
  private let finished = Semaphore()
  private let logger: Logger

  init(_ logger: Logger) throws(SystemError) {
    self.logger = logger
    try SystemThread.start(named: "log") { [self] in run() }
  }

  func write(_ line: Line) {
    if Self.level(line.level) < logger.logLevel { return }
    state.withLock { state in
      if state.lines.count < Self.limit { state.lines.append(line) } else { state.dropped += 1 }
    }
    work.signal()
  }

  func write(_ level: LogLevel, _ message: SafeText) {
    write(Line(level: level, message: message.text, metadata: ["kind": "engine"]))
  }

  /// Writes the remaining lines; waits at most one second.
  func close() {
    state.withLock { $0.isClosed = true }
    work.signal()
    _ = finished.wait(atMost: .seconds(1))
  }

  private func run() {
    while true {
      work.wait()
      let (lines, dropped, isClosed) = state.withLock { state in
        defer { (state.lines, state.dropped) = ([], 0) }
        return (state.lines, state.dropped, state.isClosed)
      }
      for line in lines {
        logger.log(
          level: Self.level(line.level), "\(line.message)", metadata: line.metadata)
      }
      if dropped > 0 { logger.warning("dropped \(dropped) log lines: the log output is too slow") }
      if isClosed { break }
    }
    finished.signal()
  }

  private static func level(_ level: LogLevel) -> Logger.Level {
    switch level {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}

extension JournalEntry {
  /// The entry as a log line.
  func line(poolName: SafeText?) -> JournalLog.Line {
    var metadata: Logger.Metadata = ["kind": "\(kind.rawValue)"]
    if let poolName { metadata["pool"] = "\(poolName)" }
    if let deployment { metadata["deployment"] = "\(deployment)" }
    if actor != "engine" { metadata["actor"] = "\(actor)" }
    return JournalLog.Line(level: level, message: message.text, metadata: metadata)
  }
}
