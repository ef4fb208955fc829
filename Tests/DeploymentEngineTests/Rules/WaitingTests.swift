import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Users who wait, and what is reserved for them.
@Suite struct WaitingTests {
  private func busyWorld() -> World {
    World(
      .pool(l1: 3, max: 9, levels: .l1), .onDemand("desk"), limits: ProviderLimits(preparing: 1)
    ) { $0.next(.deployForCache, .hang) }
  }

  @Test func whoFindsTheProviderBusyWaitsAndIsTold() {
    let world = busyWorld()
    #expect(world.flights.count == 1)
    #expect(world.assign("ann", from: "desk").isAccepted)
    #expect(world.engine.waiters.map(\.user) == ["ann"])
    #expect(world.pool("desk").waiting == 1)
    #expect(world.held(by: "ann") == nil)
    #expect(!world.engine.isIdle)
  }

  @Test func theirWorkGoesBeforeTheGrowthOfCaches() {
    let world = busyWorld()
    world.assign("ann", from: "desk")
    world.assign("bob", from: "desk")
    world.answer(1, .finished)
    world.drain()
    #expect(world.held(by: "ann") != nil)
    world.settle(within: .hours(2))
    #expect(world.held(by: "ann")?.isLetIn == true && world.held(by: "bob")?.isLetIn == true)
    let made = world.calls.compactMap { call -> OperationKind? in
      if case .start(let kind)? = call.call.task, kind.creates { kind } else { nil }
    }
    #expect(Array(made.prefix(3)) == [.deployForCache(.l1), .deployForUser, .deployForUser])
  }

  /// A command that waits for a user can be killed before it withdraws.
  @Test func aUserWaitsNoLongerThanTheCommandThatAsked() {
    let world = busyWorld()
    world.assign("ann", from: "desk", waitedForBy: Asker("7"))
    world.assign("bob", from: "desk", waitedForBy: Asker("8"))
    let desk = world.pool("desk").id
    world.step(.askerEnded(Asker("7"), user: "ann", pool: desk))
    #expect(world.engine.waiters.map(\.user) == ["bob"])
    #expect(world.journal.last?.message.text.contains("the command that waited") == true)
    world.driver.always(.deployForUser, .hang)
    world.answer(1, .finished)
    #expect(world.held(by: "bob") != nil)
    world.driver.heal()
    world.step(.askerEnded(Asker("8"), user: "bob", pool: desk))
    #expect(world.held(by: "bob") == nil)
    #expect(world[2].cancelRequested, "what was made for a user is not wanted any more")
  }

  /// Whether a reservation or a place in the queue: what asked last decides.
  @Test(arguments: [nil, Asker("8")])
  func aUserWaitsOnWhereSomebodyElseHasAskedSince(_ later: Asker?) {
    for pool in ["lab", "desk"] as [SafeText] {
      let world = busyWorld()
      world.assign("ann", from: pool, waitedForBy: Asker("7"))
      world.assign("ann", from: pool, waitedForBy: later)
      let id = world.pool(pool).id
      world.step(.askerEnded(Asker("7"), user: "ann", pool: id))
      world.restart(after: .seconds(1))
      world.driver.heal()
      world.settle(within: .hours(3))
      #expect(world.held(by: "ann")?.isLetIn == true)
      let asker = later ?? Asker("7")
      world.step(.askerEnded(asker, user: "ann", pool: id))
      #expect(world.held(by: "ann")?.isLetIn == true, "what they were let in to stays theirs")
    }
  }

  /// A command that gives up withdraws as one that is killed: only what it asked for itself.
  @Test func aCommandThatGivesUpEndsOnlyItsOwnWait() {
    for pool in ["lab", "desk"] as [SafeText] {
      let world = busyWorld()
      world.assign("ann", from: pool, waitedForBy: Asker("7"))
      world.assign("ann", from: pool, waitedForBy: Asker("8"))
      let early = world.ask(.unwait(pool, user: "ann"), waitedForBy: Asker("7"))
      guard case .refused(let refusal) = early else {
        Issue.record("not refused in \(pool)")
        continue
      }
      #expect(refusal.sentence == "somebody else has asked for ann since: ann waits on")
      #expect(world.ask(.unwait(pool, user: "ann"), waitedForBy: Asker("8")).isAccepted)
      world.assign("ann", from: pool, waitedForBy: Asker("9"))
      #expect(world.ask(.unwait(pool, user: "ann")).isAccepted, "a person decides for everybody")
      #expect(!world.ask(.unwait(pool, user: "ann"), waitedForBy: Asker("9")).isAccepted)
    }
  }

  @Test func theyAreServedInTheOrderInWhichTheyCame() {
    let world = busyWorld()
    for user in ["c", "a", "b"] { world.assign(SafeText(user), from: "desk") }
    #expect(world.engine.waiters.map(\.user) == ["c", "a", "b"])
    world.answer(1, .finished)
    world.settle(within: .hours(2))
    let desks = world.engine.deployments.filter { $0.pool == world.pool("desk").id }
    #expect(desks.map(\.placement.user) == ["c", "a", "b"])
  }

  @Test func whoAskedFirstGetsWhatIsReadyFirst() {
    let world = World(.pool(l1: 2, max: 4)) { $0.always(.deployForCache, .hang) }
    #expect(world.assign("ann").number == 1 && world.assign("bob").number == 2)
    world.answer(2, .finished)
    world.drain()
    #expect(world.held(by: "ann")?.id.number == 2 && world[2].isLetIn)
    #expect(world.held(by: "bob")?.id.number == 1, "and who came later gets the slow one")
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].isLetIn)
  }

  /// What cannot leave L2 locks nobody out who can be given a new one.
  @Test func whereMovesFailANewOneIsMade() {
    let world = World(.pool(l2: 3, max: 5)) {
      $0.always(.moveToCache, .fail(.permanent, "the saved memory cannot be restored"))
    }
    world.assign("ann")
    world.drain()
    #expect(world.held(by: "ann")?.isLetIn == true)
    #expect(world.numbers { $0.state == .error } == [1], "one was tried")
  }

  @Test func whoAsksAgainWaitsOnce() {
    let world = busyWorld()
    world.assign("ann", from: "desk")
    #expect(world.assign("ann", from: "desk").isAccepted)
    #expect(world.engine.waiters.count == 1)
    world.answer(1, .finished)
    world.settle(within: .hours(2))
    #expect(world.numbers { $0.placement.user == "ann" }.count == 1)
  }

  @Test func theyOutliveTheEngine() {
    let world = busyWorld()
    world.assign("ann", from: "desk")
    world.assign("bob", from: "desk")
    world.driver.heal()
    world.restart()
    world.settle(within: .hours(2))
    #expect(world.held(by: "ann")?.isLetIn == true && world.held(by: "bob")?.isLetIn == true)
  }

  @Test func nobodyWaitsLongerThanThePatienceOfThePool() throws {
    let world = World(
      .pool(l1: 3, max: 9, levels: .l1),
      .pool("desk", levels: .none) { $0.patience = .hours(1) },
      limits: ProviderLimits(preparing: 1)
    ) { $0.next(.deployForCache, .hang) }
    world.assign("ann", from: "desk")
    let waiter = try #require(world.engine.waiters.first)
    let patience = try #require(waiter.promise.patience)
    world.driver.always(.checkState, .runForever)
    world.driver.always(.cancel, .hang)
    world.run(for: patience.at - world.now.moment + .seconds(1))
    #expect(world.engine.waiters.isEmpty)
  }

  @Test func afterSomethingIsFreeAnywayTheyGetIt() {
    let world = World(
      .pool(l1: 0, max: 9, levels: .l1), .onDemand("desk"), limits: ProviderLimits(preparing: 1))
    world.driver.next(.deployForUser, .hang)
    world.assign("eve", from: "desk")
    #expect(world.assign("ann").isAccepted)
    #expect(world.engine.waiters.map(\.user) == ["ann"])
    world.answer(1, .finished)
    world.settle(within: .hours(1))
    #expect(world.held(by: "ann")?.isLetIn == true)
  }

  /// A pool on another provider takes the address first: who waits gets it when it is free again.
  @Test func whoWaitsForAnAddressGetsItWhenItIsFree() {
    let macs = MACRange(first: MACAddress(1), last: MACAddress(3))
    let lab = PoolSetup.pool("lab", l1: 1, levels: .l1, provider: "y") { $0.macs = macs }
    let desk = PoolSetup.pool("desk", levels: .none) { $0.macs = macs }
    let world = World(
      configuration: Configuration(
        providers: [
          ProviderConfiguration(name: "y", driver: "d"),
          ProviderConfiguration(name: "here", driver: "d", limits: ProviderLimits(preparing: 1)),
        ],
        pools: [desk.configuration, lab.configuration]),
      services: ["desk": desk.offer, "lab": lab.offer])
    world.driver.next(.deployForUser, .hang)
    let first = world.assign("eve", from: "desk").number ?? 0
    world.assign("ann", from: "desk")
    world.ask(.resize("lab", SizeOverrides(l1: 3)))
    world.ask(.release(DeploymentID(first)))
    world.answer(first, .finished)
    world.settle()
    #expect(world.ready(at: .l1, in: "lab").count == 3 && world.held(by: "ann") == nil)
    world.ask(.resize("lab", SizeOverrides(l1: 2)))
    world.settle()
    #expect(world.held(by: "ann")?.isLetIn == true)
  }

  /// The policy for log-outs ends what it was used for, not what its user is promised.
  @Test(arguments: [nil, Asker("7")])
  func whoIsNotLetInYetGetsAnotherWhenSomebodyElseLogsOut(_ asker: Asker?) {
    let world = World(.pool(l1: 1, max: 5) { ($0.onLogout, $0.logoutGrace) = (.remove, .zero) })
    world.driver.always(.setReady, .fail(.transient, "its host does not answer"))
    world.assign("ann", waitedForBy: asker)
    world.run(for: .seconds(1))
    world.hear(.login("root"), from: 1)
    world.hear(.logout("root"), from: 1)
    #expect(world[1].isLeaving && world[1].isGivenUp && world[1].promise == nil)
    #expect(world.held(by: "ann")?.promise?.asker == asker)
    world.driver.heal()
    world.settle(within: .hours(1))
    #expect(world.held(by: "ann")?.isLetIn == true && world[1].phase == .removed)
  }

  /// The call that makes it ready may be the first that tells its unique id.
  @Test func nobodyIsLetInToATwin() {
    let world = World(.pool(l1: 2, max: 9))
    world.driver.uniqueIds = ["lab-000": "twin", "lab-001": "twin"]
    world.assign("ann")
    world.drain()
    world.assign("bob")
    world.run(for: .minutes(5))
    #expect(world[2].state == .error && world[2].isGivenUp && !world[2].wasLetIn)
    #expect(world.held(by: "ann")?.isLetIn == true && world.held(by: "bob")?.isLetIn == true)
  }

  /// What a user was let in to stays theirs, but nobody waits any more for another in its place.
  @Test(arguments: [false, true])
  func whoAsksAgainWaitsNoLongerThanTheCommandThatAsked(_ givesUp: Bool) {
    let world = World(.pool(l1: 1, max: 5) { $0.onLogout = .remove })
    world.assign("ann")
    world.drain()
    world.driver.always(.setReady, .runThenFail(5, .permanent, "its disk is full"))
    world.assign("ann", waitedForBy: Asker("7"))
    if givesUp {
      #expect(world.ask(.unwait("lab", user: "ann"), waitedForBy: Asker("7")).isAccepted)
    } else {
      world.end(Asker("7"), of: "ann", in: world.pool().id)
    }
    #expect(world[1].placement.user == "ann" && world[1].promise == nil)
    world.run(for: .minutes(5))
    #expect(world[1].isGivenUp && world.engine.waiters.isEmpty && world.held(by: "ann") == nil)
  }

  @Test func aReservedOneThatFailsIsReplaced() {
    let world = World(.pool(l1: 1, max: 5, levels: .l1)) { $0.next(.deployForCache, .hang) }
    world.assign("ann")
    #expect(world[1].placement.user == "ann")
    world.answer(1, .error(.init(.permanent, "no such image")))
    world.settle()
    #expect(world[1].state == .error)
    #expect(world.held(by: "ann")?.isLetIn == true)
    #expect(world.numbers { $0.placement.user == "ann" && $0.isSupply }.count == 1)
  }

  @Test func aReservedOneThatIsDestroyedIsReplaced() {
    let world = World(.pool(l1: 1, max: 5, waitsForOS: true))
    world.assign("ann")
    #expect(world[1].placement == .cache(.l1, reservedFor: "ann"))
    world.ask(.destroy(DeploymentID(1)))
    world.drain()
    let held = world.held(by: "ann")
    #expect(held != nil && held?.id != DeploymentID(1))
  }

  @Test func aReservedOneWhoseOSNeverSpeaksIsReplaced() {
    let world = World(.pool(l1: 1, max: 5, waitsForOS: true))
    world.assign("ann")
    world.run(for: .minutes(61))
    #expect(world[1].phase.isHistory)
    let held = world.held(by: "ann")
    #expect(held != nil && held?.id != DeploymentID(1))
  }

  @Test func aReservedOneFromL2WhoseMoveFailsIsReplaced() {
    let world = World(.pool(l2: 2, max: 5)) { $0.next(.moveToCache, .broken) }
    world.assign("ann")
    world.settle()
    #expect(world[1].state == .error)
    #expect(world.held(by: "ann")?.isLetIn == true)
  }

  @Test func settingReadyHasItsOwnBound() {
    let world = World(
      .pool(l1: 5, max: 5, levels: .l1), limits: ProviderLimits(preparing: 1, settingReady: 2)
    ) { $0.always(.setReady, .hang) }
    world.settle(within: .hours(1))
    for user in 1...5 { #expect(world.assign(SafeText("u\(user)")).isAccepted) }
    world.drain()
    #expect(world.flights.count == 2)
    world.answer(1, .finished)
    world.drain()
    #expect(world.flights.count == 2)
    world.driver.heal()
    world.answer(2, .finished)
    world.answer(3, .finished)
    world.settle(within: .hours(1))
    #expect(world.numbers { !$0.isLetIn } == [])
  }

  @Test func anOperatorsReadyGoesNoFasterThanTheUsersWhoWait() {
    let world = World(.pool(l1: 2, max: 2), limits: ProviderLimits(settingReady: 1)) {
      $0.always(.setReady, .hang)
    }
    for user in ["a", "b"] { world.assign(SafeText(user)) }
    world.ask(.ready(DeploymentID(2)))
    world.drain()
    #expect(world.flights.count == 1)
    world.driver.heal()
    world.answer(1, .finished)
    world.settle()
    #expect(world[2].isLetIn)
  }
}
