import DeploymentDrivers
import DeploymentEngine
import Testing

/// What the engine relies on, of any service: every driver passes this.
struct Conformance {
  /// Makes a deployment that has not been called; the same number, the same deployment.
  let make: (Int64) throws -> Driven
  /// How many outside things exist of the deployment; nil where there is nothing to count.
  let count: (Int64) -> Int?

  /// Everything below, in order.
  func run() async throws {
    try await wholeLife(doubled: false)
    try await wholeLife(doubled: true)
    try await startAgainInTheMiddle()
    try await cancelInTheMiddle()
    try await removeTwice()
    try await removeWhatNeverExisted()
  }

  private func expect(_ number: Int, of driven: Driven, _ comment: Comment) {
    guard let count = count(driven.id) else { return }
    #expect(count == number, comment)
  }

  /// A life from the second cache level to its end. Doubled: each call is made, its outcome is lost
  /// in a crash, and it is made again on what was stored before.
  private func wholeLife(doubled: Bool) async throws {
    var driven = try make(doubled ? 2 : 1)
    driven.isDoubled = doubled
    driven.placement = .cache(.l2, reservedFor: nil)
    if driven.service.cacheLevels == .l1AndL2 {
      #expect(try await driven.run(.deployForCache(.l2)) == .finished)
      driven.placement = .cache(.l1, reservedFor: nil)
      #expect(try await driven.run(.moveToCache(.l1)) == .finished)
      #expect(try await driven.run(.moveToCache(.l2)) == .finished)
      #expect(try await driven.run(.moveToCache(.l1)) == .finished)
    } else {
      #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    }
    expect(1, of: driven, "deployed")
    let known = driven.last
    #expect(known.uniqueId?.isEmpty == false && known.name?.isEmpty == false)
    #expect(known.ip?.isEmpty == false)
    driven.placement = .assigned("ana")
    await driven.call(.start(.setReady), notices: [.finish, .assignToUser("ana")])
    #expect(try await driven.settle(.setReady) == .finished)
    await driven.call(nil, notices: [.userLoggedIn("ana"), .userLoggedOut("ana")])
    #expect(driven.last.answer == nil)
    #expect(driven.last.uniqueId == known.uniqueId && driven.last.ip == known.ip)
    #expect(try await driven.run(.setReady) == .finished)
    expect(1, of: driven, "ready")
    #expect(try await driven.run(.destroy) == .finished)
    expect(0, of: driven, "destroyed")
  }

  /// A start method is called again while what it started goes on: after a transient error.
  private func startAgainInTheMiddle() async throws {
    var driven = try make(3)
    await driven.start(.deployForUser)
    if driven.last.answer == .running { await driven.start(.deployForUser) }
    if driven.last.answer == .running { await driven.check(.deployForUser) }
    if driven.last.answer == .running { await driven.start(.deployForUser) }
    #expect(try await driven.settle(.deployForUser) == .finished)
    expect(1, of: driven, "started three times")
    #expect(try await driven.run(.destroy) == .finished)
    expect(0, of: driven, "destroyed")
  }

  /// A cancel removes what the operation made, also when nothing of it was stored.
  private func cancelInTheMiddle() async throws {
    for (id, isLost) in [(4, false), (5, true)] as [(Int64, Bool)] {
      var driven = try make(id)
      await driven.start(.deployForCache(.l1))
      if isLost { driven.data = [] }
      #expect(try await driven.run(.cancel) == .finished)
      expect(0, of: driven, "cancelled")
    }
  }

  private func removeTwice() async throws {
    var driven = try make(6)
    #expect(try await driven.run(.deployForUser) == .finished)
    let before = driven.data
    #expect(try await driven.run(.destroy) == .finished)
    #expect(try await driven.run(.destroy) == .finished)
    driven.data = before
    #expect(try await driven.run(.destroy) == .finished)
    expect(0, of: driven, "destroyed three times")
  }

  private func removeWhatNeverExisted() async throws {
    for kind in [OperationKind.destroy, .cancel] {
      var driven = try make(7)
      #expect(try await driven.run(kind) == .finished)
    }
  }
}

@Suite struct ConformanceTests {
  @Test(
    arguments: [
      [:], ["steps": .integer(3), "stepTime": .duration(.milliseconds(1))],
      [
        "steps": .integer(2), "stepTime": .duration(.milliseconds(1)), "l2": .bool(true),
        "osManager": .bool(true), "stepsOf": .map([.init("destroy", "2"), .init("setReady", "1")]),
      ],
    ] as [ParameterValues])
  func simulated(_ parameters: ParameterValues) async throws {
    let service = try service("simulated", parameters)
    let conformance = Conformance(
      make: { id in
        var driven = Driven(service)
        driven.id = id
        driven.name = "lab-\(id)"
        return driven
      },
      count: { _ in nil })
    try await conformance.run()
  }

  @Test func process() async throws {
    let world = ProcessWorld()
    defer { world.end() }
    let conformance = Conformance(
      make: { try world.driven(Commands.server, id: $0) },
      count: { id in
        world.leaders.count { $0.deployment == DeploymentID(id) }
      })
    try await conformance.run()
    #expect(world.processes.isEmpty)
  }

  @Test(arguments: ["simulated", "process"])
  func theReasonOfAnErrorIsInWhatIsStored(_ driver: String) async throws {
    let parameters: ParameterValues =
      driver == "process"
      ? ["command": .list(["no-such-program"])] : ["failing": .list(["deployForUser"])]
    var driven = Driven(try service(driver, parameters))
    let reason = try #require(await driven.start(.deployForUser)?.failure?.reason.text)
    #expect(String(decoding: driven.data, as: UTF8.self).contains(reason))
  }
}
