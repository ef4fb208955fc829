import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// What is in flight, and what is used, when the configuration or a service changes under it.
@Suite struct ReconfigurationTests {
  private func twoProviders(_ pool: PoolSetup) -> World {
    let world = World(pool)
    world.reconfigure {
      $0.providers.append(ProviderConfiguration(name: "there", driver: "scripted"))
    }
    return world
  }

  private func offer(_ world: World, _ change: (inout ServiceTraits) -> Void) {
    guard case .traits(var traits)? = world.services["lab"] else { return }
    change(&traits)
    world.services["lab"] = .traits(traits)
    world.reconfigure { _ in }
  }

  @Test func aPoolMovesToItsNewProviderWhenTheLastOfItIsGone() {
    let world = twoProviders(.onDemand())
    let number = world.assign("ann").number ?? 0
    world.settle()
    world.reconfigure { $0.pools[0].provider = "there" }
    #expect(world.pool().provider == "here" && world.pool().problem != nil)
    #expect(!world.assign("bob").isAccepted)
    world.ask(.release(DeploymentID(number)))
    world.settle()
    #expect(world.pool().provider == "there" && world.pool().problem == nil)
    #expect(world.assign("bob").isAccepted)
    world.settle()
    #expect(world.engine.providers.map(\.deployments) == [0, 1])
  }

  @Test func aRestartInBetweenLosesNothingOfThat() {
    let world = twoProviders(.onDemand())
    let number = world.assign("ann").number ?? 0
    world.settle()
    world.reconfigure { $0.pools[0].provider = "there" }
    world.restart()
    world.ask(.release(DeploymentID(number)))
    world.settle()
    #expect(world.pool().provider == "there" && world.pool().problem == nil)
  }

  @Test func itsPublicationGoesBeforeItMoves() {
    let world = twoProviders(.pool(publishes: true))
    world.ask(.publish("lab"))
    world.settle()
    #expect(world.pool().activePublication == 1)
    world.reconfigure { $0.pools[0].provider = "there" }
    world.settle()
    #expect(world.pool().provider == "there" && world.pool().activePublication == nil)
    #expect(world.driver.things.isEmpty)
    world.ask(.publish("lab"))
    world.settle()
    #expect(world.pool().activePublication == 2)
  }

  @Test func aProblemOfItsServiceStaysWhenItMoves() {
    let world = twoProviders(.onDemand())
    let number = world.assign("ann").number ?? 0
    world.settle()
    world.services["lab"] = .problem("it does not load")
    world.reconfigure { $0.pools[0].provider = "there" }
    world.ask(.release(DeploymentID(number)))
    world.settle()
    #expect(world.pool().provider == "there" && world.pool().problem == "it does not load")
  }

  @Test func aPolicyThatChangesCountsForWhoIsThereAlready() {
    let world = World(.onDemand())
    let number = world.assign("ann").number ?? 0
    world.settle()
    world.reconfigure {
      $0.pools[0].onLogout = .remove
      $0.pools[0].unusedAfter = .minutes(10)
    }
    world.run(for: .minutes(11))
    #expect(world[number].state == .removed)
  }

  @Test func aPolicyThatIsGoneEndsNoUse() {
    let world = World(.pool(l1: 1) { ($0.onLogout, $0.unusedAfter) = (.remove, .minutes(10)) })
    let number = world.assign("ann").number ?? 0
    world.settle()
    #expect(world[number].stateDeadline != nil)
    world.reconfigure { $0.pools[0].unusedAfter = nil }
    world.run(for: .hours(1))
    #expect(world[number].isLetIn && world[number].stateDeadline == nil)
  }

  @Test func whatIsOnItsWayToALevelThatIsGoneIsCancelled() {
    let world = World(.pool(l1: 1, max: 3)) { $0.always(.deployForCache, .busy) }
    world.assign("ann")
    #expect(world[1].placement == .cache(.l1, reservedFor: "ann"))
    offer(world) { $0.cacheLevels = .none }
    world.settle()
    #expect(world[1].state == .canceled)
    #expect(world.held(by: "ann")?.isLetIn == true, "she gets another")
    let starts = world.tasks(of: 1).filter { $0 == .start(.deployForCache(.l1)) }
    #expect(starts.count == 1)
  }

  @Test func aMoveThatTheServiceNoLongerHasIsNotTriedAgain() {
    let world = World(.pool(l2: 1)) { $0.always(.moveToCache, .broken) }
    world.ask(.move(DeploymentID(1), to: .l1))
    world.drain()
    #expect(world[1].state == .error)
    offer(world) { $0.cacheLevels = .l1 }
    #expect(world.refusal(of: .retry(DeploymentID(1))) != nil)
    #expect(world.ask(.destroy(DeploymentID(1))).isAccepted)
  }

  @Test func theEndOfAMaintenanceBeginsNothingWhoseEndIsAskedFor() {
    let world = World(.pool(l1: 1)) { $0.always(.deployForCache, .runForever) }
    world.ask(.maintenance("here", true))
    world.ask(.cancel(DeploymentID(1)))
    let before = world.tasks(of: 1).count
    world.ask(.maintenance("here", false))
    world.drain()
    #expect(world.tasks(of: 1).dropFirst(before).first == .start(.cancel))
  }

  /// One at L2 that cannot leave because somebody is logged in to it.
  private func withoutL2() -> World {
    let world = World(.pool(l2: 1))
    world.hear(.login("ann"), from: 1)
    offer(world) { $0.cacheLevels = .l1 }
    #expect(world[1].placement.level == .l2 && world[1].state == .usable)
    return world
  }

  @Test func whatIsLeftAtALevelThatIsGoneIsNotMoved() {
    let world = withoutL2()
    world.ask(.pause("lab"))
    world.ask(.resize("lab", SizeOverrides(l1: 2)))
    world.hear(.logout("ann"), from: 1)
    world.settle()
    #expect(!world.tasks(of: 1).contains(.start(.moveToCache(.l1))))
    #expect(world[1].state == .removed)
  }

  @Test func aWordOfItsDriverMovesNothingToALevelThatIsGone() {
    let world = withoutL2()
    let notice = DriverNotice(owner: "", deployment: DeploymentID(1), kind: .changed("it woke up"))
    world.step(.noticed(notice, by: "here"))
    world.drain()
    #expect(!world.tasks(of: 1).contains(.start(.moveToCache(.l2))) && world[1].state == .usable)
  }
}
