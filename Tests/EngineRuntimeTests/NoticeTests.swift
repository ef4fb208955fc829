import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime

/// What drivers say unasked, on its way to the engine.
struct NoticeTests {
  @Test func whatADriverSaysUnaskedIsLookedAt() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    defer { engine.stop(draining: .zero) }
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    let sink = try #require(bench.world.sink)
    sink.tell(Self.changed(1, "it fell over", owner: "another engine"))
    sink.tell(Self.changed(1, "it was switched off", owner: sink.owner))
    #expect(try eventually { bench.world.count("setReady") == 1 })
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.journal().contains("checking it: it was switched off"))
    #expect(try !bench.journal().contains { $0.contains("fell over") })
  }

  @Test func nobodyIsToldOnceTheEngineHasStopped() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.stop(draining: .zero)
    #expect(try eventually { bench.world.sink == nil })
  }

  @Test func anotherConfigurationIsListenedToAsWell() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    defer { engine.stop(draining: .zero) }
    engine.reconfigure(EngineBench.configuration(l1: 2))
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    let sink = try #require(bench.world.sink)
    sink.tell(Self.changed(2, "it was switched off", owner: sink.owner))
    #expect(try eventually { bench.world.count("setReady") == 1 })
  }

  @Test func ofEachDeploymentOnlyTheLatestWaits() {
    var unheard = NoticeBuffer()
    for round in 0..<1000 {
      unheard.add(Self.changed(1, "round \(round)"), by: "here")
      unheard.add(DriverNotice(owner: "", deployment: .init(1), kind: .users([])), by: "here")
    }
    #expect(unheard.events.count == 2)
    #expect(unheard.events.first == .noticed(Self.changed(1, "round 999"), by: "here"))
  }

  @Test func thereIsABoundOnDeploymentsThatAreSpokenOf() {
    var unheard = NoticeBuffer()
    for number in 0...Limits.unheardNotices {
      unheard.add(Self.changed(Int64(number), "gone"), by: "here")
    }
    #expect(unheard.events.count == Limits.unheardNotices)
  }

  @Test func whatIsSaidIsShort() {
    let long = SafeText(String(repeating: "x", count: 4000))
    let heard = Heard()
    let sink = NoticeSink(owner: "") { heard.set($0) }
    sink.tell(Self.changed(1, long))
    guard case .changed(let sentence) = heard.notice?.kind else {
      Issue.record("nothing was heard")
      return
    }
    #expect(sentence.text.utf8.count <= Limits.noticeBytes)
  }

  private static func changed(
    _ number: Int64, _ sentence: SafeText, owner: String = ""
  ) -> DriverNotice {
    DriverNotice(owner: owner, deployment: DeploymentID(number), kind: .changed(sentence))
  }
}

/// Keeps what was told last.
private final class Heard: Sendable {
  private let kept = Mutex<DriverNotice?>(nil)
  var notice: DriverNotice? { kept.withLock { $0 } }
  func set(_ notice: DriverNotice) { kept.withLock { $0 = notice } }
}
