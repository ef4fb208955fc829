import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Limits hold at every instant and are shared fairly.
@Suite struct LimitTests {
  @Test func atMostSoManyArePreparedAtOnceAndTheRestIsShownAsWaiting() {
    let world = World(.pool(l1: 10), limits: ProviderLimits(preparing: 3)) {
      $0.always(.deployForCache, .hang)
    }
    #expect(world.flights.count == 3)
    #expect(world.engine.providers.first?.preparing == 3)
    #expect(world.pool().now.text.contains("7 wait"), "\(world.pool().now)")
    #expect(!world.engine.isIdle)
    world.answer(1, .finished)
    world.drain()
    #expect(world.flights.count == 3)
    #expect(world.numbers { $0.state == .preparing }.count == 3)
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
      .pool("a", l1: 10), .pool("b", l1: 10), limits: ProviderLimits(preparing: 4)
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
      .pool(l1: 10), limits: ProviderLimits(preparing: 3, removing: 2)
    ) { $0.always(.deployForCache, .hang) }
    world.restart()
    #expect(world.flights.count == 3, "each of them again at once, and no more")
    world.run(for: .seconds(1))
    #expect(world.flights.count == 3)
  }

  @Test func aLimitThatIsLoweredStartsNothingNew() {
    let world = World(.pool(l1: 6, max: 12), limits: ProviderLimits(preparing: 4)) {
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
