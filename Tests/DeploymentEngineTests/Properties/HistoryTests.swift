import EngineSimulation
import Foundation
import Testing

/// Random histories: safety with faults on, then liveness with faults off.
///
/// `HISTORY_SEEDS=1000` plays more of them, `HISTORY_FROM=5000` others.
@Suite struct HistoryTests {
  /// Seeds that failed once stay.
  static let corpus: [UInt64] = [
    14, 23, 26, 27, 34, 38, 61, 65, 79, 94, 10266, 11152, 11549,
    19, 60, 172, 250, 270, 382, 2569, 24, 750, 767, 931, 1310, 1361,
    164, 197, 1790, 2244, 5291, 10195, 11052,
    820_045_582, 30_001_172, 100_008_607, 200_004_286, 200_001_882, 200_006_542, 200_007_584,
    9_501_004, 9_601_054, 189, 9_805_176, 9_806_205, 9_807_035,
    1039, 2833, 2442, 4304, 20871, 31017,
  ]

  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
  }
  static let first = number("HISTORY_FROM") ?? 1
  static let batches = (0..<UInt64(8)).map { batch in
    let size = (number("HISTORY_SEEDS") ?? 48) / 8
    return Array(first + batch * size..<first + (batch + 1) * size)
  }

  @Test(arguments: batches)
  func nothingBadHappensAndThenEverythingSettles(_ seeds: [UInt64]) {
    for seed in seeds { play(seed, steps: 200, judgesEvery: 4) }
  }

  @Test(arguments: corpus)
  func whatFailedOnceDoesNotFailAgain(_ seed: UInt64) {
    play(seed, steps: 400, judgesEvery: 4)
  }

  private func play(_ seed: UInt64, steps: Int, judgesEvery: Int) {
    let history = History(seed: seed) { Issue.record("\($0.checker): \($0)") }
    history.world.judgesEvery = judgesEvery
    history.run(steps)
    guard history.world.complaints.isEmpty else { return }
    history.heal()
    history.settle()
    if history.world.complaints.isEmpty { history.judgeSettled() }
  }

  @Test func oneSeedIsOneTrace() {
    for seed in [UInt64(3), 14, 159] {
      let traces = (0..<2).map { _ in
        let history = History(seed: seed) { Issue.record("\($0.checker): \($0)") }
        history.world.judgesEvery = 10
        history.run(150)
        return history.world.trace
      }
      #expect(traces[0] == traces[1] && traces[0].steps > 100, "seed \(seed)")
    }
  }

  @Test func anotherSeedIsAnotherTrace() {
    let digests = (1...4).map { seed in
      let history = History(seed: UInt64(seed)) { Issue.record("\($0.checker): \($0)") }
      history.run(60)
      return history.world.trace.digest
    }
    #expect(Set(digests).count == 4)
  }
}
