import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// A provider that wants less of us, or does not let us in, is asked for nothing new; what is
/// ready is served.
@Suite struct ProviderTroubleTests {
  /// Two pools, of which the first has just been told this.
  private func told(_ failure: DeploymentFailure) -> World {
    let world = World(.pool(l1: 1), .pool("other")) { $0.always(.deployForCache, .hang) }
    world.answer(1, .error(failure))
    return world
  }

  private func left(_ world: World, _ pool: SafeText = "lab") -> TimeSpan? {
    world.pool(pool).restraint.map { $0.until.at - world.now.moment }
  }

  @Test func allItsPoolsCreateNothingForAsLongAsItSays() {
    let world = told(.init(.throttled, "slow down", retryAfter: .seconds(40)))
    for pool in ["lab", "other"] as [SafeText] {
      #expect(world.pool(pool).state == .restrained)
      #expect(left(world, pool) == .seconds(40))
      #expect(world.pool(pool).restraint?.reason == "slow down")
    }
    world.ask(.resize("other", SizeOverrides(l1: 2)))
    let before = world.calls.count
    world.run(for: .seconds(39))
    #expect(world.calls.count == before, "neither is anything made, nor asked again")
    world.run(for: .seconds(5))
    #expect(world.pool().state == .active)
    #expect(world.tasks(of: 1) == [.start(.deployForCache(.l1)), .start(.deployForCache(.l1))])
    #expect(world.engine.deployments.count == 3)
  }

  @Test func whatItSaysHasAnEnd() {
    let world = told(.init(.throttled, "slow down", retryAfter: .hours(10_000)))
    #expect(left(world) == .minutes(10))
  }

  @Test func withoutAWordFromItThePausesGrowAndHaveAnEnd() {
    let world = World(.pool(l1: 1) { $0.deadlines.preparing = .hours(100) }) {
      $0.always(.deployForCache, .fail(.throttled, "slow down"))
    }
    for seconds in [5, 10, 20, 40, 80, 160, 320, 600, 600] as [Int64] {
      let pause = world.pool().restraint?.until.length.milliseconds ?? 0
      #expect((seconds * 750...seconds * 1250).contains(pause), "\(seconds) s and not \(pause) ms")
      world.run(for: left(world) ?? .zero)
      #expect(world.pool().state == .active)
      while world.pool().restraint == nil, world.complaints.isEmpty { world.run(for: .seconds(1)) }
    }
  }

  @Test func manyThatAreToldTheSameAtOnceAreOneTrouble() {
    let world = World(.pool(l1: 12)) {
      $0.always(.deployForCache, .fail(.throttled, "slow down"))
    }
    #expect((left(world)?.milliseconds ?? 0) <= 6250)
    #expect(
      world.journal.count { $0.message.text.hasPrefix("nothing new is created on here") } == 1)
  }

  @Test func whatIsReadyIsServed() {
    for kind in [FailureClass.throttled, .denied] {
      let world = World(.pool(l1: 1))
      world.driver.always(.deployForCache, .fail(kind, "no"))
      world.ask(.resize("lab", SizeOverrides(l1: 2)))
      world.drain()
      #expect(world.pool().state == .restrained)
      #expect(world.assign("ann").number == 1)
      world.drain()
      #expect(world[1].isLetIn)
    }
  }

  @Test func oneThatDoesNotLetUsInIsTriedWithOneAttemptAtATimeUntilItDoes() {
    let world = World(.pool(l1: 3)) {
      $0.always(.deployForCache, .fail(.denied, "the password is over"))
    }
    let first = world.calls.count
    world.run(for: .minutes(40))
    #expect(world.pool().state == .restrained)
    #expect(world.pool().restraint?.reason == "the password is over")
    #expect(!world.journal.contains { $0.message == "no longer restrained" })
    #expect(world.engine.deployments.count == 3)
    let attempts = world.calls.count - first
    #expect((6...14).contains(attempts), "\(attempts) attempts")
    world.driver.heal()
    world.run(for: .minutes(13))
    #expect(world.pool().state == .active)
    #expect(world.ready(at: .l1).count == 3)
    #expect(world.journal.count { $0.message == "here accepts our credentials again" } == 1)
  }

  @Test func oneAttemptThatWorksIsEnoughForAll() {
    let world = World(.pool(l1: 3)) {
      $0.always(.deployForCache, .fail(.denied, "the password is over"))
    }
    world.run(for: .minutes(20))
    world.driver.heal()
    while world.pool().state == .restrained, world.complaints.isEmpty {
      world.run(for: .seconds(1))
    }
    world.run(for: .seconds(1))
    #expect(world.ready(at: .l1).count == 3)
  }

  @Test func aLongerRestraintIsNotMadeShorter() {
    let broken = World(.pool(l1: 3), .pool("other")) { $0.always(.deployForCache, .broken) }
    #expect(left(broken) == .seconds(600))
    broken.driver.always(.deployForCache, .fail(.throttled, "slow down"))
    broken.ask(.resize("other", SizeOverrides(l1: 5)))
    broken.drain()
    #expect(left(broken) == .seconds(600))
    #expect((left(broken, "other")?.milliseconds ?? .max) <= 6250)
  }

  @Test func itSurvivesARestart() {
    let world = told(.init(.throttled, "slow down", retryAfter: .minutes(5)))
    world.restart(after: .seconds(10))
    #expect(world.pool("other").state == .restrained)
    #expect((left(world, "other") ?? .zero) > .minutes(4))
  }

  @Test func anOperatorLiftsIt() {
    let world = told(.init(.denied, "the password is over"))
    world.driver.heal()
    #expect(world.ask(.lift("other")).isAccepted)
    world.ask(.resize("other", SizeOverrides(l1: 1)))
    world.drain()
    #expect(world.ready(at: .l1, in: "other").count == 1)
    #expect(world.pool().state == .active, "what was made shows that we are let in")
    #expect(world.ready(at: .l1) == [1], "and what had to wait goes on at once")
  }
}
