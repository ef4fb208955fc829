import DeploymentInterface

/// Checks of calls repeated on older data, as after a crash at an unknown moment.
extension ConformanceCheck {
  static let repeating: [Claim] = [
    .init(
      "deploy-again-finds-its-own", "A repeated deploy finds the first one if its answer was lost"
    ) { runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.start(subject.deployment)
      subject.data = []
      try await subject.deploy()
      try await subject.expect(count: 1, "deployed again after its first outcome was lost")
    },
    .init("deploy-again-in-the-middle", "A deploy can be repeated while it is running") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      let kind = subject.deployment
      try await subject.start(kind)
      if subject.last.answer == .running { try await subject.start(kind) }
      if subject.last.answer == .running { try await subject.call(.check(kind)) }
      if subject.last.answer == .running { try await subject.start(kind) }
      let answer = try await subject.settle(kind)
      try subject.expect(answer == .finished, "started three times, it ended with \(answer.text)")
      try await subject.expect(count: 1, "started three times")
    },
    .init(
      "deploy-again-after-each-step",
      "A deploy that is interrupted at any step finishes when it is repeated"
    ) { runner throws(CheckEnd) in
      try await cutOff(runner, keepsData: true)
    },
    .init("deploy-again-without-data", "The same deploy also finishes if the stored data is lost") {
      runner throws(CheckEnd) in
      try await cutOff(runner, keepsData: false)
    },
    .init("a-whole-life-twice", "Repeating each call of a life cycle has no further effect") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      subject.isDoubled = true
      try await subject.deploy()
      try await subject.expect(count: 1, "each call made twice")
      try await subject.finish(.setReady)
      try await subject.expect(count: 1, "made ready twice")
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "destroyed twice")
    },
    .init("moves-twice", "Repeating each call of a move has no further effect") {
      runner throws(CheckEnd) in
      try runner.needs(.l2)
      var subject = try await runner.subject()
      subject.isDoubled = true
      try await subject.deploy()
      try await subject.finish(.moveToCache(.l2))
      try await subject.finish(.moveToCache(.l1))
      try await subject.expect(count: 1, "moved there and back")
    },
    .init("a-check-again-is-the-same", "A check with older data reports the current state") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.start(subject.deployment)
      guard subject.last.answer == .running else { throw .skipped("its deploy has no steps") }
      let before = subject.data
      let answer = try await subject.settle(subject.deployment)
      try subject.expect(answer == .finished, "the deploy ended with \(answer.text)")
      subject.data = before
      try await subject.call(.check(subject.deployment))
      let again = try await subject.settle(subject.deployment)
      try subject.expect(again == .finished, "checked again, it ended with \(again.text)")
      try await subject.expect(count: 1, "checked again")
    },
    .init(
      "a-given-up-call-can-be-asked-again", "A cancelled call returns, and succeeds when repeated"
    ) { runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.call(.start(subject.deployment), cancelled: true)
      subject.data = []
      try await subject.deploy()
      try await subject.expect(count: 1, "deployed after a cancelled call")
    },
    .init(
      "a-given-up-removal-can-be-asked-again",
      "A cancelled destroy returns, and succeeds when repeated"
    ) {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      let before = subject.data
      try await subject.call(.start(.destroy), cancelled: true)
      subject.data = before
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "destroyed after a cancelled call")
    },
  ]

  /// Interrupts a deploy after its first call, its second, and so on, until it finishes before
  /// that.
  private static func cutOff(
    _ runner: ConformanceRunner, keepsData: Bool
  ) async throws(CheckEnd) {
    for steps in 1...5 {
      var subject = try await runner.subject()
      let kind = subject.deployment
      try await subject.start(kind)
      while subject.last.answer == .running, subject.calls < steps {
        await ConformanceSubject.wait(subject.last.suggestedTime.milliseconds)
        try await subject.call(.check(kind))
      }
      let isLast = subject.last.answer != .running
      if !keepsData { subject.data = [] }
      // The engine never repeats a finished deploy on the data that it stored at its end.
      if !isLast || !keepsData {
        try await subject.finish(kind)
      }
      try await subject.expect(count: 1, "interrupted after \(steps) calls and started again")
      try await subject.finish(.destroy)
      if isLast { return }
    }
  }
}
