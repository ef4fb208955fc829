import DeploymentInterface
import SafeTexts

extension ConformanceCheck {
  static let deploying: [Claim] = [
    .init("nothing-before-the-first-call", "Loading and notices create nothing") {
      bench throws(CheckEnd) in
      try bench.needsCount()
      var trial = try await bench.trial()
      try await trial.tell([.setIp("192.0.2.1"), .userLoggedOut("ana")])
      try await trial.expect(count: 0, "before it was deployed")
    },
    .init("a-blank-one-has-no-address", "A deployment has no IP before it is deployed") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.tell([])
      try trial.expect(
        trial.last.ip?.isEmpty ?? true, "it has the IP \(trial.last.ip ?? "") before it is deployed"
      )
    },
    .init("deploys-for-l1", "deployForCache(L1) finishes, and one exists") {
      bench throws(CheckEnd) in
      try bench.needs(.l1)
      try await deploys(bench, .deployForCache(.l1))
    },
    .init("deploys-for-l2", "deployForCache(L2) finishes, and one exists") {
      bench throws(CheckEnd) in
      try bench.needs(.l2)
      try await deploys(bench, .deployForCache(.l2))
    },
    .init("deploys-for-a-user", "deployForUser finishes, and one exists") {
      bench throws(CheckEnd) in
      try await deploys(bench, .deployForUser)
    },
    .init("calls-come-back", "Every call returns in time; long work answers `running`") {
      bench throws(CheckEnd) in
      // The trial itself ends the check at the first call that does not come back.
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.finish(.setReady)
      try await trial.finish(.destroy)
    },
    .init("pauses-can-be-kept", "suggestedTime is more than zero and at most ten minutes") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.start(trial.deployment)
      var checks = 0
      while trial.last.answer == .running, checks < 1000 {
        let pause = trial.last.suggestedTime
        try trial.expect(
          pause > .zero && pause <= .minutes(10), "its suggestedTime is \(pause)")
        await ConformanceSubject.wait(pause.milliseconds)
        try await trial.call(.check(trial.deployment))
        checks += 1
      }
    },
    .init("progress-makes-sense", "Progress is between zero and a positive total") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.start(trial.deployment)
      var checks = 0
      while trial.last.answer == .running, checks < 1000 {
        if let progress = trial.last.progress {
          let makesSense = progress.total > 0 && (0...progress.total).contains(progress.done)
          try trial.expect(makesSense, "its progress is \(progress)")
        }
        await ConformanceSubject.wait(trial.last.suggestedTime.milliseconds)
        try await trial.call(.check(trial.deployment))
        checks += 1
      }
    },
    .init("has-a-unique-id", "A deployed deployment has a unique id") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      try trial.expect(trial.last.uniqueId?.isEmpty == false, "its unique id is empty")
    },
    .init("has-a-name", "A deployed deployment has a name") { bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      try trial.expect(trial.last.name?.isEmpty == false, "its name is empty")
    },
    .init("has-an-address", "A deployed deployment has an IP, unless its OS manager reports it") {
      bench throws(CheckEnd) in
      if bench.traits.waitsForOS { throw .skipped("its OS manager may report the IP later") }
      var trial = try await bench.trial()
      try await trial.deploy()
      try trial.expect(trial.last.ip?.isEmpty == false, "it has no IP, so no user is let in")
    },
    .init("unique-ids-differ", "Two deployments have different unique ids") {
      bench throws(CheckEnd) in
      var one = try await bench.trial()
      var other = try await bench.trial()
      try await one.deploy()
      try await other.deploy()
      let id = one.last.uniqueId ?? ""
      try one.expect(id != other.last.uniqueId, "both have the unique id \(id)")
    },
    .init("many-at-once", "Deployments created at the same time do not interfere") {
      bench throws(CheckEnd) in
      try await manyAtOnce(bench)
    },
    .init("odd-users-are-only-text", "A user name with quotes and control characters is only text")
    {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      let user: SafeText = "a'; exit 7; \"$(exit 7)\" `exit 7`\n\u{1b}[31m%s\\ 東 -rf"
      trial.placement = .cache(.l1, reservedFor: user)
      try await trial.call(.start(.deployForUser))
      let answer = try await trial.settle(.deployForUser)
      try trial.expect(answer == .finished, "it ended with \(answer.text)")
      try await trial.tell([.assignToUser(user), .userLoggedIn(user), .userLoggedOut(user)])
      try await trial.expect(count: 1, "deployed for an odd user")
    },
  ]

  private static func deploys(
    _ bench: ConformanceRunner, _ kind: OperationKind
  ) async throws(CheckEnd) {
    var trial = try await bench.trial()
    if case .deployForCache(let level) = kind {
      trial.placement = .cache(level, reservedFor: nil)
    }
    try await trial.finish(kind)
    try await trial.expect(count: 1, "after \(kind.word)")
  }

  private static func manyAtOnce(_ bench: ConformanceRunner) async throws(CheckEnd) {
    var trials: [ConformanceSubject] = []
    for _ in 0..<bench.ground.atOnce { trials.append(try await bench.trial()) }
    let ended = await withTaskGroup(of: Result<ConformanceSubject, CheckEnd>.self) { group in
      for trial in trials {
        group.addTask {
          var trial = trial
          do throws(CheckEnd) {
            try await trial.deploy()
            try await trial.expect(count: 1, "made beside others")
            return .success(trial)
          } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var ids: Set<SafeText> = []
    for result in ended {
      let trial = try result.get()
      let id = trial.last.uniqueId ?? ""
      try trial.expect(ids.insert(id).inserted, "two deployments have the unique id \(id)")
    }
  }
}
