import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime

/// The core meets what its states exclude: nothing of that step is stored or done.
struct InvariantTests {
  /// Breaks an invariant in the n-th turn, so many times in a row.
  private final class Breach: Sendable {
    private let left: Mutex<(before: Int, times: Int)>

    init(at: Int, times: Int) { left = Mutex((at, times)) }

    var wasMet: Bool { left.withLock { $0.times == 0 } }

    func next() -> String? {
      left.withLock { left in
        if left.before > 0 {
          left.before -= 1
          return nil
        }
        guard left.times > 0 else { return nil }
        left.times -= 1
        return "a test has broken it"
      }
    }
  }

  @Test func beginsAnewFromItsStoreAndReachesTheSameEnd() throws {
    for at in 0..<20 {
      let bench = try EngineBench()
      let breach = Breach(at: at, times: 1)
      let engine = EngineService(
        bench.options(EngineBench.configuration(l1: 3)), fault: { nil }, breach: breach.next)
      try engine.start()
      #expect(engine.waitUntilIdle(timeout: .seconds(300)), "turn \(at)")
      let reply = try bench.ask(.assignFromPool("lab", user: "ann"))
      #expect(engine.waitUntilIdle(timeout: .seconds(300)), "turn \(at)")
      engine.stop(draining: .seconds(1))
      let states = try bench.states()
      let journal = try bench.journal()
      #expect(
        states.count == 4 && states.values.allSatisfy { $0 == .usable },
        "turn \(at): \(states), \(String(describing: reply)), \(journal)")
      #expect(bench.world.existing == Set(states.keys), "turn \(at)")
      #expect(bench.world.mistakes == [], "turn \(at)")
      #expect(engine.lost == nil, "turn \(at)")
      if !breach.wasMet { return }
    }
  }

  @Test func endsWhereTheSameHappensAgain() throws {
    let bench = try EngineBench()
    let breach = Breach(at: 1, times: .max)
    let engine = EngineService(
      bench.options(EngineBench.configuration(l1: 3)), fault: { nil }, breach: breach.next)
    try engine.start()
    #expect(try eventually { engine.lost != nil })
    #expect(
      engine.lost
        == "an invariant of the engine is broken again: a test has broken it")
    engine.stop(draining: .zero)
  }
}
