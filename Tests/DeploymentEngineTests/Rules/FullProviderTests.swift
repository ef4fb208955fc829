import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Publications on a provider that is full: one new deployment takes the place of one old one,
/// whatever the other pools of the provider do.
@Suite struct FullProviderTests {
  /// Six places: four of `lab`, two of `web`, which would like to have four.
  private func full(
    _ level: CacheLevel = .l1, max: Int = 20, edit: (inout PoolConfiguration) -> Void = { _ in }
  ) -> World {
    let world = World(
      .pool(
        "lab", l1: level == .l1 ? 4 : 0, l2: level == .l2 ? 4 : 0, max: max, publishes: true,
        edit: edit),
      .pool("web", l1: 2, publishes: true), limits: ProviderLimits(deployments: 6))
    world.ask(.publish("web"))
    world.drain()
    world.ask(.publish("lab"))
    world.drain()
    world.ask(.resize("web", SizeOverrides(l1: 4)))
    world.drain()
    #expect(supply(world, "lab") == 4 && supply(world, "web") == 2)
    return world
  }

  private func supply(_ world: World, _ pool: SafeText, of publication: Int? = nil) -> Int {
    let id = world.pool(pool).id
    return world.numbers {
      $0.pool == id && $0.state == .usable
        && (publication == nil || $0.publication == publication)
    }.count
  }

  @Test(arguments: [(CacheLevel.l1, 20), (.l1, 4), (.l2, 20)], [false, true])
  func everyOneIsRenewed(_ kind: (level: CacheLevel, max: Int), _ restarts: Bool) {
    let world = full(kind.level, max: kind.max)
    world.driver.always(.deployForCache, .run(2))
    world.driver.always(.destroy, .run(2))
    world.ask(.publish("lab"))
    var least = 4
    for _ in 0..<120 {
      world.run(for: .milliseconds(500))
      least = min(least, supply(world, "lab"))
      if restarts { world.restart() }
    }
    world.settle(within: .minutes(10))
    #expect(least == 3)
    #expect(supply(world, "lab", of: 2) == 4 && supply(world, "web") == 2)
    #expect(world.pool("lab").placesUntilRenewed == 0)
  }

  /// Where both levels are renewed, L2 makes room first: that costs nobody a ready one.
  @Test func whatIsSuspendedMakesRoomForWhatRuns() {
    let world = World(
      .pool("lab", l1: 3, l2: 2, publishes: true), limits: ProviderLimits(deployments: 5))
    world.ask(.publish("lab"))
    world.drain()
    world.driver.always(.deployForCache, .run(2))
    world.ask(.publish("lab"))
    for _ in 0..<60 {
      world.run(for: .milliseconds(500))
      #expect(world.ready(at: .l1).count >= 3)
    }
    world.settle(within: .minutes(10))
    #expect(world.ready(at: .l1).count == 3 && world.ready(at: .l2).count == 2)
    #expect(world.numbers { $0.exists && $0.publication == 1 } == [])
  }

  /// A full provider on which the new image cannot be started: after hours of trying, nothing of
  /// the last attempt is left.
  private func failing() -> World {
    let world = full()
    let start = world.now.utc
    world.driver.always(.deployForCache, .fail(.permanent, "the image is broken"))
    world.ask(.publish("lab"))
    for _ in 0..<200 {
      world.run(for: .minutes(10))
      #expect(supply(world, "lab", of: 1) >= 3)
      if world.pool("lab").placesKept == 1, world.now.utc > start + .hours(10) { break }
    }
    #expect(world.pool("lab").placesKept == 1)
    return world
  }

  @Test func aBrokenImageCostsOneReadyDeploymentAndTheNextImageTakesItsPlace() {
    let world = failing()
    #expect(supply(world, "lab", of: 1) == 3 && supply(world, "web") == 2)
    world.driver.heal()
    world.ask(.publish("lab"))
    world.settle(within: .minutes(10))
    #expect(supply(world, "lab", of: 3) == 4 && supply(world, "web") == 2)
  }

  /// The other pool says why it gets nothing, and so does the refusal of its user.
  @Test func theOtherPoolSaysWhoHasThePlace() {
    let world = failing()
    let why = "lab keeps 1 of 6 places on here for its new publication"
    #expect(world.pool("web").now.text.contains(why), "\(world.pool("web").now)")
    for user: SafeText in ["ann", "bob"] { world.assign(user, from: "web") }
    let refusal = world.refusal(of: .assignFromPool("web", user: "cid"))
    #expect(refusal?.sentence.text.contains(why) == true)
  }

  /// A pool that creates nothing any more keeps nothing.
  @Test func aPausedPoolGivesThePlaceUp() {
    let world = failing()
    world.driver.heal()
    world.ask(.pause("lab"))
    world.settle(within: .minutes(10))
    #expect(supply(world, "lab") == 3 && supply(world, "web") == 3)
    world.ask(.resume("lab"))
    world.ask(.lift("lab"))
    world.settle(within: .minutes(10))
    #expect(supply(world, "lab", of: 2) == 3 && supply(world, "web") == 3)
  }

  /// What is short and stays short keeps nothing once its publication is rolled out.
  @Test func aPoolThatStaysShortKeepsNoPlaceAfterwards() {
    let world = full()
    world.ask(.publish("web"))
    world.settle(within: .minutes(10))
    #expect(supply(world, "web", of: 2) == 2 && world.pool("web").placesUntilRenewed == 0)
  }

  /// Users who leave give their places to whoever is short, also in the middle of a publication.
  @Test func onlyWhatWasGivenUpIsKept() {
    let world = full { $0.onLogout = .remove }
    for user: SafeText in ["ann", "bob"] { world.assign(user, from: "lab") }
    world.ask(.resize("lab", SizeOverrides(l1: 2)))
    world.driver.always(.deployForCache, .fail(.permanent, "the image is broken"))
    world.ask(.publish("lab"))
    world.run(for: .minutes(5))
    for user: SafeText in ["ann", "bob"] {
      if let own = world.held(by: user) { world.ask(.release(own.id)) }
    }
    world.run(for: .minutes(5))
    #expect(world.pool("lab").placesKept <= 1)
  }

  /// Neither where no error can be removed nor where a pool is never restrained does a broken image
  /// cost more than one.
  @Test(arguments: [false, true])
  func noFurtherOneLeavesWhileANewOneIsInError(_ isRestrained: Bool) {
    let world = full { if !isRestrained { $0.restrain.count = 0 } }
    world.driver.always(.deployForCache, .fail(.permanent, "the image is broken"))
    world.driver.next(.destroy, .finish)
    world.driver.always(.destroy, .fail(.permanent, "it cannot be removed"))
    world.ask(.publish("lab"))
    for _ in 0..<60 {
      world.run(for: .minutes(10))
      #expect(supply(world, "lab", of: 1) == 3)
    }
  }

  /// Also where an attempt leaves nothing behind, its place is for the next one.
  @Test func anAttemptThatLeavesNothingKeepsThePlace() {
    let world = full()
    world.driver.always(.deployForCache, .hang)
    world.ask(.publish("lab"))
    let nothing = DeploymentFailure(.permanent, "no such image", leavesNothing: true)
    var attempts = 0
    for _ in 0..<200 {
      world.run(for: .minutes(2))
      for one in world.numbers(where: { $0.state == .preparing }) {
        attempts += 1
        world.answer(one, .error(nothing))
        world.drain()
      }
      #expect(supply(world, "lab", of: 1) == 3 && supply(world, "web") == 2)
    }
    #expect(attempts > 3)
  }

  /// Where the limit was lowered, that one leaves makes no room.
  @Test func noneLeavesWhereThatMakesNoRoom() {
    let world = full()
    world.reconfigure { $0.providers[0].limits.deployments = 4 }
    world.ask(.publish("lab"))
    world.run(for: .hours(1))
    #expect(supply(world, "lab", of: 1) == 4)
  }
}
