import DeploymentInterface

/// After a crash whose moment is unknown, what was called last is called again on older data.
extension ConformanceCheck {
  static let repeating: [Claim] = [
    .init(
      "deploy-again-finds-its-own", "A repeated deploy finds the first one if its answer was lost"
    ) { bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.start(trial.deployment)
      trial.data = []
      try await trial.deploy()
      try await trial.expect(count: 1, "deployed again after its first outcome was lost")
    },
    .init("deploy-again-in-the-middle", "A deploy can be repeated while it is running") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      let kind = trial.deployment
      try await trial.start(kind)
      if trial.last.answer == .running { try await trial.start(kind) }
      if trial.last.answer == .running { try await trial.call(.check(kind)) }
      if trial.last.answer == .running { try await trial.start(kind) }
      let answer = try await trial.settle(kind)
      try trial.expect(answer == .finished, "started three times, it ended with \(answer.text)")
      try await trial.expect(count: 1, "started three times")
    },
    .init(
      "deploy-again-after-each-step",
      "A deploy that is interrupted at any step finishes when it is repeated"
    ) { bench throws(CheckEnd) in
      try await cutOff(bench, keepsData: true)
    },
    .init("deploy-again-without-data", "The same if the stored data is lost") {
      bench throws(CheckEnd) in
      try await cutOff(bench, keepsData: false)
    },
    .init("a-whole-life-twice", "Repeating each call of a life cycle has no further effect") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      trial.isDoubled = true
      try await trial.deploy()
      try await trial.expect(count: 1, "each call made twice")
      try await trial.finish(.setReady)
      try await trial.expect(count: 1, "made ready twice")
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "destroyed twice")
    },
    .init("moves-twice", "Repeating each call of a move has no further effect") {
      bench throws(CheckEnd) in
      try bench.needs(.l2)
      var trial = try await bench.trial()
      trial.isDoubled = true
      try await trial.deploy()
      try await trial.finish(.moveToCache(.l2))
      try await trial.finish(.moveToCache(.l1))
      try await trial.expect(count: 1, "moved there and back")
    },
    .init("a-check-again-is-the-same", "A check with older data reports the current state") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.start(trial.deployment)
      guard trial.last.answer == .running else { throw .skipped("its deploy has no steps") }
      let before = trial.data
      let answer = try await trial.settle(trial.deployment)
      try trial.expect(answer == .finished, "the deploy ended with \(answer.text)")
      trial.data = before
      try await trial.call(.check(trial.deployment))
      let again = try await trial.settle(trial.deployment)
      try trial.expect(again == .finished, "checked again, it ended with \(again.text)")
      try await trial.expect(count: 1, "checked again")
    },
    .init(
      "a-given-up-call-can-be-asked-again", "A cancelled call returns, and succeeds when repeated"
    ) { bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.call(.start(trial.deployment), cancelled: true)
      trial.data = []
      try await trial.deploy()
      try await trial.expect(count: 1, "deployed after a call that was given up")
    },
    .init("a-given-up-removal-can-be-asked-again", "The same for destroy") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      let before = trial.data
      try await trial.call(.start(.destroy), cancelled: true)
      trial.data = before
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "destroyed after a call that was given up")
    },
  ]

  /// Cuts a deploy off after its first call, its second, and so on, until it is done before.
  private static func cutOff(
    _ bench: ConformanceRunner, keepsData: Bool
  ) async throws(CheckEnd) {
    for steps in 1...5 {
      var trial = try await bench.trial()
      let kind = trial.deployment
      try await trial.start(kind)
      while trial.last.answer == .running, trial.calls < steps {
        await ConformanceSubject.wait(trial.last.suggestedTime.milliseconds)
        try await trial.call(.check(kind))
      }
      let isLast = trial.last.answer != .running
      if !keepsData { trial.data = [] }
      // A deploy that has finished is never called again on what it stored then.
      if !isLast || !keepsData {
        try await trial.finish(kind)
      }
      try await trial.expect(count: 1, "cut off after \(steps) calls and started again")
      try await trial.finish(.destroy)
      if isLast { return }
    }
  }
}
