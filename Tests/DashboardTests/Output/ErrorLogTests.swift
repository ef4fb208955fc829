import DeploymentInterface
import EngineRuntime
import EngineStore
import Logging
import Testing

@testable import DashboardKit

@Suite struct ErrorLogTests {
  private let clock = EngineClock {
    EngineTime(
      moment: Moment(milliseconds: 0), utc: Timestamp(milliseconds: 1_767_258_000_000))
  }

  private func logged(_ write: (Logger) -> Void) -> String {
    let sink = MemorySink()
    let log = ErrorLog(sink: sink, clock: clock)
    write(Logger(label: "test") { _ in log })
    return sink.text
  }

  @Test func writesOneLineForAnEvent() {
    let text = logged {
      $0.info(
        "usable", metadata: ["deployment": "d17", "pool": "lab", "kind": "state", "actor": "ana"])
    }
    #expect(text == "2026-01-01T09:00:00Z info lab d17 usable (ana)\n")
  }

  @Test func textFromOutsideMakesNoSecondLine() {
    let text = logged { $0.error("a\nb\u{1b}[2J", metadata: ["pool": "x\ny"]) }
    #expect(text == "2026-01-01T09:00:00Z error x␊y a␊b␛[2J\n")
  }

  @Test func whatIsForDebuggingIsLeftOut() {
    #expect(logged { $0.debug("hush") } == "")
  }
}
