import DeploymentInterface
import SafeTexts

extension ConformanceCheck {
  static let deploying: [Claim] = [
    .init("nothing-before-the-first-call", "Loading and notices create nothing") {
      runner throws(CheckEnd) in
      try runner.needsCount()
      var subject = try await runner.subject()
      try await subject.tell([.setIp("192.0.2.1"), .userLoggedOut("ana")])
      try await subject.expect(count: 0, "before it was deployed")
    },
    .init("a-blank-one-has-no-address", "A deployment has no IP before it is deployed") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.tell([])
      try subject.expect(
        subject.last.ip?.isEmpty ?? true,
        "it has the IP \(subject.last.ip ?? "") before it is deployed"
      )
    },
    .init("deploys-for-l1", "deployForCache(L1) finishes, and one exists") {
      runner throws(CheckEnd) in
      try runner.needs(.l1)
      try await deploys(runner, .deployForCache(.l1))
    },
    .init("deploys-for-l2", "deployForCache(L2) finishes, and one exists") {
      runner throws(CheckEnd) in
      try runner.needs(.l2)
      try await deploys(runner, .deployForCache(.l2))
    },
    .init("deploys-for-a-user", "deployForUser finishes, and one exists") {
      runner throws(CheckEnd) in
      try await deploys(runner, .deployForUser)
    },
    .init("calls-come-back", "Every call returns in time; long work answers `running`") {
      runner throws(CheckEnd) in
      // The subject ends the check at the first call that does not return.
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.finish(.setReady)
      try await subject.finish(.destroy)
    },
    .init("pauses-can-be-kept", "suggestedTime is more than zero and at most ten minutes") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.start(subject.deployment)
      var checks = 0
      while subject.last.answer == .running, checks < 1000 {
        let pause = subject.last.suggestedTime
        try subject.expect(
          pause > .zero && pause <= .minutes(10), "its suggestedTime is \(pause)")
        await ConformanceSubject.wait(pause.milliseconds)
        try await subject.call(.check(subject.deployment))
        checks += 1
      }
    },
    .init("progress-makes-sense", "Progress is between zero and a positive total") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.start(subject.deployment)
      var checks = 0
      while subject.last.answer == .running, checks < 1000 {
        if let progress = subject.last.progress {
          let makesSense = progress.total > 0 && (0...progress.total).contains(progress.done)
          try subject.expect(makesSense, "its progress is \(progress)")
        }
        await ConformanceSubject.wait(subject.last.suggestedTime.milliseconds)
        try await subject.call(.check(subject.deployment))
        checks += 1
      }
    },
    .init("has-a-unique-id", "A deployed deployment has a unique id") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      try subject.expect(subject.last.uniqueId?.isEmpty == false, "its unique id is empty")
    },
    .init("has-a-name", "A deployed deployment has a name") { runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      try subject.expect(subject.last.name?.isEmpty == false, "its name is empty")
    },
    .init("has-an-address", "A deployed deployment has an IP, unless its OS manager reports it") {
      runner throws(CheckEnd) in
      if runner.traits.waitsForOS { throw .skipped("its OS manager may report the IP later") }
      var subject = try await runner.subject()
      try await subject.deploy()
      try subject.expect(subject.last.ip?.isEmpty == false, "it has no IP, so no user is let in")
    },
    .init("unique-ids-differ", "Two deployments have different unique ids") {
      runner throws(CheckEnd) in
      var one = try await runner.subject()
      var other = try await runner.subject()
      try await one.deploy()
      try await other.deploy()
      let id = one.last.uniqueId ?? ""
      try one.expect(id != other.last.uniqueId, "both have the unique id \(id)")
    },
    .init("many-at-once", "Deployments created at the same time do not interfere") {
      runner throws(CheckEnd) in
      try await manyAtOnce(runner)
    },
    .init("odd-users-are-only-text", "A user name with quotes and control characters is only text")
    {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      let user: SafeText = "a'; exit 7; \"$(exit 7)\" `exit 7`\n\u{1b}[31m%s\\ 東 -rf"
      subject.placement = .cache(.l1, reservedFor: user)
      try await subject.call(.start(.deployForUser))
      let answer = try await subject.settle(.deployForUser)
      try subject.expect(answer == .finished, "it ended with \(answer.text)")
      try await subject.tell([.assignToUser(user), .userLoggedIn(user), .userLoggedOut(user)])
      try await subject.expect(count: 1, "deployed for an unusual user name")
    },
  ]

  private static func deploys(
    _ runner: ConformanceRunner, _ kind: OperationKind
  ) async throws(CheckEnd) {
    var subject = try await runner.subject()
    if case .deployForCache(let level) = kind {
      subject.placement = .cache(level, reservedFor: nil)
    }
    try await subject.finish(kind)
    try await subject.expect(count: 1, "after \(kind.word)")
  }

  private static func manyAtOnce(_ runner: ConformanceRunner) async throws(CheckEnd) {
    var subjects: [ConformanceSubject] = []
    for _ in 0..<runner.fixture.atOnce { subjects.append(try await runner.subject()) }
    let ended = await withTaskGroup(of: Result<ConformanceSubject, CheckEnd>.self) { group in
      for subject in subjects {
        group.addTask {
          var subject = subject
          do throws(CheckEnd) {
            try await subject.deploy()
            try await subject.expect(count: 1, "deployed at the same time as others")
            return .success(subject)
          } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var ids: Set<SafeText> = []
    for result in ended {
      let subject = try result.get()
      let id = subject.last.uniqueId ?? ""
      try subject.expect(ids.insert(id).inserted, "two deployments have the unique id \(id)")
    }
  }
}
