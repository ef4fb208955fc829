import DeploymentInterface
import SafeTexts

extension ConformanceCheck {
  static let owning: [Claim] = [
    .init(
      "another-engine-destroys-nothing",
      "An engine with another mark does not destroy this one's deployment"
    ) {
      runner throws(CheckEnd) in
      try runner.needsCount()
      var subject = try await runner.subject()
      try await subject.deploy()
      var other = subject.ofAnotherEngine
      try await other.run(.destroy)
      runner.forget(other.thing)
      try await subject.expect(count: 1, "another engine destroyed its own of the same name")
    },
    .init(
      "another-engine-cancels-nothing",
      "An engine with another mark does not cancel this one's deployment"
    ) { runner throws(CheckEnd) in
      try runner.needsCount()
      var subject = try await runner.subject()
      try await subject.deploy()
      var other = subject.ofAnotherEngine
      try await other.run(.cancel)
      runner.forget(other.thing)
      try await subject.expect(count: 1, "another engine cancelled its own of the same name")
    },
    .init(
      "a-stranger-is-not-destroyed", "A resource with our name but not our mark is not destroyed"
    ) {
      runner throws(CheckEnd) in
      try await withForeignResource(runner) { subject throws(CheckEnd) in
        try await subject.run(.destroy)
      }
    },
    .init("a-stranger-is-not-taken", "A resource with our name but not our mark is not taken over")
    {
      runner throws(CheckEnd) in
      try await withForeignResource(runner) { subject throws(CheckEnd) in
        let answer = try await subject.run(subject.deployment)
        guard answer != .finished else {
          // Both may exist where names may repeat.
          guard try await subject.count() != 1 else { return }
          throw .failed("a foreign resource was taken over")
        }
        try subject.expectReason(answer, "a deploy under the name of a foreign resource")
        try await subject.run(.destroy)
      }
    },
  ]

  /// Runs a body on a deployment while a foreign resource has its name, and expects that the
  /// foreign resource stays.
  private static func withForeignResource(
    _ runner: ConformanceRunner,
    _ body: (inout ConformanceSubject) async throws(CheckEnd) -> Void
  ) async throws(CheckEnd) {
    guard let foreign = runner.fixture.foreign else {
      throw .skipped("the fixture cannot create foreign resources")
    }
    var subject = try await runner.subject()
    let identity = subject.thing.identity
    do {
      try await foreign.make(identity)
    } catch {
      throw .failed("cannot create a foreign \(identity.name): \(error)")
    }
    var failure: CheckEnd?
    do throws(CheckEnd) {
      try await body(&subject)
      let exists = (try? await foreign.exists(identity)) ?? false
      if !exists { failure = .failed("the foreign \(identity.name) is gone") }
    } catch {
      failure = error
    }
    try? await foreign.remove(identity)
    if let failure { throw failure }
  }

  static let telling: [Claim] = [
    .init("notices-answer-nothing", "Notices have no answer and keep the value") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.tell([.finish, .assignToUser("ana"), .setIp("192.0.2.1")])
      try subject.expect(subject.last.answer == nil, "it answered \(subject.last.answer.text)")
      try subject.expect(subject.last.data != nil, "its value could not be stored")
    },
    .init("sessions-change-nothing", "Log-ins and log-outs do not change the unique id or the IP") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      let (id, ip) = (subject.last.uniqueId, subject.last.ip)
      try await subject.tell([.userLoggedIn("ana"), .userLoggedOut("ana"), .userLoggedOut("ben")])
      let isSame = subject.last.uniqueId == id && subject.last.ip == ip
      try subject.expect(isSame, "its unique id or its IP changed after a log-out")
      try await subject.expect(count: 1, "its users have logged out")
    },
    .init(
      "an-assigned-one-can-be-removed", "Nothing is left after an assigned deployment is removed"
    ) {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.finish(.deployForUser)
      subject.placement = .assigned("ana")
      try await subject.tell([.finish, .assignToUser("ana"), .userLoggedIn("ana")])
      try await subject.finish(.setReady)
      try await subject.finish(.destroy)
      try await subject.expect(count: 0, "released")
    },
  ]
}

extension ConformanceSubject {
  /// The same deployment, as seen by an engine with another store.
  var ofAnotherEngine: ConformanceSubject {
    var other = self
    other.thing.owner += "-other"
    other.data = []
    return other
  }
}
