import DeploymentEngine
import Testing

/// Random histories: safety with faults on, then liveness with faults off.
@Suite struct HistoryTests {
  /// Seeds that failed once stay.
  static let corpus: [UInt64] = []
  static let batches = (0..<8).map { batch in (0..<12).map { UInt64(batch * 12 + $0 + 1) } }

  @Test(arguments: batches)
  func nothingBadHappensAndThenEverythingSettles(_ seeds: [UInt64]) {
    for seed in seeds { play(seed) }
  }

  @Test(arguments: corpus)
  func whatFailedOnceDoesNotFailAgain(_ seed: UInt64) { play(seed) }

  private func play(_ seed: UInt64) {
    let history = History(seed: seed)
    history.run(200)
    guard history.world.complaints.isEmpty else { return }
    history.heal()
    history.settle()
    if history.world.complaints.isEmpty { history.judgeSettled() }
  }

  @Test func oneSeedIsOneTrace() {
    for seed in [UInt64(3), 14, 159] {
      let traces = (0..<2).map { _ in
        let history = History(seed: seed)
        history.run(150)
        return history.world.trace
      }
      #expect(traces[0] == traces[1] && traces[0].steps > 100, "seed \(seed)")
    }
  }

  @Test func anotherSeedIsAnotherTrace() {
    let digests = (1...4).map { seed in
      let history = History(seed: UInt64(seed))
      history.run(60)
      return history.world.trace.digest
    }
    #expect(Set(digests).count == 4)
  }
}
