import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// What a changed configuration means for what exists.
@Suite struct ConfigurationTests {
  @Test func theConfigurationIsStored() {
    let world = World(.pool(l1: 1))
    #expect(world.store.configuration.pools.map(\.name) == ["lab"])
    #expect(world.store.configuration.providers.map(\.name) == ["here"])
  }

  @Test func theSameOneAgainChangesNothing() {
    let world = World(.pool(l1: 2), .pool("other", l2: 1))
    let (pools, deployments) = (world.engine.pools, world.engine.deployments)
    let outcome = world.step(.configured(world.file, services: world.services))
    #expect(outcome.calls.isEmpty && outcome.journal.isEmpty)
    #expect(world.engine.pools == pools && world.engine.deployments == deployments)
  }

  @Test func aRestartRunsOnTheStoredOne() {
    let world = World(.pool(l1: 2)) { $0.always(.deployForCache, .hang) }
    world.driver.heal()
    world.restart()
    world.settle()
    #expect(world.ready(at: .l1).count == 2 && world.pool().isConfigured)
  }

  @Test func sizesFollow() {
    let world = World(.pool(l1: 2))
    world.reconfigure { $0.pools[0].sizes.l1 = 4 }
    #expect(world.ready(at: .l1).count == 4)
    world.reconfigure { $0.pools[0].sizes.l1 = 1 }
    world.settle()
    #expect(world.ready(at: .l1).count == 1)
  }

  @Test func aProviderThatLeftGoesWithItsLastPool() {
    let world = World(.pool(l1: 1) { $0.historyRetention = .minutes(1) })
    world.assign("ann")
    world.settle()
    world.reconfigure { $0 = Configuration() }
    #expect(world.engine.providers.map(\.name) == ["here"])
    world.restart(configured: true)
    for one in world.engine.deployments { world.ask(.destroy(one.id)) }
    world.run(for: .minutes(3))
    #expect(world.engine.pools.isEmpty && world.engine.providers.isEmpty)
    #expect(world.store.providers.isEmpty && world.store.configuration == Configuration())
  }

  @Test func aProviderOfTheConfigurationStaysWithoutPools() {
    let world = World(.pool(l1: 1) { $0.historyRetention = .minutes(1) })
    world.reconfigure { $0.pools = [] }
    world.ask(.destroy(DeploymentID(1)))
    world.run(for: .minutes(3))
    #expect(world.engine.pools.isEmpty && world.engine.providers.map(\.name) == ["here"])
  }

  @Test func itIsToldWithTheRightNumber() {
    let world = World(.pool(l1: 1))
    #expect(world.journal.contains { $0.message == "runs on 1 pool of 1 provider" })
  }

  @Test func aNewPoolIsFilledAndOldNumbersStay() {
    let world = World(.pool(l1: 1))
    let id = world.pool().id
    let other = PoolSetup.pool("other", l1: 2)
    world.services["other"] = other.offer
    world.reconfigure { $0.pools.insert(other.configuration, at: 0) }
    #expect(world.ready(at: .l1, in: "other").count == 2)
    #expect(world.pool().id == id && world.pool("other").id != id)
  }

  @Test func aPoolThatLeftIsKeptPausedWhileItHasDeployments() {
    let world = World(.pool(l1: 2), .pool("other", l1: 1))
    world.assign("ann")
    world.settle()
    world.reconfigure { $0.pools.removeAll { $0.name == "lab" } }
    #expect(!world.pool().isConfigured && world.pool().state == .paused)
    #expect(world.refusal(of: .assignFromPool("lab", user: "bob")) != nil)
    #expect(world.assign("ann").number == 1, "who holds one is served")
    world.settle()
    let before = world.engine.deployments.count
    world.ask(.release(DeploymentID(1)))
    world.settle()
    #expect(world.engine.deployments.count == before, "it creates nothing")
  }

  @Test func aPoolThatLeftGoesWithItsLastDeployment() {
    let world = World(
      .pool(l1: 2) { $0.historyRetention = .minutes(5) }, .pool("other", l1: 1))
    let id = world.pool().id
    world.reconfigure { $0.pools.removeAll { $0.name == "lab" } }
    for number in world.numbers(where: { $0.pool == id && $0.exists }) {
      world.ask(.destroy(DeploymentID(number)))
    }
    world.run(for: .hours(1))
    #expect(world.engine.pool(named: "lab") == nil && world.store.pools[id] == nil)
    #expect(world.ready(at: .l1, in: "other").count == 1)
  }

  @Test func aPoolThatLeftEmptyIsGoneAtOnceAndItsNumberIsNotGivenAgain() {
    let world = World(.pool(l1: 0), .pool("other", l1: 1))
    let id = world.pool().id
    let lab = world.file.pools.first { $0.name == "lab" }
    world.reconfigure { $0.pools.removeAll { $0.name == "lab" } }
    #expect(world.engine.pool(named: "lab") == nil && world.store.pools[id] == nil)
    world.reconfigure { if let lab { $0.pools.append(lab) } }
    #expect(world.pool().id != id)
  }

  @Test func aPoolThatComesBackIsTheSame() {
    let world = World(.pool(l1: 2), .pool("other", l1: 1))
    let before = world.pool()
    let lab = world.file.pools.first { $0.name == "lab" }
    world.reconfigure { $0.pools.removeAll { $0.name == "lab" } }
    world.restart()
    #expect(!world.pool().isConfigured, "also after a restart")
    #expect(world.pool().state == .paused)
    world.reconfigure { if let lab { $0.pools.append(lab) } }
    world.settle()
    #expect(world.pool().id == before.id && world.pool().isConfigured)
    #expect(world.pool().state == .active && world.ready(at: .l1).count == 2)
  }

  @Test func whatIsInFlightInAPoolThatLeftIsFinished() {
    let world = Starting.deployForL1.world
    world.reconfigure { $0.pools = [] }
    world.answer(1, .running)
    world.driver.heal()
    world.run(for: .minutes(5))
    #expect(world[1].isReady || world[1].phase.isHistory)
    #expect(world.flights.isEmpty)
  }

  @Test func aServiceThatCannotBeMadeSaysWhyAndWhatExistsStays() {
    let world = World(.pool(l1: 2))
    let offers = ["lab": ServiceOffer.problem("the image is gone")]
    world.step(.configured(world.file, services: offers))
    world.drain()
    #expect(world.pool().problem == "the image is gone")
    #expect(world.numbers { $0.exists }.count == 2)
    world.ask(.destroy(DeploymentID(1)))
    world.drain()
    let before = world.engine.deployments.count
    world.run(for: .hours(1))
    #expect(world.engine.deployments.count == before, "it creates nothing")
    world.reconfigure { _ in }
    world.settle()
    #expect(world.pool().problem == nil && world.ready(at: .l1).count == 2)
  }

  @Test func anotherNamePatternLeavesTheOldNamesHeld() {
    let world = World(.pool(l1: 2))
    world.reconfigure {
      $0.pools[0].names = NamePattern(prefix: "new-", digits: 2)
      $0.pools[0].sizes.l1 = 3
    }
    #expect(world[3].identity.name.hasPrefix("new-"))
    #expect(world[1].identity.name.hasPrefix("lab-"))
    world.ask(.destroy(DeploymentID(1)))
    world.settle()
    #expect(world.ready(at: .l1).count == 3)
    world.reconfigure {
      $0.pools[0].names = NamePattern(prefix: "lab-", digits: 3)
      $0.pools[0].sizes.l1 = 5
    }
    let held = world.engine.deployments.filter(\.exists).map(\.identity.name)
    #expect(held.count == 5 && Set(held).count == 5)
  }

  @Test func newDeadlinesApplyToWhatBeginsFromNow() {
    let world = Situation.preparing.world
    world.reconfigure { $0.pools[0].deadlines.preparing = .minutes(2) }
    world.ask(.resize("lab", SizeOverrides(l1: 2, max: 2)))
    world.drain()
    #expect(world[1].phase.operation?.deadline.length == .hours(1))
    #expect(world[2].phase.operation?.deadline.length ?? .minutes(2) == .minutes(2))
  }

  @Test func maintenanceOutlivesTheEngineAndAReload() {
    let world = World(.pool(l1: 1))
    world.ask(.maintenance("here", true))
    world.restart(configured: true)
    #expect(world.pool().state == .maintenance)
    let calls = world.calls.count
    world.run(for: .hours(1))
    #expect(world.calls.count == calls)
  }

  @Test func aPauseOutlivesTheEngineAndAReload() {
    let world = World(.pool(l1: 1))
    world.ask(.pause("lab"))
    world.restart(configured: true)
    #expect(world.pool().state == .paused)
    world.ask(.resume("lab"))
    #expect(world.pool().state == .active)
  }

  @Test func aProviderThatLeftTakesItsPoolsWithItWhenTheyAreEmpty() {
    let world = World(.pool(l1: 1))
    world.reconfigure { $0 = Configuration() }
    #expect(!world.pool().isConfigured)
    world.ask(.destroy(DeploymentID(1)))
    world.run(for: .hours(9))
    #expect(world.engine.pools.isEmpty && world.store.pools.isEmpty)
    world.reconfigure { _ in }
    #expect(world.engine.providers.isEmpty && world.store.providers.isEmpty)
  }

  @Test func whoWaitsInAPoolThatLeavesWaitsNoLonger() {
    let world = World(.pool(l1: 1), .onDemand("desk"), limits: ProviderLimits(preparing: 1)) {
      $0.always(.deployForCache, .hang)
    }
    world.assign("ann", from: "desk")
    #expect(world.engine.waiters.count == 1)
    world.reconfigure { $0.pools.removeAll { $0.name == "desk" } }
    #expect(world.engine.waiters.isEmpty && world.store.waiters.isEmpty)
    world.answer(1, .finished)
    world.settle(within: .hours(1))
    #expect(world.engine.deployments.count == 1)
  }
}
