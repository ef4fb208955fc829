import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// A cancel is recorded at once and carried out when no call is in flight.
@Suite struct CancelTests {
  let one = DeploymentID(1)

  @Test(arguments: Starting.preparing)
  func isRecordedAtOnceAndNeverInTheMiddleOfACall(_ starting: Starting) {
    let world = starting.world
    let calls = world.calls(of: 1)
    #expect(world.ask(.cancel(one)).isAccepted)
    #expect(world[1].cancelRequested && world[1].state == .preparing)
    #expect(world.calls(of: 1) == calls)
    world.driver.always(.cancel, .hang)
    world.answer(1, .running)
    world.drain()
    #expect(world[1].state == .canceling)
    #expect(world.task(1) == .start(.cancel))
    world.answer(1, .finished)
    #expect(world[1].phase == .canceled, "whatever the operation was")
  }

  @Test func runsAtOnceWhenNoCallIsInFlight() {
    let world = Situation.preparing.world
    world.driver.heal()
    world.driver.always(.cancel, .run(2))
    #expect(world.flight(1) == nil)
    #expect(world.ask(.cancel(one)).isAccepted)
    world.drain()
    #expect(world[1].state == .canceling)
    world.run(for: .seconds(10))
    #expect(world[1].phase == .canceled)
    #expect(
      Array(world.tasks(of: 1).suffix(3)) == [.start(.cancel), .check(.cancel), .check(.cancel)])
  }

  @Test func ofAMakingReadyEndsAsCanceled() {
    let world = Starting.setReady.world
    world.driver.always(.checkState, .hang)
    world.answer(1, .running)
    #expect(world[1].state == .preparing)
    #expect(world.ask(.cancel(one)).isAccepted)
    world.drain()
    #expect(world[1].phase == .canceled)
  }

  @Test func afterATransientErrorItIsCanceledInsteadOfTriedAgain() {
    let world = Starting.deployForL1.world
    world.ask(.cancel(one))
    world.driver.always(.cancel, .hang)
    world.answer(1, .error(.init(.transient, "busy")))
    world.drain()
    #expect(world[1].state == .canceling)
  }

  /// What somebody was let in to is otherwise kept and checked again.
  @Test func isNotForgottenWhenTheOperationFailsBeforeItIsCarriedOut() {
    let world = World(
      .pool(l1: 2, max: 4) {
        $0.deadlines.preparing = .minutes(5)
        $0.onFailure = .hold
      },
      limits: ProviderLimits(removing: 1))
    world.assign("ann")
    world.drain()
    #expect(world[1].isLetIn)
    world.driver.next(.destroy, .runForever)
    world.ask(.destroy(DeploymentID(2)))
    world.driver.always(.setReady, .runForever)
    world.assign("ann")
    world.run(for: .seconds(2))
    world.ask(.release(one))
    #expect(world[1].cancelRequested && world[1].state == .preparing, "no place to remove it")
    world.run(for: .minutes(6))
    #expect(world[1].state == .removable, "its time is over, and its end is still requested")
    world.run(for: .minutes(30))
    #expect(world[1].phase.isHistory)
  }

  @Test func aDestroyOfOneInPreparationIsCarriedOutAsACancel() {
    let world = Situation.preparing.world
    #expect(world.ask(.destroy(one)).isAccepted)
    world.drain()
    #expect(world[1].phase == .canceled)
    #expect(world.tasks(of: 1).last == .start(.cancel))
  }

  @Test func twiceIsNoMoreThanOnce() {
    let world = Starting.deployForL1.world
    world.ask(.cancel(one))
    world.ask(.cancel(one))
    world.ask(.destroy(one))
    world.answer(1, .running)
    world.drain()
    #expect(world[1].phase == .canceled)
    #expect(world.tasks(of: 1).count { $0 == .start(.cancel) } == 1)
  }

  @Test func survivesARestart() {
    let world = Starting.deployForL1.world
    world.ask(.cancel(one))
    world.driver.heal()
    world.restart()
    #expect(world[1].state == .canceling, "no call is in flight any more")
    world.run(for: .seconds(30))
    #expect(world[1].phase.isHistory)
    #expect(world.driver.things.values.contains(.deployment(one)) == false)
  }

  @Test func aCanceledReservationGivesTheUserAnother() {
    let world = World(.pool(l1: 1, max: 5)) { $0.next(.deployForCache, .hang) }
    world.assign("ann")
    #expect(world[1].placement.user == "ann")
    world.ask(.cancel(one))
    world.answer(1, .running)
    world.settle()
    let held = world.held(by: "ann")
    #expect(held?.isLetIn == true && held?.id != one)
  }
}
