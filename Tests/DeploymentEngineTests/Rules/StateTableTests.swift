import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Every row of the table of states and answers.
@Suite struct StateTableTests {
  @Test(arguments: Starting.allCases)
  func startsInItsStateWithItsMethod(_ one: Starting) {
    let world = one.world
    #expect(world[1].state == one.state)
    #expect(world.task(1) == .start(one.kind))
    #expect(world[1].operation == one.kind)
    #expect(world[1].phase.operation?.step == .start)
  }

  @Test(arguments: Starting.allCases)
  func runningIsStoredAndCheckedAfterTheSuggestedTime(_ one: Starting) {
    let world = one.world
    world.driver.suggestedTime = .seconds(7)
    world.driver.always(.checkState, .hang)
    world.answer(1, .running)
    #expect(world[1].state == (one.state == .usable ? .preparing : one.state))
    #expect(world[1].phase.operation?.step == .check)
    #expect(world[1].data == [1, UInt8(0), UInt8(world.calls(of: 1))], "what it stored is kept")
    #expect(world.flight(1) == nil)
    world.run(for: TimeSpan(milliseconds: 6_999))
    #expect(world.flight(1) == nil)
    world.run(for: TimeSpan(milliseconds: 1))
    #expect(world.task(1) == .check(one.kind))
  }

  @Test func suggestedTimeMayDifferFromCallToCall() {
    let world = Starting.deployForL1.world
    world.driver.always(.checkState, .hang)
    for seconds in [3, 60, 1] {
      world.driver.suggestedTime = .seconds(Int64(seconds))
      world.answer(1, .running)
      world.run(for: .seconds(Int64(seconds)) + TimeSpan(milliseconds: -1))
      #expect(world.flight(1) == nil)
      world.run(for: TimeSpan(milliseconds: 1))
      #expect(world.task(1) == .check(.deployForCache(.l1)))
    }
  }

  @Test(arguments: Starting.preparing + [.notifyInPreparing])
  func preparingThatFinishesBecomesUsableAndIsToldSo(_ one: Starting) {
    let world = one.world
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].state == .usable && world[1].osState == .usable)
    #expect(world.notices(of: 1).last == .finish || one == .deployForUser)
    #expect(world.notices(of: 1).contains(.finish))
    #expect(world[1].ip == "ip-\(world[1].identity.name)")
  }

  @Test(arguments: Starting.preparing + [.notifyInPreparing] + Starting.usable)
  func preparingOrUsableThatFailsForGoodBecomesAnErrorWithItsReason(_ one: Starting) {
    let world = one.world
    world.answer(1, .error(.init(.permanent, "no such image")))
    #expect(world[1].state == .error)
    #expect(world[1].reason?.text.contains("no such image") == true)
    #expect(world[1].operation == one.kind)
    #expect(world.flight(1) == nil)
  }

  @Test func usableThatFinishesStaysUsable() {
    let world = Starting.setReady.world
    let since = world[1].stateSince
    let told = world.notices(of: 1).count { $0 == .finish }
    world.moveClocks(by: .seconds(2))
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].phase == .usable(nil))
    #expect(world[1].stateSince == since)
    #expect(world.notices(of: 1).count { $0 == .finish } == told)
  }

  @Test(arguments: Starting.usable)
  func usableThatRunsGoesBackToPreparingAndIsToldFinishAfterIt(_ one: Starting) {
    let world = one.world
    let told = world.notices(of: 1).count { $0 == .finish }
    world.answer(1, .running)
    #expect(world[1].state == .preparing)
    world.run(for: .seconds(5))
    #expect(world[1].isReady)
    #expect(world.notices(of: 1).count { $0 == .finish } == told + 1)
    #expect(world.tasks(of: 1).count { $0 == .start(one.kind) } == 1)
  }

  @Test func removingThatFinishesIsHistoryAndFreesItsName() {
    let world = Starting.destroy.world
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].phase == .removed)
    #expect(world[2].identity.name == world[1].identity.name)
  }

  @Test func cancelingThatFinishesIsHistoryAndFreesItsName() {
    let world = Starting.cancel.world
    world.answer(1, .finished)
    #expect(world[1].phase == .canceled)
    #expect(world[2].identity.name == world[1].identity.name)
  }

  @Test(arguments: [Starting.destroy, .cancel])
  func removingOrCancelingThatFailsIsAnErrorThatKeepsWhatItHolds(_ one: Starting) {
    let world = one.world
    let identity = world[1].identity
    world.answer(1, .error(.init(.permanent, "the host says no")))
    #expect(world[1].state == .error)
    #expect(world[1].reason?.text.contains("the host says no") == true)
    #expect(world[1].identity == identity)
    #expect(world[1].operation == one.kind)
    #expect(world.numbers { $0.identity.name == identity.name } == [1])
  }

  @Test(arguments: [Starting.destroy, .cancel])
  func removingOrCancelingThatFailedIsTriedAgainByItself(_ one: Starting) {
    let world = one.world
    world.answer(1, .error(.init(.permanent, "the host says no")))
    world.driver.heal()
    world.run(for: .hours(3))
    #expect(world[1].phase.isHistory)
    #expect(world.driver.things["lab-001"] != .deployment(DeploymentID(1)))
  }
}

extension World {
  /// How often the deployment with this number was called and answered, beyond the first time.
  func calls(of number: Int64) -> Int {
    calls.count { $0.call.subject == .deployment(DeploymentID(number)) }
  }
}
