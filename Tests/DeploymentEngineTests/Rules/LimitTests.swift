import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Limits hold at every instant and are shared fairly.
@Suite struct LimitTests {
  @Test func atMostSoManyArePreparedAtOnceAndTheRestIsShownAsWaiting() {
    let world = World(.pool(l1: 10), limits: ProviderLimits(preparing: 2)) {
      $0.always(.deployForCache, .hang)
    }
    #expect(world.flights.count == 2)
    #expect(world.engine.providers.first?.preparing == 2)
    let now = world.pool().now.text
    #expect(now.hasSuffix("8 wait for the provider (2 of 2 preparing)"), "\(now)")
    #expect(!world.engine.isIdle)
    world.answer(1, .finished)
    world.drain()
    #expect(world.flights.count == 2)
    #expect(world.numbers { $0.state == .preparing }.count == 2)
  }

  /// Where a platform is slow, the users of a pool that works do not wait for the caches of others.
  @Test func growthLeavesAPlaceForUsersWhoWait() {
    let world = World(
      .pool("slow", l1: 5), .onDemand("works"), limits: ProviderLimits(preparing: 3)
    ) { $0.always(.deployForCache, .hang) }
    #expect(world.flights.count == 2)
    let now = world.pool("slow").now.text
    let why = "3 wait for the provider (2 of 3 preparing, one place is kept for waiting users)"
    #expect(now.hasSuffix(why), "\(now)")
    world.assign("ann", from: "works")
    world.drain()
    #expect(world.held(by: "ann")?.isLetIn == true && world.flights.count == 2)
    world.driver.always(.deployForUser, .hang)
    for user in ["bob", "cid"] { world.assign(SafeText(user), from: "works") }
    #expect(world.flights.count == 3 && world.engine.waiters.map(\.user) == ["cid"])
  }

  /// Nothing can end a call that hangs inside this process. Its place goes to others.
  @Test func aCallThatHangsHoldsNoPlace() {
    let world = World(
      .pool(l1: 3, max: 3), .onDemand("works"), limits: ProviderLimits(preparing: 5)
    ) { $0.always(.deployForCache, .hang) }
    #expect(world.flights.count == 3 && world.engine.providers[0].preparing == 3)
    world.run(for: .seconds(34))
    #expect(world.engine.providers[0].preparing == 3, "a program may still be ending")
    world.run(for: .seconds(2))
    #expect(world.engine.providers[0].preparing == 0 && world.engine.providers[0].hung == 3)
    world.driver.always(.deployForUser, .hang)
    for user in ["a", "b", "c", "d", "e"] { world.assign(SafeText(user), from: "works") }
    #expect(world.engine.providers[0].preparing == 5, "five places are free")
    // What returns after all counts, and what goes on needs a place again.
    world.answer(1, .finished)
    world.answer(2, .running)
    world.drain()
    #expect(world[1].state == .usable && world.engine.providers[0].hung == 1)
    #expect(world[2].place == nil && world[2].state == .preparing)
    world.driver.heal()
    for number in 3...8 { world.answer(Int64(number), .finished) }
    world.settle(within: .hours(3))
    #expect(world.ready(at: .l1).count == 3 && world.engine.providers[0].hung == 0)
  }

  /// As many as may be prepared hang: nothing new is prepared there, which is said.
  @Test func whereManyCallsHangNothingNewIsPrepared() {
    let world = World(
      .pool(l1: 9, max: 9), .onDemand("works"), limits: ProviderLimits(preparing: 3)
    ) { $0.always(.deployForCache, .hang) }
    world.run(for: .minutes(5))
    #expect(world.engine.providers[0].hung == 2 && world.flights.count == 2)
    let why = "(0 of 3 preparing, 2 calls hang, one place is kept for waiting users)"
    let now = world.pool().now.text
    #expect(now.hasSuffix("7 wait for the provider \(why)"), "\(now)")
    world.driver.always(.deployForUser, .hang)
    world.assign("ann", from: "works")
    #expect(world.flights.count == 3)
    world.run(for: .minutes(5))
    #expect(world.engine.providers[0].hung == 3)
    #expect(world.journal.contains { $0.message.text.contains("nothing new is prepared") })
    world.assign("bob", from: "works")
    #expect(world.engine.waiters.map(\.user) == ["bob"])
    world.driver.heal()
    world.answer(1, .finished)
    world.drain()
    #expect(world.held(by: "bob")?.isLetIn == true)
    world.restart()
    #expect(world.engine.providers[0].hung == 0, "they ended with their process")
    world.settle(within: .hours(3))
    #expect(world.ready(at: .l1).count == 9)
  }

  /// A removal whose call hangs can be forgotten at once, and stops no other one.
  @Test func aRemovalThatHangsStopsNoOther() {
    let world = World(.pool(l1: 2, max: 9), limits: ProviderLimits(removing: 1))
    world.driver.next(.destroy, .hang)
    for number in [1, 2] { world.ask(.destroy(DeploymentID(Int64(number)))) }
    world.run(for: .seconds(36))
    #expect(world[1].state == .removing && !world[2].exists)
    #expect(world[1].canBeForgotten)
    world.answer(1, .finished)
    world.drain()
    #expect(!world[1].exists)
  }

  /// A call that hangs ends with its engine, also in the store, where nothing else of its provider
  /// changes: the world compares the two.
  @Test func noCallHangsAfterARestart() {
    let world = World(.pool(l1: 1, max: 9))
    world.driver.next(.destroy, .hang)
    world.ask(.resize("lab", SizeOverrides(l1: 0)))
    world.run(for: .seconds(36))
    world.ask(.forget(DeploymentID(1)))
    #expect(!world[1].exists && world.engine.providers[0].hung == 1)
    world.restart()
    world.drain()
    #expect(world.engine.providers[0].hung == 0)
  }

  @Test func aMoveForAUserTakesThePlaceThatAMoveForACacheLeaves() {
    let world = World(.pool("lab", l2: 2), .pool("slow"), limits: ProviderLimits(preparing: 3))
    world.driver.always(.deployForCache, .hang)
    world.ask(.resize("slow", SizeOverrides(l1: 5)))
    world.ask(.resize("lab", SizeOverrides(l1: 1)))
    let parked = DeploymentID(world.ready(at: .l2).first ?? 0)
    let reply = world.ask(.move(parked, to: .l1))
    #expect("\(reply)".contains("2 of 3 preparing, one place is kept"), "\(reply)")
    #expect(world.flights.count == 2 && world[parked.number].place == nil)
    world.assign("ann", from: "lab")
    world.drain()
    #expect(world.held(by: "ann")?.isLetIn == true && world.flights.count == 2)
  }

  /// What waits for its turn begins at once when a user waits for it, and leaves the place that is
  /// kept when its user is gone.
  @Test func aQueuedOneFollowsItsUser() {
    let world = World(.pool(l1: 4, levels: .l1), limits: ProviderLimits(preparing: 3)) {
      $0.always(.deployForCache, .fail(.transient, "the host is busy"))
    }
    #expect(world.numbers { $0.state == .preparing }.count == 4, "each gave its place back")
    world.driver.always(.deployForCache, .hang)
    world.run(for: .seconds(30))
    #expect(world.flights.count == 2)
    for user in ["ann", "bob", "cid"] { world.assign(SafeText(user)) }
    #expect(world.flights.count == 3, "cid's has begun")
    world.assign("dan", waitedForBy: Asker("7"))
    let last = world.held(by: "dan")?.id.number ?? 0
    #expect(world[last].place == nil)
    world.end(Asker("7"), of: "dan", in: world.pool().id)
    world.answer(world.held(by: "ann")?.id.number ?? 0, .finished)
    world.drain()
    #expect(world.flights.count == 2 && world[last].place == nil)
    world.answer(world.held(by: "bob")?.id.number ?? 0, .finished)
    world.drain()
    #expect(world.flights.count == 2 && world[last].place == .preparing)
  }

  @Test func atMostSoManyAreRemovedAtOnce() {
    let world = World(.pool(l1: 8), limits: ProviderLimits(removing: 2)) {
      $0.always(.destroy, .hang)
    }
    world.ask(.resize("lab", SizeOverrides(l1: 0)))
    world.drain()
    #expect(world.flights.count == 2)
    #expect(world.numbers { $0.state == .removable }.count == 6)
    world.driver.heal()
    for number in world.flights.compactMap(\.deployment) { world.answer(number, .finished) }
    world.settle()
    #expect(world.numbers { $0.exists } == [])
  }

  @Test func cancelsCountAsRemoving() {
    let world = World(.pool(l1: 5), limits: ProviderLimits(removing: 2)) {
      $0.always(.deployForCache, .runForever)
      $0.always(.cancel, .hang)
    }
    for number in 1...5 { world.ask(.cancel(DeploymentID(Int64(number)))) }
    world.drain()
    #expect(world.numbers { $0.state == .canceling }.count == 2)
    #expect(world.numbers { $0.cancelRequested && $0.state == .preparing }.count == 3)
  }

  @Test func aProviderHoldsOnlySoMany() {
    let world = World(
      .pool("a", l1: 4), .pool("b", l1: 4), limits: ProviderLimits(deployments: 5))
    #expect(world.numbers { $0.exists }.count == 5)
    #expect(world.engine.isIdle)
    world.ask(.resize("a", SizeOverrides(l1: 0)))
    world.settle()
    #expect(world.ready(at: .l1, in: "b").count == 4)
  }

  @Test func movesCountAsPreparing() {
    let world = World(.pool(l2: 4), limits: ProviderLimits(preparing: 2)) {
      $0.next(.deployForCache, .finish, .finish, .finish, .finish)
      $0.always(.moveToCache, .hang)
    }
    world.settle()
    world.ask(.resize("lab", SizeOverrides(l1: 4, l2: 0)))
    world.drain()
    #expect(world.flights.count == 2)
  }

  @Test func poolsShareThePlacesOfTheirProvider() {
    let world = World(
      .pool("a", l1: 10), .pool("b", l1: 10), limits: ProviderLimits(preparing: 5)
    ) { $0.always(.deployForCache, .hang) }
    #expect(world.pool("a").counts.l1Preparing == 2 && world.pool("b").counts.l1Preparing == 2)
  }

  @Test func theEmptiestPoolComesFirst() {
    let world = World(
      .pool("full", l1: 8), .pool("empty", l1: 0), limits: ProviderLimits(preparing: 2))
    world.settle()
    world.driver.always(.deployForCache, .hang)
    world.ask(.resize("full", SizeOverrides(l1: 10)))
    world.ask(.resize("empty", SizeOverrides(l1: 10)))
    world.drain()
    #expect(world.pool("full").counts.l1Preparing == 2, "they came first")
    for number in world.flights.compactMap(\.deployment) { world.answer(number, .finished) }
    world.drain()
    #expect(world.pool("empty").counts.l1Preparing == 2)
    #expect(world.ready(at: .l1, in: "full").count == 10)
  }

  @Test func noPoolStarvesAnother() {
    let world = World(
      .pool("big", l1: 40, max: 60), .pool("small", l1: 2), limits: ProviderLimits(preparing: 1)
    ) {
      $0.always(.deployForCache, .run(1))
      $0.suggestedTime = .seconds(10)
    }
    world.run(for: .seconds(25))
    #expect(world.ready(at: .l1, in: "small").count == 1, "half of it, when big has almost nothing")
    world.run(for: .minutes(6))
    #expect(world.ready(at: .l1, in: "small").count == 2, "the rest, when big is half full")
    #expect(world.ready(at: .l1, in: "big").count < 40)
  }

  @Test func providersDoNotShareLimits() {
    let world = World(
      configuration: Configuration(
        providers: [
          ProviderConfiguration(name: "x", driver: "d", limits: ProviderLimits(preparing: 1)),
          ProviderConfiguration(name: "y", driver: "d", limits: ProviderLimits(preparing: 2)),
        ],
        pools: [
          PoolSetup.pool("a", l1: 5, provider: "x").configuration,
          PoolSetup.pool("b", l1: 5, provider: "y").configuration,
        ]),
      services: [
        "a": .traits(ServiceTraits(cacheLevels: .l1)),
        "b": .traits(ServiceTraits(cacheLevels: .l1)),
      ])
    #expect(world.pool("a").counts.l1Preparing == 1 && world.pool("b").counts.l1Preparing == 2)
  }

  @Test func theyHoldInTheFirstSecondAfterARestart() {
    let world = World(
      .pool(l1: 10), limits: ProviderLimits(preparing: 4, removing: 2)
    ) { $0.always(.deployForCache, .hang) }
    world.restart()
    #expect(world.flights.count == 3, "each of them again at once, and no more")
    world.run(for: .seconds(1))
    #expect(world.flights.count == 3)
  }

  @Test func aLimitThatIsLoweredStartsNothingNew() {
    let world = World(.pool(l1: 6, max: 12), limits: ProviderLimits(preparing: 5)) {
      $0.always(.deployForCache, .hang)
    }
    world.reconfigure { $0.providers[0].limits.preparing = 2 }
    #expect(world.flights.count == 4)
    world.answer(1, .finished)
    world.answer(2, .finished)
    world.drain()
    #expect(world.flights.count == 2)
    world.answer(3, .finished)
    world.drain()
    #expect(world.flights.count == 2)
  }

  @Test func aPoolNeverExceedsItsMaximum() {
    let world = World(.pool(l1: 3, max: 5)) { $0.always(.destroy, .hang) }
    for user in ["a", "b"] { world.assign(SafeText(user)) }
    world.drain()
    #expect(world.pool().counts.total == 5)
    world.ask(.release(world.held(by: "a")?.id ?? DeploymentID(0)))
    world.drain()
    #expect(world.pool().counts.total == 4 && world.pool().counts.leaving == 1)
    #expect(world.assign("c").isAccepted)
    #expect(world.pool().counts.total + world.pool().counts.leaving == 5)
  }
}

extension Flight {
  /// The number of the deployment that it is about.
  var deployment: Int64? {
    switch call.subject {
    case .deployment(let id): id.number
    case .publication: nil
    }
  }
}
