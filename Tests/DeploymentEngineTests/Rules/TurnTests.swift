import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// What an operator asks for waits its turn where the provider has no room.
@Suite struct TurnTests {
  private let busy = ProviderLimits(preparing: 1)

  @Test func aMoveWaitsForAPlaceAndBeginsWhenThereIsOne() {
    let world = World(.pool("a", l2: 1), .pool("b"), limits: busy)
    world.driver.always(.deployForCache, .hang)
    world.ask(.resize("b", SizeOverrides(l1: 1)))
    let reply = world.ask(.move(DeploymentID(1), to: .l1))
    #expect(reply.isAccepted && "\(reply)".contains("1 of 1 preparing"))
    #expect(world[1].placement == .cache(.l1, reservedFor: nil) && world[1].state == .preparing)
    #expect(world.tasks(of: 1).last == .start(.notifyReadyFromOSManager), "nothing is called yet")
    #expect(world[1].reason?.text.contains("waits") == true)
    #expect(!world.engine.isIdle)
    world.answer(2, .finished)
    world.drain()
    #expect(world.tasks(of: 1).contains(.start(.moveToCache(.l1))))
    #expect(world[1].reason == nil)
  }

  @Test func aRetryWaitsForAPlaceAndBeginsWhenThereIsOne() {
    let world = World(.pool("a", l1: 1), .pool("b"), limits: busy) {
      $0.next(.deployForCache, .broken)
    }
    let broken = world.numbers { $0.state == .error }.first ?? 0
    world.driver.always(.deployForCache, .hang)
    world.ask(.resize("b", SizeOverrides(l1: 1)))
    world.drain()
    let other = world.flights.compactMap(\.deployment).first ?? 0
    let calls = world.tasks(of: broken).count
    #expect(world.ask(.retry(DeploymentID(broken))).isAccepted)
    #expect(world.tasks(of: broken).count == calls && world[broken].state == .preparing)
    world.driver.heal()
    world.answer(other, .finished)
    world.settle()
    #expect(world[broken].isReady)
  }

  @Test func whatWaitsForItsTurnOutlivesTheEngine() {
    let world = World(.pool("a", l2: 1), .pool("b"), limits: busy)
    world.driver.always(.deployForCache, .hang)
    world.ask(.resize("b", SizeOverrides(l1: 1)))
    world.ask(.move(DeploymentID(1), to: .l1))
    world.restart()
    #expect(world.flights.compactMap(\.deployment) == [2], "the place is still taken")
    #expect(world[1].operation == .moveToCache(.l1))
    world.driver.heal()
    world.answer(2, .finished)
    world.settle()
    #expect(world.tasks(of: 1).count { $0 == .start(.moveToCache(.l1)) } == 1)
  }

  @Test func whatWaitsForItsTurnCanBeCanceled() {
    let world = World(.pool("a", l2: 1), .pool("b"), limits: busy)
    world.driver.always(.deployForCache, .hang)
    world.ask(.resize("b", SizeOverrides(l1: 1)))
    world.ask(.move(DeploymentID(1), to: .l1))
    #expect(world.ask(.cancel(DeploymentID(1))).isAccepted)
    world.drain()
    #expect(world[1].phase == .canceled)
    #expect(!world.tasks(of: 1).contains(.start(.moveToCache(.l1))))
  }

  @Test func whatWaitsForItsTurnDoesNotWaitWithoutEnd() {
    let world = World(.pool("a", l2: 1), .pool("b"), limits: busy)
    world.driver.always(.deployForCache, .hang)
    world.driver.always(.cancel, .hang)
    world.ask(.resize("b", SizeOverrides(l1: 1)))
    world.ask(.move(DeploymentID(1), to: .l1))
    world.run(for: .hours(2))
    #expect(world[1].state == .canceling || !world[1].exists)
  }

  @Test func aMoveToL1OfAFullPoolIsRefused() {
    let world = World(.pool(l1: 2, l2: 1, max: 2))
    let parked = world.ready(at: .l2).first ?? 0
    let refusal = world.refusal(of: .move(DeploymentID(parked), to: .l1))
    #expect(refusal?.sentence.text.contains("is full: 2 at most") == true)
  }

  /// An assigned one that failed becomes ready only within the bound of those who wait.
  @Test func aRetryOfSetReadyWaitsWithTheOthers() {
    let world = World(.pool(l1: 2), limits: ProviderLimits(settingReady: 1))
    world.assign("ann")
    world.drain()
    world.driver.next(.setReady, .broken)
    world.driver.always(.setReady, .hang)
    for user in ["ann", "bob"] { world.assign(SafeText(user)) }
    world.drain()
    let failed = DeploymentID(world.numbers { $0.placement.user == "ann" }.first ?? 0)
    #expect(world[failed.number].state == .error)
    #expect(world.flights.count == 1, "bob's takes the only place")
    world.ask(.retry(failed))
    world.drain()
    #expect(world.flights.count == 1)
    world.driver.heal()
    world.answer(world.flights.first?.deployment ?? 0, .finished)
    world.settle()
    #expect(world[failed.number].isLetIn)
  }

  @Test func aRequestToMakeReadyWaitsWithTheOthers() {
    let world = World(.pool(l1: 3), limits: ProviderLimits(settingReady: 1)) {
      $0.always(.setReady, .hang)
    }
    world.assign("ann")
    world.drain()
    for number in world.ready(at: .l1).prefix(2) { world.ask(.ready(DeploymentID(number))) }
    world.drain()
    #expect(world.flights.count == 1)
    world.driver.heal()
    world.answer(world.flights.first?.deployment ?? 0, .finished)
    world.settle()
    #expect(world.held(by: "ann")?.isLetIn == true && world.engine.isIdle)
  }
}
