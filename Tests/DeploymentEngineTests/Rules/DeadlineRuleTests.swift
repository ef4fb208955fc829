import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Nothing waits without a deadline.
@Suite struct DeadlineRuleTests {
  let one = DeploymentID(1)

  @Test func preparingForTooLongIsCanceled() {
    let world = World(.pool(l1: 1, max: 1)) {
      $0.always(.deployForCache, .runForever)
      $0.suggestedTime = .seconds(60)
    }
    world.run(for: .minutes(59))
    #expect(world[1].state == .preparing && !world[1].cancelRequested)
    world.driver.heal()
    world.driver.always(.checkState, .runForever)
    world.driver.always(.cancel, .finish)
    world.run(for: .minutes(3))
    #expect(world[1].phase == .canceled)
  }

  @Test func deadlinesAreTheOnesOfThePool() {
    let world = World(
      .pool(l1: 1, max: 1) { $0.deadlines = PoolDeadlines(preparing: .minutes(5)) }
    ) { $0.always(.deployForCache, .runForever) }
    world.run(for: .minutes(4))
    #expect(world[1].state == .preparing)
    #expect(world[1].phase.operation?.deadline.length == .minutes(5))
    world.run(for: .seconds(62))
    #expect(world[1].phase.isHistory)
  }

  /// Time in a maintenance counts against no deadline, and gives none away either.
  @Test func aMaintenanceCountsAgainstNoOperation() {
    let world = World(.pool(l1: 1, max: 1)) {
      $0.always(.deployForCache, .runForever)
      $0.suggestedTime = .seconds(60)
    }
    world.run(for: .minutes(50))
    world.ask(.maintenance("here", true))
    world.run(for: .minutes(9))
    world.ask(.maintenance("here", false))
    world.run(for: .minutes(9))
    #expect(world[1].state == .preparing && !world[1].cancelRequested)
    world.run(for: .minutes(2))
    #expect(world[1].cancelRequested || world[1].phase.isHistory)
  }

  /// What ended in the maintenance gets no more than its whole length.
  @Test(arguments: [false, true])
  func aMaintenanceCountsAgainstNoUser(_ restarts: Bool) {
    let world = World(
      .pool(l1: 1, max: 3) {
        $0.unusedAfter = .minutes(15)
        $0.onLogout = .remove
      })
    world.assign("ann")
    world.run(for: .minutes(10))
    world.ask(.maintenance("here", true))
    world.run(for: .hours(2))
    if restarts { world.restart() }
    world.run(for: .hours(1))
    #expect(world.held(by: "ann")?.isLetIn == true)
    world.ask(.maintenance("here", false))
    world.run(for: .minutes(4))
    #expect(world.held(by: "ann")?.isLetIn == true)
    world.run(for: .minutes(12))
    #expect(world.held(by: "ann") == nil)
  }

  @Test func aMaintenanceCountsAgainstNoErrorAndNoRestraint() {
    let world = World(
      .pool(l1: 1, max: 1) {
        $0.errorRetention = .hours(1)
        $0.restrain.count = 1
      }
    ) {
      $0.always(.deployForCache, .fail(.permanent, "no image"))
    }
    world.run(for: .minutes(5))
    let restraint = world.pool().restraint?.until.at ?? world.now.moment
    let left = restraint - world.now.moment
    #expect(world[1].state == .error && left > .zero)
    world.ask(.maintenance("here", true))
    world.run(for: .minutes(3))
    world.ask(.maintenance("here", false))
    #expect((world.pool().restraint?.until.at ?? world.now.moment) - world.now.moment == left)
    world.ask(.pause("lab"))
    world.ask(.maintenance("here", true))
    world.run(for: .hours(9))
    #expect(world[1].state == .error)
    world.ask(.maintenance("here", false))
    world.run(for: .minutes(50))
    #expect(world[1].state == .error)
    world.run(for: .minutes(11))
    #expect(!world[1].exists)
  }

  @Test func preparingForAUserForTooLongIsGivenUp() {
    let world = World(.onDemand(max: 1)) {
      $0.always(.deployForUser, .runForever)
      $0.suggestedTime = .seconds(60)
    }
    world.assign("ann")
    world.run(for: .minutes(62))
    #expect(world[1].state == .error && world[1].isGivenUp)
    #expect(world.engine.waiters.map(\.user) == ["ann"], "the pool is full of what failed")
    #expect(world[1].reason?.isEmpty == false)
    #expect(!world.tasks(of: 1).contains(.start(.cancel)))
  }

  @Test func waitingForTheOSForTooLongIsRemoved() {
    let world = World(.pool(l1: 1, max: 1, waitsForOS: true))
    world.run(for: .minutes(59))
    #expect(world[1].isWaitingForOS)
    world.run(for: .minutes(2))
    #expect(world[1].phase == .removed)
    #expect(world[2].isWaitingForOS, "and another one is made")
  }

  @Test func whoWaitsForTheOSForTooLongGetsAnother() {
    let setup = PoolSetup.pool(max: 1, levels: .none, waitsForOS: true)
    let world = World(setup)
    world.assign("ann")
    world.run(for: .minutes(62))
    #expect(world[1].phase == .removed && world[1].isGivenUp)
    #expect(world[2].placement.holder == "ann" && world[2].isWaitingForOS)
  }

  @Test(arguments: [Starting.destroy, .cancel])
  func removingForTooLongIsTriedAgain(_ starting: Starting) {
    let world = starting.world
    world.driver.always(.checkState, .runForever)
    world.driver.suggestedTime = .minutes(1)
    world.answer(1, .running)
    world.run(for: .hours(3))
    #expect(world[1].state == starting.state)
    #expect(world.tasks(of: 1).count { $0 == .start(starting.kind) } >= 1)
    world.driver.heal()
    world.answer(1, .finished)
    world.run(for: .hours(3))
    #expect(world[1].phase.isHistory)
    #expect(world.tasks(of: 1).count { $0 == .start(starting.kind) || $0 == .start(.destroy) } >= 2)
  }

  @Test func aCallThatHangsIsSaidToBeUnknownAndKeepsItsSlot() {
    let world = World(.pool(l1: 2, max: 2)) { $0.next(.deployForCache, .hang) }
    #expect(world.ready(at: .l1) == [2], "and holds nothing else up")
    world.run(for: .seconds(29))
    #expect(world[1].reason == nil)
    world.run(for: .seconds(2))
    #expect(world[1].reason?.isEmpty == false)
    #expect(world[1].state == .preparing)
    world.run(for: .minutes(20))
    #expect(world.calls(of: 1) == 1, "no second call while it is out")
  }

  @Test func aCallThatComesBackLateIsTriedAgain() {
    let world = World(.pool(l1: 1, max: 1)) {
      $0.next(.deployForCache, .slow(.minutes(3), .fail(.unknown, "late")))
    }
    world.run(for: .minutes(10))
    #expect(world[1].isReady)
    #expect(world.tasks(of: 1).count { $0 == .start(.deployForCache(.l1)) } == 2)
  }

  @Test func aCallThatNeverComesBackIsAnErrorWithinTheOperationsDeadline() {
    let world = World(.pool(l1: 1, max: 1)) { $0.next(.deployForCache, .hang) }
    world.run(for: .minutes(61))
    #expect(world[1].state == .error)
    #expect(world[1].reason?.isEmpty == false)
    guard case .error(let failed) = world[1].phase else { return }
    #expect(failed.failure == .unknown && failed.operation == .deployForCache(.l1))
  }

  @Test func anErrorWhoseCallIsStillOutIsNotCalledBeforeItCameBack() throws {
    let world = World(.pool(l1: 1, max: 1)) { $0.next(.deployForCache, .hang) }
    world.run(for: .hours(6))
    #expect(world[1].state != .removed && world.calls(of: 1) == 1)
    let flight = try #require(world.flight(1))
    world.comeBack(flight, with: .finished)
    world.run(for: .hours(2))
    #expect(world[1].phase == .removed)
  }

  @Test func aRestartGivesUpAHungCall() {
    let world = World(.pool(l1: 1, max: 1)) { $0.next(.deployForCache, .hang) }
    world.run(for: .minutes(2))
    world.restart()
    world.run(for: .minutes(5))
    #expect(world[1].isReady)
  }

  @Test func anAnswerToAnUnknownCallIsIgnored() {
    let world = World(.pool(l1: 1, max: 1))
    let outcome = world.step(.callEnded(CallResult(id: CallID(4711), answer: .finished)))
    #expect(outcome.isEmpty)
  }

  @Test func aSecondAnswerToOneCallIsIgnored() throws {
    let world = Starting.deployForL1.world
    let flight = try #require(world.flight(1))
    world.answer(1, .running)
    let outcome = world.step(
      .callEnded(CallResult(id: flight.call.id, answer: .error(.init(.permanent, "twice")))))
    #expect(outcome.isEmpty && world[1].state == .preparing)
  }

  @Test func wallClockJumpsMoveNothing() {
    for jump in [TimeSpan.hours(5000), TimeSpan(milliseconds: -5_000_000_000)] {
      let world = World(.pool(l1: 1, max: 2, waitsForOS: true)) {
        $0.next(.deployForCache, .runForever)
        $0.suggestedTime = .minutes(1)
      }
      world.assign("ann")
      world.jumpWallClock(by: jump)
      world.run(for: .minutes(50))
      #expect(world.numbers { $0.phase.isHistory || $0.state == .error } == [])
      world.run(for: .minutes(30))
      #expect(!world.numbers { $0.phase.isHistory || $0.state == .error }.isEmpty)
    }
  }

  @Test func afterAStartEachGetsOneCheckBeforeAnExpiredDeadlineActs() {
    let world = World(.pool(l1: 1, max: 1)) { $0.always(.deployForCache, .run(5)) }
    world.run(for: .seconds(2))
    #expect(world[1].phase.operation?.step == .check)
    world.driver.heal()
    world.restart(after: .hours(5))
    world.run(for: .seconds(1))
    #expect(world[1].isReady, "what had finished meanwhile is not thrown away")
  }

  @Test func afterAStartAnExpiredDeadlineActsOnceTheCheckSaysRunning() {
    let world = Situation.preparing.world
    world.driver.always(.cancel, .finish)
    world.restart(after: .hours(5))
    world.run(for: .minutes(61))
    #expect(world[1].phase.isHistory || world[1].state == .canceling)
  }

  @Test func historyIsErasedAfterItsRetention() {
    let world = World(.pool(l1: 1, max: 1) { $0.historyRetention = .minutes(30) })
    world.ask(.destroy(one))
    world.drain()
    world.run(for: .minutes(29))
    #expect(world.engine.deployment(one)?.phase == .removed)
    world.run(for: .minutes(2))
    #expect(world.engine.deployment(one) == nil)
    #expect(world.store.deployments[one] == nil)
  }
}
