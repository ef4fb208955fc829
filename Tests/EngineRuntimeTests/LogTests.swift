import Basics
import DeploymentEngine
import DeploymentInterface
import Logging
import Testing

@testable import EngineRuntime
@testable import EngineStore

struct LogTests {
  /// Keeps what is logged.
  private final class Kept: Sendable {
    private let lines = Mutex<[String]>([])
    /// Lines wait while it is closed: an output that does not move.
    let isMoving = Gate()
    var all: [String] { lines.withLock { $0 } }
    func append(_ line: String) { lines.withLock { $0.append(line) } }
  }

  private struct KeepingHandler: LogHandler {
    let kept: Kept
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
      let words = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      kept.isMoving.block()
      kept.append("\(event.level) \(words.joined(separator: " ")): \(event.message)")
    }
  }

  private func logger(_ kept: Kept) -> Logger {
    Logger(label: "test") { _ in KeepingHandler(kept: kept) }
  }

  @Test func hasALineForEachEvent() throws {
    let bench = try EngineBench()
    let kept = Kept()
    kept.isMoving.open()
    var options = bench.options(EngineBench.configuration(l1: 1))
    options.logger = logger(kept)
    let engine = EngineService(options)
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.stop(draining: .zero)
    let events = try StoreReader(path: bench.temporary.path)
      .journalTail(deployment: nil, limit: 1000).filter { $0.entry.level != .debug }
    #expect(kept.all.count == events.count)
    for (line, event) in zip(kept.all, events) {
      #expect(line.hasSuffix(": \(event.entry.message)"))
      #expect(line.contains("kind=\(event.entry.kind.rawValue)"))
    }
    #expect(kept.all.contains { $0.contains("deployment=d1 kind=created pool=lab") })
  }

  @Test func dropsAndCountsWhatIsTooMuchForAnOutputThatDoesNotMove() throws {
    let kept = Kept()
    let log = try JournalLog(logger(kept))
    for number in 0..<10_000 { log.write(.info, "line \(number)") }
    kept.isMoving.open()
    log.close()
    let lines = kept.all.filter { $0.contains(": line ") }
    let dropped = kept.all.compactMap { line -> Int? in
      line.firstMatch(of: /dropped (\d+) log lines/).flatMap { Int($0.1) }
    }
    #expect(lines.count < 10_000)
    #expect(lines.count + dropped.reduce(0, +) == 10_000)
    #expect(lines.first?.hasSuffix("line 0") == true)
  }
}
