import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Errors: their classes, their retention, their end.
@Suite struct ErrorTests {
  let one = DeploymentID(1)

  static let passing: [FailureClass] = [.transient, .unknown]

  @Test(arguments: passing, Starting.preparing + [.notifyInPreparing])
  func whatMayPassIsTriedAgainWithTheSameIdentity(_ kind: FailureClass, _ starting: Starting) {
    let world = starting.world
    let identity = world[1].identity
    let state = world[1].state
    world.answer(1, .error(.init(kind, "the host is busy")))
    #expect(world[1].state == state, "it stays where it is")
    #expect(world[1].reason?.text.contains("the host is busy") == true)
    #expect(world.flight(1) == nil, "after a pause")
    world.driver.heal()
    world.settle(within: .minutes(30))
    #expect(world[1].isReady && world[1].identity == identity)
    #expect(world.pool().restraint == nil)
    #expect(world[1].reason == nil)
  }

  @Test(arguments: passing)
  func makingReadyIsTriedAgainToo(_ kind: FailureClass) {
    let world = Starting.setReady.world
    world.answer(1, .error(.init(kind, "the host is busy")))
    #expect(world[1].state == .usable && !world[1].isLetIn)
    world.driver.heal()
    world.settle(within: .minutes(30))
    #expect(world[1].isLetIn)
  }

  @Test(arguments: passing, [Starting.destroy, .cancel])
  func removingIsTriedAgainToo(_ kind: FailureClass, _ starting: Starting) {
    let world = starting.world
    world.answer(1, .error(.init(kind, "the host is busy")))
    #expect(world[1].state == starting.state)
    world.driver.heal()
    world.settle(within: .minutes(30))
    #expect(world[1].phase.isHistory)
  }

  @Test func thePausesGrowAndHaveABound() {
    let world = World(.pool(l1: 1, max: 1)) { $0.always(.deployForCache, .busy) }
    world.run(for: .minutes(50))
    let gaps = world.gaps(between: .start(.deployForCache(.l1)))
    #expect(gaps.count > 5 && gaps.count < 200, "\(gaps.count) attempts")
    #expect((gaps.last ?? .zero).milliseconds > 4 * (gaps.first ?? .zero).milliseconds)
    #expect(gaps.allSatisfy { $0 < .minutes(15) && $0 > .zero })
    #expect(world[1].state == .preparing)
  }

  @Test func thePausesOfTwoAreNotTheSame() {
    let world = World(.pool(l1: 5, max: 5)) { $0.always(.deployForCache, .busy) }
    world.run(for: .minutes(2))
    let times = (1...5).map { number in
      world.calls.filter { $0.call.subject == .deployment(DeploymentID(number)) }.map(\.at)
    }
    #expect(Set(times).count == 5, "what failed together does not come back together")
  }

  @Test func aFailingCheckIsTriedAgain() {
    let world = World(.pool(l1: 1, max: 1)) {
      $0.next(.deployForCache, .runThenFail(2, .transient, "lost the connection"))
    }
    world.settle(within: .minutes(30))
    #expect(world[1].isReady)
  }

  @Test func noOtherDeploymentNotices() {
    let world = World(.pool(l1: 3, max: 3)) { $0.next(.deployForCache, .busy) }
    #expect(world.ready(at: .l1) == [2, 3])
    #expect(world[1].state == .preparing)
    #expect(world[2].reason == nil && world[3].reason == nil)
  }

  @Test func onlyPermanentErrorsCountForRestraint() {
    let world = World(.pool(l1: 1, max: 1) { $0.restrain = RestraintRule(count: 1) }) {
      $0.next(.deployForCache, .busy, .fail(.unknown, "no answer"))
    }
    world.settle(within: .minutes(30))
    #expect(world.pool().restraint == nil)
    world.driver.next(.setReady, .broken)
    world.assign("ann")
    world.drain()
    #expect(world[1].state == .error && world.pool().restraint != nil)
  }

  @Test func aTakenPortIsReplacedByAnother() {
    let world = World(.pool(l1: 1, max: 1, usesPort: true)) {
      $0.next(
        .deployForCache, .fail(.portTaken, "a stranger listens"),
        .fail(.portTaken, "a stranger listens"))
    }
    world.settle(within: .minutes(10))
    #expect(world[1].isReady)
    let ports = world.calls.compactMap { call -> UInt16? in
      call.call.task == .start(.deployForCache(.l1)) ? call.call.record.identity.port : nil
    }
    #expect(ports.count == 3 && Set(ports).count == 3)
  }

  @Test func whatNobodyWasLetInToIsDestroyedAfterItsRetention() {
    let world = World(.pool(l1: 1, max: 1) { $0.errorRetention = .minutes(20) }) {
      $0.next(.deployForCache, .broken)
    }
    #expect(world[1].state == .error)
    #expect(world.engine.isIdle, "a kept error counts as idle")
    world.run(for: .minutes(19))
    #expect(world[1].state == .error && world.tasks(of: 1).count == 1)
    world.run(for: .minutes(2))
    #expect(world[1].phase == .removed)
    #expect(world.tasks(of: 1).last == .start(.destroy))
  }

  @Test func itsRemovalIsTriedAgainWithoutEndWithGrowingPauses() {
    let world = World(.pool(l1: 1, max: 1) { $0.errorRetention = .minutes(20) }) {
      $0.next(.deployForCache, .broken)
      $0.always(.destroy, .fail(.permanent, "the host says no"))
    }
    world.run(for: .hours(48))
    #expect(world[1].exists && world[1].state != .preparing)
    let gaps = world.gaps(between: .start(.destroy))
    #expect(gaps.count >= 8, "\(gaps.count)")
    #expect((gaps.last ?? .zero).milliseconds > 2 * (gaps.first ?? .zero).milliseconds)
    let lines = world.journal.filter { $0.deployment == one && $0.message.text.contains("says no") }
    #expect(lines.count >= gaps.count, "each attempt and its reason is in the journal")
    world.driver.heal()
    world.run(for: .hours(12))
    #expect(!world.engine.deployments.contains { $0.id == one } || world[1].phase == .removed)
  }

  @Test func anAssignedOneWaitsForAPerson() {
    let world = Situation.errorOfUser.world
    let calls = world.calls(of: 1)
    world.run(for: .hours(500))
    #expect(world[1].state == .error && world.calls(of: 1) == calls)
    #expect(world[1].placement.holder == "ann")
    #expect(world.engine.isIdle)
  }

  @Test func anErrorIsNeverDroppedAsHistoryIs() {
    let world = World(
      .pool(l1: 1, max: 1) {
        $0.errorRetention = .hours(900)
        $0.historyRetention = .minutes(1)
      }
    ) { $0.next(.deployForCache, .broken) }
    world.run(for: .hours(800))
    #expect(world[1].state == .error)
  }

  @Test func theReasonSurvivesARestart() {
    let world = Situation.error.world
    let reason = world[1].reason
    world.restart()
    #expect(world[1].reason == reason && world[1].state == .error)
  }

  @Test func retryDoesTheFailedOperationAgainWithTheSameIdentity() {
    let world = Situation.error.world
    let identity = world[1].identity
    world.driver.heal()
    #expect(world.ask(.retry(one)).isAccepted)
    #expect(world[1].state == .preparing && world[1].identity == identity)
    #expect(world.task(1) == .start(.deployForCache(.l1)))
    world.drain()
    #expect(world[1].isReady)
  }

  @Test func retryOfAMakingReadyLetsTheUserIn() {
    let world = Situation.errorOfUser.world
    world.driver.heal()
    #expect(world.ask(.retry(one)).isAccepted)
    world.drain()
    #expect(world[1].isLetIn)
    #expect(world.tasks(of: 1).last == .start(.setReady))
  }

  @Test func retryOfAMoveMoves() {
    let world = Starting.moveToL1.world
    world.answer(1, .error(.init(.permanent, "no memory")))
    world.driver.heal()
    #expect(world.ask(.retry(one)).isAccepted)
    world.drain()
    #expect(world[1].isReady && world[1].placement.level == .l1)
    #expect(world.tasks(of: 1).contains(.start(.moveToCache(.l1))))
  }

  @Test(arguments: [Starting.destroy, .cancel])
  func retryOfAFailedRemovalRemovesIt(_ starting: Starting) {
    let world = starting.world
    world.answer(1, .error(.init(.permanent, "the host says no")))
    world.driver.heal()
    #expect(world.ask(.retry(one)).isAccepted)
    world.drain()
    #expect(world[1].phase.isHistory)
  }

  /// A call that hangs may still make something under that name.
  @Test func oneThatIsForgottenHoldsItsNameUntilItsLastCallIsBack() {
    let world = World(.pool(l1: 1)) {
      $0.next(.deployForCache, .hang)
      $0.always(.destroy, .hang)
    }
    world.run(for: .minutes(61))
    world.ask(.cancel(DeploymentID(1)))
    world.run(for: .hours(2))
    guard let late = world.flight(1) else { return world.complain("no call is out") }
    if world[1].state != .error { return world.complain("d1 is \(world[1].state)") }
    let name = world[1].identity.name
    world.ask(.forget(DeploymentID(1)))
    world.drain()
    #expect(!world.numbers { $0.exists }.contains { world[$0].identity.name == name })
    world.comeBack(late, with: .finished)
    world.ask(.resize("lab", SizeOverrides(l1: 4)))
    world.drain()
    #expect(world.numbers { $0.exists }.contains { world[$0].identity.name == name })
    #expect(world.engine.isIdle)
  }

  @Test func forgetIsHistoryWithoutACallAndFreesTheName() {
    let world = Situation.errorOfUser.world
    world.driver.always(.deployForCache, .hang)
    let calls = world.calls(of: 1)
    #expect(world.ask(.forget(one)).isAccepted)
    world.drain()
    #expect(world[1].phase == .removed && world.calls(of: 1) == calls)
    #expect(world[2].identity.name == world[1].identity.name)
  }

  @Test func destroyOfAnErrorRemovesIt() {
    let world = Situation.errorOfUser.world
    #expect(world.ask(.destroy(one)).isAccepted)
    world.drain()
    #expect(world[1].phase == .removed)
  }

  @Test func theSecondUsableHolderOfAUniqueIdIsAnErrorThatNamesTheFirst() {
    let world = World(.pool(l1: 2, max: 2)) {
      $0.uniqueIds = ["lab-000": "52:54", "lab-001": "52:54"]
    }
    let broken = world.numbers { $0.state == .error }
    #expect(broken.count == 1 && world.ready(at: .l1).count == 1)
    let first = world.ready(at: .l1).first.map { world[$0] }
    let reason = broken.first.flatMap { world[$0].reason?.text } ?? ""
    #expect(reason.contains(first?.identity.name ?? "?") || reason.contains("\(first?.id ?? one)"))
  }

  @Test func aUniqueIdMayRepeatWhileItIsBeingMade() {
    let world = World(.pool(l1: 2, max: 2)) {
      $0.uniqueIds = ["lab-000": "52:54", "lab-001": "52:54"]
      $0.next(.deployForCache, .finish, .run(20))
    }
    world.run(for: .seconds(5))
    #expect(world[1].isReady && world[2].state == .preparing)
    world.driver.uniqueIds["lab-001"] = "52:55"
    world.settle()
    #expect(world.ready(at: .l1) == [1, 2])
  }

  @Test func aFailureAlwaysHasAReason() {
    #expect(!DeploymentFailure(.permanent, "").reason.isEmpty)
    let world = Starting.deployForL1.world
    world.answer(1, .error(.init(.permanent, "")))
    #expect(world[1].reason?.isEmpty == false)
  }
}

extension World {
  /// The pauses between the calls of a task, whatever they are about.
  func gaps(between task: DriverTask) -> [TimeSpan] {
    let times = calls.filter { $0.call.task == task }.map(\.at)
    return zip(times.dropFirst(), times).map { $0 - $1 }
  }
}

/// Cases that random histories found.
@Suite struct RetryRegressionTests {
  let one = DeploymentID(1)

  private func twinsThatWaitForTheirOS() -> (world: World, twin: Int64) {
    let world = World(.pool(l1: 2, max: 2, waitsForOS: true)) {
      $0.uniqueIds = ["lab-000": "twin", "lab-001": "twin"]
    }
    return (world, world.numbers { $0.state == .error }.first ?? 0)
  }

  @Test func retryOfOneWhoseOSNeverSpokeWaitsForItOnceMore() {
    let (world, twin) = twinsThatWaitForTheirOS()
    #expect(world[twin].osState == .preparing)
    world.ask(.resize("lab", SizeOverrides(l1: 1, max: 2)))
    world.ask(.destroy(DeploymentID(twin == 1 ? 2 : 1)))
    world.driver.uniqueIds = [:]
    world.drain()
    #expect(world.ask(.retry(DeploymentID(twin))).isAccepted)
    #expect(world[twin].isWaitingForOS && world[twin].stateDeadline != nil)
    #expect(world[twin].notices == [.finish], "nothing is told that was not said")
    world.hear(.ready(nil), from: twin)
    world.drain()
    #expect(world[twin].isReady)
  }

  @Test func aTwinThatIsTriedAgainWaitsForNoOSWhenItsServiceNoLongerDoes() {
    let (world, twin) = twinsThatWaitForTheirOS()
    #expect(world[twin].osState == .preparing)
    world.services["lab"] = PoolSetup.pool(l1: 2, max: 2).offer
    world.reconfigure { _ in }
    world.driver.uniqueIds = [:]
    world.ask(.retry(DeploymentID(twin)))
    world.drain()
    #expect(world[twin].state == .usable && world[twin].osState == .usable)
  }

  @Test func retryOfATwinIsUsableOnlyOnceItHasAnotherUniqueId() {
    let world = World(.pool(l1: 2, max: 2)) {
      $0.uniqueIds = ["lab-000": "twin", "lab-001": "twin"]
    }
    let twin = world.numbers { $0.state == .error }.first ?? 0
    world.ask(.retry(DeploymentID(twin)))
    world.drain()
    #expect(world[twin].state == .error)
    world.driver.uniqueIds = [:]
    world.ask(.retry(DeploymentID(twin)))
    world.drain()
    #expect(world[twin].isReady)
  }

  @Test func aTwinIsNoticedWhileItIsBeingMadeReady() {
    let world = World(.pool(l1: 2)) { $0.always(.setReady, .busy) }
    let (one, other) = (world[1], world[2])
    world.driver.uniqueIds[other.identity.name] = one.uniqueId
    world.ask(.ready(other.id))
    world.drain()
    #expect(world[2].state == .error)
    #expect(world[2].reason?.text.contains(one.name.text) == true)
    #expect(world[1].isReady)
  }
}
