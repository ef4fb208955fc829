import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Between the decision to call and the call.
@Suite struct CallTests {
  private func calls(_ world: World, _ verbs: Verb...) -> [DriverTask?] {
    var engine = world.engine
    for (number, verb) in verbs.enumerated() {
      let request = Request(key: RequestKey("b\(number)"), actor: "operator", verb: verb)
      engine.handle(.request(request), at: world.now)
    }
    return engine.takeEffects().calls.map(\.task)
  }

  @Test func whatTheSameCommitOvertakesIsNotCalled() {
    let world = World(.pool(l1: 1, l2: 1))
    let one = DeploymentID(world.ready(at: .l1)[0])
    #expect(calls(world, .move(one, to: .l2)).contains(.start(.moveToCache(.l2))))
    let overtaken = calls(world, .move(one, to: .l2), .cancel(one))
    #expect(overtaken.contains(.start(.cancel)))
    #expect(!overtaken.contains(.start(.moveToCache(.l2))))
  }

  @Test func aPublicationThatIsCancelledAtOnceIsNotBegun() {
    let world = World(.pool(publishes: true))
    #expect(calls(world, .publish("lab"), .cancelPublication("lab")) == [.start(.cancel)])
  }

  @Test func aCallThatWaitedForTheStoreHasItsWholeTime() {
    let world = World(.onDemand()) { $0.always(.deployForUser, .hang) }
    world.failsCommit = 1
    world.assign("ann")
    #expect(world.storeFails)
    world.moveClocks(by: .hours(2))
    world.healStore()
    world.step(.tick)
    world.run(for: .seconds(29))
    #expect(world[1].reason == nil && world[1].state == .preparing)
    world.run(for: .seconds(2))
    #expect(world[1].reason?.text.contains("did not answer") == true)
  }

  @Test func noAnswerAtAllIsAskedAgainAfterAPause() {
    let world = World(.pool(l1: 1)) { $0.next(.deployForCache, .hang) }
    guard let flight = world.flight(1) else { return world.complain("nothing is called") }
    world.comeBack(flight, with: nil)
    #expect(world.flights.isEmpty && world[1].nextActionAt.map { $0.at > world.now.moment } == true)
    #expect(world[1].reason?.text.contains("gave no answer") == true)
    world.settle()
    #expect(world.ready(at: .l1).count == 1)
  }

  @Test func aPublicationWithoutAnAnswerIsAskedAgainToo() {
    let world = World(.pool(publishes: true)) { $0.next(.publish, .hang) }
    world.ask(.publish("lab"))
    guard let flight = world.flights.first else { return world.complain("nothing is called") }
    world.comeBack(flight, with: nil)
    world.run(for: .minutes(1))
    #expect(world.pool().activePublication == 1)
  }
}
