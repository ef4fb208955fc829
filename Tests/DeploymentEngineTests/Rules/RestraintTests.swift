import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// A sick pool stops creating, not serving.
@Suite struct RestraintTests {
  /// A pool whose creations fail: `d1`… fail one after the other.
  private func sick(_ rule: RestraintRule = RestraintRule(), ready: Int = 0) -> World {
    let world = World(.pool(l1: ready, max: 12) { $0.restrain = rule })
    world.driver.always(.deployForCache, .broken)
    world.ask(.resize("lab", SizeOverrides(l1: ready + 5)))
    world.drain()
    return world
  }

  @Test func tooManyPermanentCreationErrorsRestrainIt() {
    let world = sick()
    #expect(world.pool().state == .restrained)
    #expect(world.pool().restraint?.reason.text.contains("no such image") == true)
    #expect(world.pool().now.isEmpty == false)
    #expect(world.pool().restraint?.until.at == world.now.moment + .seconds(600))
    let existing = world.engine.deployments.count
    world.run(for: .seconds(590))
    #expect(world.engine.deployments.count == existing, "it creates nothing")
    #expect(world.engine.isIdle, "restrained counts as idle")
  }

  @Test func itEndsWhenTheLastOfTheErrorsIsOldEnough() {
    let world = sick()
    world.driver.heal()
    world.run(for: .seconds(599))
    #expect(world.pool().state == .restrained)
    world.run(for: .seconds(2))
    #expect(world.pool().state == .active)
    #expect(world.ready(at: .l1).count == 5)
  }

  @Test func anOperatorLiftsIt() {
    let world = sick()
    world.driver.heal()
    #expect(world.ask(.lift("lab")).isAccepted)
    world.drain()
    #expect(world.pool().state == .active && world.pool().restraint == nil)
    #expect(world.ready(at: .l1).count == 5)
  }

  /// Some of many that cannot be made ready are no circle, and restrain nobody.
  @Test func failuresBetweenUsersWhoAreLetInDoNotRestrain() {
    let world = World(.pool(l1: 9, max: 30))
    for user in 0..<9 {
      world.driver.next(.setReady, .broken, .finish)
      world.assign(SafeText("user\(user)"))
      world.settle()
    }
    #expect(world.pool().restraint == nil && world.pool().restraints == 0)
    #expect(world.numbers { $0.isLetIn }.count == 9)
    world.driver.always(.setReady, .broken)
    for user in ["ann", "bob", "cyd", "dan"] { world.assign(SafeText(user)) }
    world.run(for: .minutes(2))
    #expect(world.pool().restraint != nil, "nobody is let in any more")
  }

  /// Decision 15: the pauses grow until something succeeds; then many are created at once again.
  @Test func eachRestraintLastsTwiceAsLongUntilSomethingSucceeds() {
    let world = sick()
    let first = world.pool().restraint?.until.length
    #expect(world.pool().restraints == 1)
    world.run(for: (first ?? .zero) + .seconds(1))
    #expect(world.pool().restraint?.until.length == first.map { $0 + $0 })
    #expect(world.pool().restraints == 2)
    world.driver.heal()
    world.run(for: .hours(1))
    #expect(world.pool().restraints == 0 && world.ready(at: .l1).count == 5)
  }

  @Test func itGoesOnServingMovingAndRemoving() {
    let world = sick(ready: 2)
    #expect(world.pool().state == .restrained)
    #expect(world.assign("ann").number == 1)
    world.drain()
    #expect(world[1].isLetIn)
    #expect(world.ask(.move(DeploymentID(2), to: .l2)).isAccepted)
    world.drain()
    #expect(world.tasks(of: 2).contains(.start(.moveToCache(.l2))))
    #expect(world.ask(.release(DeploymentID(1))).isAccepted)
    world.drain()
    #expect(world[1].phase == .removed)
  }

  @Test func withNothingToServeItRefusesInWords() {
    let world = sick()
    let refusal = world.refusal(of: .assignFromPool("lab", user: "ann"))
    #expect(refusal?.kind == .notPermitted)
  }

  @Test func errorsThatLieFarApartDoNotRestrain() {
    let world = World(
      .pool(l1: 1, max: 9) {
        $0.restrain = RestraintRule(count: 3, within: .minutes(10))
        $0.errorRetention = .hours(900)
      })
    for _ in 1...6 {
      world.driver.next(.deployForCache, .broken)
      let ready = world.ready(at: .l1)
      world.ask(.destroy(DeploymentID(ready.first ?? 0)))
      world.drain()
      #expect(world.pool().state == .active)
      world.run(for: .minutes(6))
    }
  }

  @Test func aCountOfNothingNeverRestrains() {
    let world = sick(RestraintRule(count: 0))
    #expect(world.pool().state == .active)
    #expect(world.pool().counts.error == 12, "until it is full of errors")
  }

  @Test func otherPoolsOfTheProviderGoOn() {
    let world = World(.pool("sick", l1: 5), .pool("well", l1: 0)) {
      $0.always(.deployForCache, .broken)
    }
    #expect(world.pool("sick").state == .restrained)
    world.driver.heal()
    world.ask(.resize("well", SizeOverrides(l1: 3)))
    world.drain()
    #expect(world.ready(at: .l1, in: "well").count == 3)
  }

  @Test func itSurvivesARestart() {
    let world = sick()
    world.driver.heal()
    world.restart(after: .seconds(100))
    #expect(world.pool().state == .restrained)
    world.run(for: .seconds(590))
    #expect(world.pool().state == .restrained)
    world.run(for: .seconds(10))
    #expect(world.pool().state == .active)
  }

  @Test func theErrorsThemselvesAreRemovedMeanwhile() {
    let world = World(
      .pool(l1: 5, max: 12) {
        $0.restrain = RestraintRule(count: 3, within: .hours(900))
        $0.errorRetention = .minutes(10)
      }
    ) { $0.always(.deployForCache, .broken) }
    #expect(world.pool().state == .restrained && world.pool().counts.error >= 3)
    world.run(for: .minutes(11))
    #expect(world.pool().counts.error == 0)
    #expect(world.pool().state == .restrained)
  }
}
