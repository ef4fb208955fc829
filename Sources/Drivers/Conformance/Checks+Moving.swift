import DeploymentInterface
import SafeTexts

extension ConformanceCheck {
  static let moving: [Claim] = [
    .init("moves-to-l1", "A move from L2 to L1 finishes, with an IP") { bench throws(CheckEnd) in
      try bench.needs(.l2)
      var trial = try await bench.trial()
      try await trial.finish(.deployForCache(.l2))
      try await trial.finish(.moveToCache(.l1))
      try await trial.expect(count: 1, "moved to L1")
      if !bench.traits.waitsForOS {
        try trial.expect(trial.last.ip?.isEmpty == false, "at L1 it has no IP")
      }
    },
    .init("moves-to-l2", "A move from L1 to L2 finishes, and one exists") {
      bench throws(CheckEnd) in
      try bench.needs(.l2)
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.finish(.moveToCache(.l2))
      try await trial.expect(count: 1, "moved to L2")
    },
    .init("stays-the-same-when-moved", "The unique id is the same after a move to L2 and back") {
      bench throws(CheckEnd) in
      try bench.needs(.l2)
      var trial = try await bench.trial()
      try await trial.deploy()
      let before = trial.last.uniqueId
      try await trial.finish(.moveToCache(.l2))
      try await trial.finish(.moveToCache(.l1))
      try trial.expect(
        trial.last.uniqueId == before,
        "its unique id changed from \(before ?? "") to \(trial.last.uniqueId ?? "")")
    },
    .init("moving-to-where-it-is-is-done", "A move to the current level finishes") {
      bench throws(CheckEnd) in
      try bench.needs(.l2)
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.finish(.moveToCache(.l1))
      try await trial.finish(.moveToCache(.l2))
      try await trial.finish(.moveToCache(.l2))
      try await trial.expect(count: 1, "moved to where it was")
    },
    .init("a-moved-one-can-be-made-ready", "After a move from L2 to L1, setReady finishes") {
      bench throws(CheckEnd) in
      try bench.needs(.l2)
      var trial = try await bench.trial()
      try await trial.finish(.deployForCache(.l2))
      try await trial.finish(.moveToCache(.l1))
      trial.placement = .assigned("ana")
      try await trial.call(.start(.setReady), notices: [.finish, .assignToUser("ana")])
      let answer = try await trial.settle(.setReady)
      try trial.expect(answer == .finished, "setReady ended with \(answer.text)")
    },
    .init(
      "a-vanished-one-does-not-move",
      "A move of a vanished deployment is an error and creates nothing"
    ) {
      bench throws(CheckEnd) in
      try bench.needs(.l2)
      let vanish = try bench.needsVanish()
      var trial = try await bench.trial()
      try await trial.finish(.deployForCache(.l2))
      try await trial.vanish(vanish)
      let answer = try await trial.run(.moveToCache(.l1))
      try trial.expectReason(answer, "a move of what has vanished")
      try await trial.expect(count: 0, "moved after it had vanished")
    },
  ]

  static let readying: [Claim] = [
    .init("set-ready-finishes", "setReady of a usable deployment finishes") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      trial.placement = .assigned("ana")
      try await trial.call(.start(.setReady), notices: [.assignToUser("ana")])
      let answer = try await trial.settle(.setReady)
      try trial.expect(answer == .finished, "setReady ended with \(answer.text)")
      try await trial.expect(count: 1, "made ready")
    },
    .init("set-ready-again-and-again", "A repeated setReady finishes and changes nothing") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      let (id, ip) = (trial.last.uniqueId, trial.last.ip)
      for _ in 1...3 { try await trial.finish(.setReady) }
      let isSame = trial.last.uniqueId == id && trial.last.ip == ip
      try trial.expect(isSame, "its unique id or its IP changed after setReady")
      try await trial.expect(count: 1, "made ready three times")
    },
    .init(
      "a-vanished-one-is-not-ready", "setReady of a vanished deployment is an error with a reason"
    ) {
      bench throws(CheckEnd) in
      let vanish = try bench.needsVanish()
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.vanish(vanish)
      let answer = try await trial.run(.setReady)
      try trial.expectReason(answer, "setReady of what has vanished")
    },
    .init("a-vanished-one-is-not-made-again", "setReady never creates a replacement") {
      bench throws(CheckEnd) in
      let vanish = try bench.needsVanish()
      try bench.needsCount()
      var trial = try await bench.trial()
      try await trial.deploy()
      trial.placement = .assigned("ana")
      try await trial.vanish(vanish)
      try await trial.run(.setReady)
      try await trial.expect(count: 0, "made ready after it had vanished")
    },
    .init("the-inside-says-ready", "notifyReadyFromOSManager finishes each time") {
      bench throws(CheckEnd) in
      var trial = try await bench.trial()
      try await trial.deploy()
      try await trial.finish(.notifyReadyFromOSManager)
      try await trial.finish(.notifyReadyFromOSManager)
      try await trial.expect(count: 1, "its inside said ready")
    },
  ]
}

extension ConformanceRunner {
  func needsVanish() throws(CheckEnd) -> @Sendable (ConformanceResource) async throws -> Void {
    guard let vanish = ground.vanish else {
      throw .skipped("the fixture cannot remove resources behind the driver's back")
    }
    return vanish
  }
}

extension ConformanceSubject {
  /// Removes the outside thing behind the driver's back.
  func vanish(_ vanish: (ConformanceResource) async throws -> Void) async throws(CheckEnd) {
    do {
      try await vanish(thing)
    } catch {
      throw .failed("\(thing.identity.name) cannot be removed behind the driver's back: \(error)")
    }
  }

  /// The answer is a permanent error that says something.
  func expectReason(_ answer: TaskState?, _ what: String) throws(CheckEnd) {
    guard let failure = answer.failure else { throw .failed("\(what) ended with \(answer.text)") }
    let none = DeploymentFailure(.permanent, "").reason
    let says = failure.reason != none && failure.reason.text.contains { $0.isLetter }
    try expect(says, "\(what) gave no reason")
  }
}
