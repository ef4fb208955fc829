import DeploymentInterface
import SafeTexts

extension ConformanceCheck {
  static let moving: [Claim] = [
    .init("moves-to-l1", "A move from L2 to L1 finishes, with an IP") { runner throws(CheckEnd) in
      try runner.needs(.l2)
      var subject = try await runner.subject()
      try await subject.finish(.deployForCache(.l2))
      try await subject.finish(.moveToCache(.l1))
      try await subject.expect(count: 1, "moved to L1")
      if !runner.traits.waitsForOS {
        try subject.expect(subject.last.ip?.isEmpty == false, "at L1 it has no IP")
      }
    },
    .init("moves-to-l2", "A move from L1 to L2 finishes, and one exists") {
      runner throws(CheckEnd) in
      try runner.needs(.l2)
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.finish(.moveToCache(.l2))
      try await subject.expect(count: 1, "moved to L2")
    },
    .init("stays-the-same-when-moved", "The unique id is the same after a move to L2 and back") {
      runner throws(CheckEnd) in
      try runner.needs(.l2)
      var subject = try await runner.subject()
      try await subject.deploy()
      let before = subject.last.uniqueId
      try await subject.finish(.moveToCache(.l2))
      try await subject.finish(.moveToCache(.l1))
      try subject.expect(
        subject.last.uniqueId == before,
        "its unique id changed from \(before ?? "") to \(subject.last.uniqueId ?? "")")
    },
    .init("moving-to-where-it-is-is-done", "A move to the current level finishes") {
      runner throws(CheckEnd) in
      try runner.needs(.l2)
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.finish(.moveToCache(.l1))
      try await subject.finish(.moveToCache(.l2))
      try await subject.finish(.moveToCache(.l2))
      try await subject.expect(count: 1, "moved to its current level")
    },
    .init("a-moved-one-can-be-made-ready", "After a move from L2 to L1, setReady finishes") {
      runner throws(CheckEnd) in
      try runner.needs(.l2)
      var subject = try await runner.subject()
      try await subject.finish(.deployForCache(.l2))
      try await subject.finish(.moveToCache(.l1))
      subject.placement = .assigned("ana")
      try await subject.call(.start(.setReady), notices: [.finish, .assignToUser("ana")])
      let answer = try await subject.settle(.setReady)
      try subject.expect(answer == .finished, "setReady ended with \(answer.text)")
    },
    .init(
      "a-vanished-one-does-not-move",
      "A move of a vanished deployment is an error and creates nothing"
    ) {
      runner throws(CheckEnd) in
      try runner.needs(.l2)
      let vanish = try runner.needsVanish()
      var subject = try await runner.subject()
      try await subject.finish(.deployForCache(.l2))
      try await subject.vanish(vanish)
      let answer = try await subject.run(.moveToCache(.l1))
      try subject.expectReason(answer, "a move of a vanished deployment")
      try await subject.expect(count: 0, "moved after it had vanished")
    },
  ]

  static let readying: [Claim] = [
    .init("set-ready-finishes", "setReady of a usable deployment finishes") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      subject.placement = .assigned("ana")
      try await subject.call(.start(.setReady), notices: [.assignToUser("ana")])
      let answer = try await subject.settle(.setReady)
      try subject.expect(answer == .finished, "setReady ended with \(answer.text)")
      try await subject.expect(count: 1, "made ready")
    },
    .init("set-ready-again-and-again", "A repeated setReady finishes and changes nothing") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      let (id, ip) = (subject.last.uniqueId, subject.last.ip)
      for _ in 1...3 { try await subject.finish(.setReady) }
      let isSame = subject.last.uniqueId == id && subject.last.ip == ip
      try subject.expect(isSame, "its unique id or its IP changed after setReady")
      try await subject.expect(count: 1, "made ready three times")
    },
    .init(
      "a-vanished-one-is-not-ready", "setReady of a vanished deployment is an error with a reason"
    ) {
      runner throws(CheckEnd) in
      let vanish = try runner.needsVanish()
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.vanish(vanish)
      let answer = try await subject.run(.setReady)
      try subject.expectReason(answer, "setReady of a vanished deployment")
    },
    .init("a-vanished-one-is-not-made-again", "setReady never creates a replacement") {
      runner throws(CheckEnd) in
      let vanish = try runner.needsVanish()
      try runner.needsCount()
      var subject = try await runner.subject()
      try await subject.deploy()
      subject.placement = .assigned("ana")
      try await subject.vanish(vanish)
      try await subject.run(.setReady)
      try await subject.expect(count: 0, "made ready after it had vanished")
    },
    .init("the-inside-says-ready", "notifyReadyFromOSManager finishes each time") {
      runner throws(CheckEnd) in
      var subject = try await runner.subject()
      try await subject.deploy()
      try await subject.finish(.notifyReadyFromOSManager)
      try await subject.finish(.notifyReadyFromOSManager)
      try await subject.expect(count: 1, "its OS manager reported ready")
    },
  ]
}

extension ConformanceRunner {
  func needsVanish() throws(CheckEnd) -> @Sendable (ConformanceResource) async throws -> Void {
    guard let vanish = fixture.vanish else {
      throw .skipped("the fixture cannot remove resources behind the driver's back")
    }
    return vanish
  }
}

extension ConformanceSubject {
  /// Removes the external resource behind the driver's back.
  func vanish(_ vanish: (ConformanceResource) async throws -> Void) async throws(CheckEnd) {
    do {
      try await vanish(thing)
    } catch {
      throw .failed("\(thing.identity.name) cannot be removed behind the driver's back: \(error)")
    }
  }

  /// Expects an error with a reason that ends the operation.
  func expectReason(_ answer: TaskState?, _ what: String) throws(CheckEnd) {
    guard let failure = answer.failure else { throw .failed("\(what) ended with \(answer.text)") }
    let none = DeploymentFailure(.permanent, "").reason
    let says = failure.reason != none && failure.reason.text.contains { $0.isLetter }
    try expect(says, "\(what) gave no reason")
  }
}
