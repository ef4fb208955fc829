import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// What the planner's decisions lead to.
@Suite struct CachePolicyTests {
  @Test func theWholeNeedIsStartedInOneStep() {
    let world = World(.pool(initial: 2, l1: 5, l2: 3), limits: ProviderLimits(preparing: 99)) {
      $0.always(.deployForCache, .hang)
    }
    #expect(world.flights.count == 8)
    #expect(world.flights.allSatisfy { $0.issuedAt == EngineTime.start.moment })
    #expect(world.pool().counts.l1Preparing == 5 && world.pool().counts.l2Preparing == 3)
  }

  @Test func aPoolFillsToItsSizes() {
    let world = World(.pool(l1: 3, l2: 2)) { $0.always(.deployForCache, .run(2)) }
    world.settle(within: .minutes(5))
    #expect(world.ready(at: .l1).count == 3 && world.ready(at: .l2).count == 2)
    #expect(world.pool().plan.isMet && world.engine.isIdle)
  }

  @Test func promotesTheOldestFromL2BeforeCreating() {
    let world = World(.pool(l2: 3))
    world.driver.always(.moveToCache, .hang)
    world.ask(.resize("lab", SizeOverrides(l1: 2, l2: 1)))
    #expect(world.task(1) == .start(.moveToCache(.l1)))
    #expect(world.task(2) == .start(.moveToCache(.l1)))
    #expect(world.engine.deployments.count == 3)
  }

  @Test func shrinkingTakesTheNewest() {
    let world = World(.pool(l1: 5, levels: .l1))
    world.ask(.resize("lab", SizeOverrides(l1: 3)))
    world.drain()
    #expect(world.ready(at: .l1) == [1, 2, 3])
    #expect(world[4].phase == .removed && world[5].phase == .removed)
  }

  /// What is in use is too much, but cannot leave: nothing is left to do until its log-out.
  @Test(arguments: [CacheLevel.l1, .l2])
  func whatIsInUseIsNoOpenPlan(_ level: CacheLevel) {
    let world = World(level == .l1 ? .pool(l1: 1) : .pool(l2: 1))
    world.hear(.login("ann"), from: 1)
    world.ask(.resize("lab", SizeOverrides(l1: 0, l2: 0)))
    world.drain()
    #expect(world.engine.isIdle && world.pool().plan.isMet && world[1].isReady)
    world.hear(.logout("ann"), from: 1)
    world.settle()
    #expect(world[1].phase == .removed)
  }

  @Test func shrinkingGoesIntoL2WhileL2IsShort() {
    let world = World(.pool(l1: 5))
    world.ask(.resize("lab", SizeOverrides(l1: 2, l2: 2)))
    world.settle()
    #expect(world.ready(at: .l1) == [1, 2])
    #expect(world.ready(at: .l2).count == 2)
    #expect(Set(world.ready(at: .l2)).isSubset(of: [3, 4, 5]))
    #expect(world.numbers { $0.phase.isHistory }.count == 1)
    #expect(world.engine.deployments.count == 5, "nothing was made")
  }

  @Test func shrinkingCancelsWhatIsStillBeingMade() {
    let world = World(.pool(l1: 2, levels: .l1)) {
      $0.next(.deployForCache, .finish, .runForever)
    }
    world.run(for: .seconds(3))
    world.ask(.resize("lab", SizeOverrides(l1: 1)))
    world.drain()
    #expect(world.ready(at: .l1) == [1])
    #expect(world[2].phase == .canceled)
  }

  @Test func shrinkingL2TakesTheOldest() {
    let world = World(.pool(l2: 4))
    world.ask(.resize("lab", SizeOverrides(l2: 2)))
    world.drain()
    #expect(world.ready(at: .l2) == [3, 4])
  }

  @Test func theAssignedAreNeverTouched() {
    let world = World(.pool(l1: 3, max: 5))
    for user in ["a", "b"] { world.assign(SafeText(user)) }
    world.drain()
    world.ask(.resize("lab", SizeOverrides(l1: 0, max: 1)))
    world.settle()
    #expect(world.pool().counts.assigned == 2 && world.pool().counts.l1 == 0)
    #expect(world.held(by: "a")?.isLetIn == true && world.held(by: "b")?.isLetIn == true)
  }

  @Test func aFullPoolGrowsAgainWhenSomethingIsGone() {
    let world = World(.pool(l1: 2, max: 3))
    for user in ["a", "b", "c"] { #expect(world.assign(SafeText(user)).isAccepted) }
    world.settle()
    #expect(world.pool().counts.l1 == 0)
    #expect(world.refusal(of: .assignFromPool("lab", user: "d")) != nil)
    world.ask(.release(world.held(by: "a")?.id ?? DeploymentID(0)))
    world.settle()
    #expect(world.pool().counts.l1Ready == 1)
  }

  @Test func pausedItCreatesNothingAndStillShrinks() {
    let world = World(.pool(l1: 4, levels: .l1))
    world.ask(.pause("lab"))
    world.ask(.destroy(DeploymentID(1)))
    world.settle()
    #expect(world.ready(at: .l1) == [2, 3, 4])
    world.ask(.resize("lab", SizeOverrides(l1: 1)))
    world.settle()
    #expect(world.ready(at: .l1) == [2])
    world.ask(.resize("lab", nil))
    world.ask(.resume("lab"))
    world.settle()
    #expect(world.ready(at: .l1).count == 4)
  }

  @Test func eachDecisionSaysWhy() {
    let world = World(.pool(l1: 3), limits: ProviderLimits(preparing: 2)) {
      $0.always(.deployForCache, .hang)
    }
    let because = world.pool().plan.l1.because.text
    #expect(because.contains("3") && !world.pool().now.isEmpty)
    #expect(world[1].because.isEmpty == false)
  }

  @Test func sizesOfAnOperatorWinUntilTheyAreReset() {
    let world = World(.pool(l1: 2))
    world.ask(.resize("lab", SizeOverrides(l1: 4)))
    world.settle()
    world.reconfigure { $0.pools[0].sizes.l1 = 1 }
    world.settle()
    #expect(world.ready(at: .l1).count == 4)
    world.ask(.resize("lab", SizeOverrides(l2: 1)))
    world.settle()
    #expect(world.ready(at: .l1).count == 4 && world.ready(at: .l2).count == 1)
    world.restart(configured: true)
    #expect(world.pool().overrides == SizeOverrides(l1: 4, l2: 1))
    world.ask(.resize("lab", nil))
    world.settle()
    #expect(world.ready(at: .l1).count == 1 && world.pool().overrides.isEmpty)
  }

  @Test func anOperatorsMoveToL2Freezes() {
    let world = World(.pool(l1: 1, l2: 1))
    let level1 = world.ready(at: .l1).first ?? 0
    #expect(world.ask(.move(DeploymentID(level1), to: .l2)).isAccepted)
    #expect(world[level1].placement == .cache(.l2, reservedFor: nil))
    #expect(world[level1].state == .preparing, "placement and state change in one commit")
    world.settle()
    #expect(world[level1].placement.level == .l2 && world[level1].isReady)
    #expect(world.ready(at: .l1).count == 1 && world.ready(at: .l2).count == 1)
  }

  @Test func anOperatorsMoveToL1Thaws() {
    let world = World(.pool(l1: 1, l2: 2))
    let level2 = world.ready(at: .l2)
    #expect(world.ask(.move(DeploymentID(level2.first ?? 0), to: .l1)).isAccepted)
    world.settle()
    let moved = world.tasks(of: level2.first ?? 0)
    #expect(moved.contains(.start(.moveToCache(.l1))))
    #expect(!moved.contains(.start(.cancel)), "what a person asked for is not undone at once")
    #expect(world.ready(at: .l1).count == 1 && world.ready(at: .l2).count == 2)
  }

  @Test func aMoveNeverTakesAPoolOverItsMaximum() {
    let world = World(.pool(l1: 2, l2: 2, max: 2))
    world.ask(.move(DeploymentID(world.ready(at: .l2).first ?? 0), to: .l1))
    #expect(world.pool().counts.total <= 2)
    world.settle()
    #expect(world.ready(at: .l1).count == 2 && world.ready(at: .l2).count == 2)
  }
}

/// Cases that random histories found.
@Suite struct CachePolicyRegressionTests {
  @Test func whatIsBeingCanceledIsNotCanceledTwiceByTakingAnother() {
    let world = World(.pool(l1: 3, levels: .l1)) {
      $0.next(.deployForCache, .finish, .finish, .hang)
    }
    world.ask(.resize("lab", SizeOverrides(l1: 2)))
    world.drain()
    #expect(world[3].cancelRequested)
    #expect(world.ready(at: .l1) == [1, 2], "the ready ones are not taken for it")
  }

  @Test func aMoveIntoAPoolThatKeepsNothingAtL1Settles() {
    let world = World(.pool(l2: 1, max: 1))
    #expect(world.ask(.move(DeploymentID(1), to: .l1)).isAccepted)
    world.settle()
    #expect(world.ready(at: .l2).count == 1 && world.ready(at: .l1).isEmpty)
  }

  @Test func aMoveToL1InAFullPoolIsRefusedInWords() {
    let world = World(.pool(l1: 2, l2: 1, max: 2))
    let item = world.ready(at: .l2).first ?? 0
    let refusal = world.refusal(of: .move(DeploymentID(item), to: .l1))
    #expect(refusal?.sentence.text.contains("full") == true)
  }

  @Test func whatAnotherPoolFreesIsUsed() {
    let range = MACRange(first: MACAddress(1), last: MACAddress(3))
    let world = World(
      .pool("a", l1: 3) { $0.macs = range }, .pool("b", l1: 3) { $0.macs = range })
    world.restart(configured: true)
    #expect(world.ready(at: .l1, in: "a").count + world.ready(at: .l1, in: "b").count == 3)
    world.ask(.resize("a", SizeOverrides(l1: 0)))
    world.settle()
    #expect(world.ready(at: .l1, in: "b").count == 3)
  }

  @Test func aPlanThatAnotherPoolHasMadeImpossibleIsNotOpen() {
    let range = MACRange(first: MACAddress(1), last: MACAddress(3))
    let world = World(
      .pool("a", l1: 3) { $0.macs = range }, .pool("b", l1: 3) { $0.macs = range },
      limits: ProviderLimits(preparing: 1)
    ) { $0.always(.deployForCache, .run(1)) }
    world.settle(within: .minutes(5))
    #expect(world.engine.isIdle && world.numbers { $0.exists }.count == 3)
  }

  @Test func aPoolThatLeftWhileItWaitedForTheProviderCreatesNothing() {
    let world = World(
      .pool("a", l1: 1), .pool("b", l1: 2), limits: ProviderLimits(preparing: 1)
    ) { $0.always(.deployForCache, .hang) }
    #expect(world.flights.count == 1)
    let gone = world.pool("a").counts.total == 0 ? "a" : "b"
    world.reconfigure { $0.pools.removeAll { $0.name == gone } }
    world.driver.heal()
    world.answer(1, .finished)
    world.settle(within: .minutes(5))
    #expect(world.engine.pool(named: SafeText(gone)) == nil)
    #expect(world.engine.pools.count == 1)
  }

  @Test func anErrorThatIsKeptDoesNotStopTheRenewalOfAFullPool() {
    let world = World(.pool(l1: 1, max: 3, publishes: true))
    world.ask(.publish("lab"))
    world.drain()
    world.driver.next(.setReady, .broken)
    world.assign("ann")
    world.drain()
    #expect(world.pool().counts.error == 1 && world.ready(at: .l1).count == 1)
    world.ask(.publish("lab"))
    world.settle()
    #expect(world.ready(at: .l1).allSatisfy { world[$0].publication == 2 })
    #expect(world.ready(at: .l1).count == 1)
  }

  @Test func outdatedOnesAtL2LeaveWhereTheOSMustSpeak() {
    let world = World(.pool(l2: 2, publishes: true, waitsForOS: true))
    world.ask(.publish("lab"))
    world.drain()
    world.ask(.publish("lab"))
    world.run(for: .minutes(5))
    #expect(world.numbers { $0.exists && $0.publication == 1 } == [])
    #expect(world.pool().counts.l2 == 2)
  }
}
