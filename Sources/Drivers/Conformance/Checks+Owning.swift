import DeploymentInterface
import SafeTexts

extension ConformanceCheck {
  static let owning: [Claim] = [
    .init(
      "another-engine-destroys-nothing",
      "An engine with another mark does not destroy this one's deployment"
    ) {
      bench throws(CheckEnd) in
      try bench.needsCount()
      var trial = try await bench.trial()
      try await trial.deploy()
      var other = trial.ofAnotherEngine
      try await other.run(.destroy)
      bench.forget(other.thing)
      try await trial.expect(count: 1, "another engine destroyed its own of the same name")
    },
    .init("another-engine-cancels-nothing", "The same for cancel") { bench throws(CheckEnd) in
      try bench.needsCount()
      var trial = try await bench.trial()
      try await trial.deploy()
      var other = trial.ofAnotherEngine
      try await other.run(.cancel)
      bench.forget(other.thing)
      try await trial.expect(count: 1, "another engine cancelled its own of the same name")
    },
    .init(
      "a-stranger-is-not-destroyed", "A resource with our name but not our mark is not destroyed"
    ) {
      bench throws(CheckEnd) in
      try await withStranger(bench) { trial throws(CheckEnd) in
        try await trial.run(.destroy)
      }
    },
    .init("a-stranger-is-not-taken", "A resource with our name but not our mark is not taken over")
    {
      bench throws(CheckEnd) in
      try await withStranger(bench) { trial throws(CheckEnd) in
        let answer = try await trial.run(trial.deployment)
        guard answer != .finished else {
          // Both may exist where names may repeat.
          guard try await trial.count() != 1 else { return }
          throw .failed("a foreign resource was taken over")
        }
        try trial.expectReason(answer, "a deploy under a name that a stranger has")
        try await trial.run(.destroy)
      }
    },
  ]

  /// Runs a body on a deployment while a stranger has a thing of its name, which must stay.
  private static func withStranger(
    _ bench: ConformanceRunner,
    _ body: (inout ConformanceSubject) async throws(CheckEnd) -> Void
  ) async throws(CheckEnd) {
    guard let stranger = bench.ground.stranger else {
      throw .skipped("the fixture cannot create foreign resources")
    }
    var trial = try await bench.trial()
    let identity = trial.thing.identity
    do {
      try await stranger.make(identity)
    } catch {
      throw .failed("cannot create a foreign \(identity.name): \(error)")
    }
    var failure: CheckEnd?
    do throws(CheckEnd) {
      try await body(&trial)
      let exists = (try? await stranger.exists(identity)) ?? false
      if !exists { failure = .failed("the foreign \(identity.name) is gone") }
    } catch {
      failure = error
    }
    try? await stranger.remove(identity)
    if let failure { throw failure }
  }

  static let telling: [Claim] = [
    .init("notices-answer-nothing", "Notices have no answer and keep the value") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.tell([.finish, .assignToUser("ana"), .setIp("192.0.2.1")])
      try trial.expect(trial.last.answer == nil, "it answered \(trial.last.answer.text)")
      try trial.expect(trial.last.data != nil, "its value could not be stored")
    },
    .init("sessions-change-nothing", "Log-ins and log-outs do not change the unique id or the IP") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      let (id, ip) = (trial.last.uniqueId, trial.last.ip)
      try await trial.tell([.userLoggedIn("ana"), .userLoggedOut("ana"), .userLoggedOut("ben")])
      let isSame = trial.last.uniqueId == id && trial.last.ip == ip
      try trial.expect(isSame, "its unique id or its IP changed after a log-out")
      try await trial.expect(count: 1, "its users have logged out")
    },
    .init(
      "an-assigned-one-can-be-removed", "Nothing is left after an assigned deployment is removed"
    ) {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.finish(.deployForUser)
      trial.placement = .assigned("ana")
      try await trial.tell([.finish, .assignToUser("ana"), .userLoggedIn("ana")])
      try await trial.finish(.setReady)
      try await trial.finish(.destroy)
      try await trial.expect(count: 0, "released")
    },
  ]
}

extension ConformanceSubject {
  /// The same deployment, as an engine with another store would have it.
  var ofAnotherEngine: ConformanceSubject {
    var other = self
    other.thing.owner += "-other"
    other.data = []
    return other
  }
}
