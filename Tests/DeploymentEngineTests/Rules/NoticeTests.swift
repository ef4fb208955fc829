import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// What a driver's deployment is told besides its tasks.
@Suite struct NoticeTests {
  @Test func theyComeBeforeTheTaskInTheSameCall() {
    let world = World(.pool(l1: 1, max: 1, waitsForOS: true))
    world.hear(.ip("10.0.0.1"), from: 1)
    world.drain()
    world.driver.always(.notifyReady, .hang)
    world.hear(.ready(nil), from: 1)
    let last = world.calls.last?.call
    #expect(last?.task == .start(.notifyReadyFromOSManager))
  }

  @Test func theyWaitWhileACallIsInFlight() {
    let world = Starting.setReady.world
    world.hear(.login("ann"), from: 1)
    #expect(world[1].notices.contains(.userLoggedIn("ann")))
    #expect(world.last.calls.isEmpty)
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].notices.isEmpty)
    #expect(world.notices(of: 1).last == .userLoggedIn("ann"))
  }

  @Test func theyKeepTheirOrder() {
    let world = Starting.setReady.world
    for user in ["a", "b"] { world.hear(.login(SafeText(user)), from: 1) }
    world.hear(.logout("a"), from: 1)
    world.answer(1, .finished)
    world.drain()
    #expect(
      Array(world.notices(of: 1).suffix(3)) == [
        .userLoggedIn("a"), .userLoggedIn("b"), .userLoggedOut("a"),
      ])
  }

  @Test func theyAreToldEvenWhenTheEngineDiesFirst() {
    let world = World(.pool(l1: 1, max: 1))
    world.crashNext = .afterCalls(0)
    world.assign("ann")
    world.drain()
    #expect(world.notices(of: 1).contains(.assignToUser("ann")))
    #expect(world[1].isLetIn)
  }

  @Test func thoseOfAFailedCallAreNotToldAgain() {
    let world = Starting.setReady.world
    world.answer(1, .error(.init(.transient, "busy")))
    world.driver.heal()
    world.settle(within: .minutes(10))
    #expect(world.notices(of: 1).count { $0 == .assignToUser("ann") } == 1)
  }

  @Test func thereIsABoundOnThem() {
    let world = Starting.setReady.world
    for round in 0..<200 {
      world.hear(.login("u\(round % 3)"), from: 1)
      world.hear(.logout("u\(round % 3)"), from: 1)
    }
    #expect(world[1].notices.count <= Limits.pendingNotices)
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].isLetIn)
  }

  @Test func aDriversLogIsInTheJournal() throws {
    let world = Starting.deployForL1.world
    let flight = try #require(world.flight(1))
    var outcome = world.driver.outcome(of: flight.call, .running)
    outcome.log = [LogLine(.warning, "cloning is slow")]
    world.step(.callEnded(outcome))
    let line = world.journal.last { $0.kind == .driver }
    #expect(line?.message == "cloning is slow" && line?.level == .warning)
    #expect(line?.deployment == DeploymentID(1))
  }

  @Test func nameUniqueIdAndAddressAreReadAgainAfterEveryCall() throws {
    let world = Starting.deployForL1.world
    let flight = try #require(world.flight(1))
    var outcome = world.driver.outcome(of: flight.call, .running)
    (outcome.uniqueId, outcome.name, outcome.ip) = ("52:54", "Anna's desk", "10.0.0.7")
    outcome.progress = Progress(done: 2, of: 5)
    world.step(.callEnded(outcome))
    #expect(world[1].uniqueId == "52:54" && world[1].name == "Anna's desk")
    #expect(world[1].ip == "10.0.0.7" && world[1].progress?.description == "2/5")
  }
}
