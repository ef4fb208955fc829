import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// What becomes of a deployment when what prepared it has finished: the four cases, in their order.
@Suite struct FinishedTests {
  @Test func aCancelAskedMeanwhileMakesItRemovable() {
    let world = Starting.deployForL1.world
    world.driver.always(.destroy, .hang)
    #expect(world.ask(.cancel(DeploymentID(1))).isAccepted)
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].state == .removing)
    #expect(!world.tasks(of: 1).contains(.start(.notifyReadyFromOSManager)))
    #expect(!world.notices(of: 1).contains(.finish))
  }

  @Test func aRemovalAskedMeanwhileMakesItRemovable() {
    let world = Starting.deployForL1.world
    world.driver.always(.destroy, .hang)
    #expect(world.ask(.destroy(DeploymentID(1))).isAccepted)
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].state == .removing)
  }

  @Test func onAnOldPublicationItIsRemovable() {
    let world = World(.pool(l1: 1, publishes: true)) { $0.always(.deployForCache, .hang) }
    world.ask(.publish("lab"))
    world.drain()
    #expect(world[1].publication == 1)
    world.ask(.publish("lab"))
    world.drain()
    #expect(world.pool().activePublication == 2)
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].phase == .removed)
    #expect(!world.notices(of: 1).contains(.finish))
  }

  @Test func assignedOnAnOldPublicationItStays() {
    let world = World(.pool(levels: .none, publishes: true)) { $0.always(.deployForUser, .hang) }
    world.ask(.publish("lab"))
    world.drain()
    world.assign("ann")
    world.ask(.publish("lab"))
    world.drain()
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].isLetIn)
  }

  @Test func whereTheOSMustSpeakItIsUsableAndWaits() {
    let world = World(.pool(l1: 1, max: 1, waitsForOS: true))
    #expect(world[1].isWaitingForOS)
    #expect(world[1].phase == .usable(nil))
    #expect(world.notices(of: 1) == [.finish])
    #expect(!world.tasks(of: 1).contains(.start(.notifyReadyFromOSManager)))
    #expect(world[1].stateDeadline?.length == .hours(1))
    #expect(world.pool().counts.l1Waiting == 1 && world.pool().counts.l1Ready == 0)
    #expect(world.engine.isIdle, "waiting for the OS counts as idle")
  }

  @Test func whenTheOSSpeaksTheDriverIsAskedAndItsAnswerCounts() {
    let world = Starting.notifyInUsable.world
    #expect(!world[1].isReady, "not before the driver has answered")
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].isReady)
    #expect(world.notices(of: 1) == [.finish])
  }

  @Test func whenTheOSSpokeEarlyItIsReadyAfterTheDeploy() {
    let world = World(.pool(l1: 1, max: 1, waitsForOS: true)) {
      $0.always(.deployForCache, .run(3))
    }
    world.run(for: .seconds(1))
    #expect(world[1].state == .preparing && !world[1].uniqueId.isEmpty)
    #expect(world.hear(.ready(nil), from: 1).isAccepted)
    world.run(for: .seconds(20))
    #expect(world[1].isReady)
    #expect(world.tasks(of: 1).count { $0 == .start(.notifyReadyFromOSManager) } == 1)
  }

  @Test func theDriverIsAskedOnceAlsoWithoutAnOSManager() {
    let world = World(.pool(l1: 1, max: 1))
    #expect(
      world.tasks(of: 1) == [.start(.deployForCache(.l1)), .start(.notifyReadyFromOSManager)])
    #expect(world[1].isReady)
    #expect(world.notices(of: 1) == [.finish])
  }

  @Test func itIsNotAskedAgainWhenWhatItAnsweredHasRun() {
    let world = World(.pool(l1: 1, max: 1)) { $0.always(.notifyReady, .run(3)) }
    world.run(for: .minutes(1))
    #expect(world[1].isReady)
    #expect(world.tasks(of: 1).count { $0 == .start(.notifyReadyFromOSManager) } == 1)
    #expect(world.tasks(of: 1).count { $0 == .check(.notifyReadyFromOSManager) } == 3)
    #expect(world.notices(of: 1).count { $0 == .finish } == 1)
  }

  @Test func eachOSReadyIsToldOnce() {
    let world = World(.pool(l1: 1, max: 1, waitsForOS: true))
    for _ in 1...3 {
      world.hear(.ready("data"), from: 1)
      world.drain()
    }
    let told = world.tasks(of: 1).count { $0 == .start(.notifyReadyFromOSManager) }
    #expect((1...3).contains(told))
    #expect(world[1].isReady)
  }

  @Test func theAddressIsLogged() {
    let world = World(.pool(l1: 1, max: 1))
    let lines = world.journal.filter { $0.deployment == DeploymentID(1) }.map(\.message.text)
    #expect(lines.contains { $0.contains("ip-lab-") }, "\(lines)")
  }

  @Test func aDeployThatFinishedIsNeverCalledAgain() {
    let world = World(.pool(l1: 1, l2: 1, max: 3)) { $0.always(.setReady, .run(2)) }
    world.assign("ann")
    world.run(for: .hours(1))
    world.restart()
    world.run(for: .hours(1))
    for number in world.numbers(where: { $0.exists }) {
      let deploys = world.tasks(of: number).count { task in
        if case .start(let kind) = task { kind.creates } else { false }
      }
      #expect(deploys == 1)
    }
  }
}
