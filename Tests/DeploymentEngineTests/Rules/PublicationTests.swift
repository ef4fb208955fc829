import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Publications and what they mean for the deployments that stand on them.
@Suite struct PublicationTests {
  private func published(
    l1: Int = 3, l2: Int = 0, max: Int = 20, levels: CacheLevels = .l1AndL2,
    policy: LogoutPolicy = .keep, script: (inout ScriptedDriver) -> Void = { _ in }
  ) -> World {
    let world = World(
      .pool(l1: l1, l2: l2, max: max, levels: levels, publishes: true) { $0.onLogout = policy },
      script: script)
    world.ask(.publish("lab"))
    world.drain()
    return world
  }
  private func publication(_ world: World, _ revision: Int) -> PublicationRecord? {
    world.engine.publications.first { $0.revision == revision }
  }

  @Test func withoutOneNothingIsCreatedAndThePoolSaysSo() {
    let world = World(.pool(l1: 3, l2: 2, publishes: true))
    #expect(world.engine.deployments.isEmpty && world.calls.isEmpty)
    #expect(world.pool().now.text.contains("publi"))
    #expect(world.engine.isIdle)
    #expect(world.refusal(of: .assignFromPool("lab", user: "ann"))?.kind == .notPermitted)
  }

  @Test func publishingHasStepsAndThenThePoolFills() {
    let world = World(.pool(l1: 2, publishes: true)) { $0.always(.publish, .run(2)) }
    #expect(world.ask(.publish("lab")).isAccepted)
    #expect(publication(world, 1)?.state == .publishing)
    #expect(!world.engine.isIdle)
    world.settle(within: .minutes(5))
    #expect(publication(world, 1)?.state == .active && world.pool().activePublication == 1)
    #expect(world.ready(at: .l1).count == 2)
    #expect(world.engine.publicationUses == [2])
  }

  @Test func aDeploymentSeesThePublicationThatItIsMadeFrom() {
    let world = published()
    let call = world.calls.first { $0.call.task == .start(.deployForCache(.l1)) }?.call
    #expect(call?.record.publication?.revision == 1)
    #expect(call?.record.publication?.data == publication(world, 1)?.data)
    #expect(call?.record.publication?.name == publication(world, 1)?.name)
  }

  @Test func whatStandsOnTheOldOneLeavesAsNewOnesBecomeReady() {
    let world = published(l1: 4) { $0.suggestedTime = .seconds(5) }
    world.driver.always(.deployForCache, .run(3))
    world.ask(.publish("lab"))
    var least = 4
    for _ in 0..<60 {
      world.run(for: .seconds(1))
      least = min(least, world.ready(at: .l1).count)
    }
    world.settle(within: .minutes(10))
    #expect(least >= 4, "the pool never empties because of a publish: \(least)")
    #expect(world.ready(at: .l1).allSatisfy { world[$0].publication == 2 })
    #expect(world.ready(at: .l1).count == 4)
    #expect(publication(world, 1)?.state == .removed, "nothing stands on it any more")
  }

  @Test func theSameInL2() {
    let world = published(l1: 1, l2: 3)
    world.ask(.publish("lab"))
    world.settle(within: .minutes(10))
    #expect(world.ready(at: .l2).count == 3 && world.ready(at: .l1).count == 1)
    #expect(world.numbers { $0.exists && $0.publication == 1 } == [])
    #expect(publication(world, 1)?.state == .removed)
  }

  /// Where there is no room beside the old ones, one makes room after the other.
  @Test(arguments: [1, 3])
  func aPoolAtItsMaximumIsRenewedToo(_ size: Int) {
    let world = published(l1: size, max: size)
    world.driver.always(.deployForCache, .run(2))
    world.ask(.publish("lab"))
    var least = size
    for _ in 0..<120 {
      world.run(for: .milliseconds(500))
      least = min(least, world.ready(at: .l1).count)
    }
    world.settle(within: .minutes(10))
    #expect(least == max(1, size - 1), "the last ready one stays")
    if size == 1 {
      #expect(world.numbers { $0.exists && $0.publication == 1 } == [1])
      #expect(world.pool().now.text.hasPrefix("waits for room: `publish --force` gives up"))
      #expect(world.ask(.forcePublication("lab")).isAccepted)
      world.settle(within: .minutes(10))
    }
    #expect(world.ready(at: .l1).count == size)
    #expect(world.numbers { $0.exists && $0.publication == 1 } == [])
  }

  @Test func aForcedPublicationTakesTheLastPlaceAlsoAfterARestart() {
    let world = published(l1: 1, max: 1)
    world.ask(.forcePublication("lab"))
    world.restart()
    world.settle(within: .minutes(10))
    #expect(world.numbers { $0.exists && $0.publication == 2 }.count == 1)
    world.ask(.publish("lab"))
    world.drain()
    #expect(world.ready(at: .l1).allSatisfy { world[$0].publication == 2 }, "each needs it anew")
  }

  /// Where the old ones hold every name, or every address, one makes room after the other.
  @Test(arguments: [CacheLevel.l1, .l2], [false, true])
  func aPoolWithoutAFreeNameOrAddressIsRenewedToo(_ level: CacheLevel, _ hasAddresses: Bool) {
    let size = hasAddresses ? 3 : 10
    let world = World(
      .pool(l1: level == .l1 ? size : 0, l2: level == .l2 ? size : 0, max: 20, publishes: true) {
        if hasAddresses {
          $0.macs = MACRange(first: MACAddress(0x10), last: MACAddress(0x12))
        } else {
          $0.names.digits = 1
        }
      })
    world.ask(.publish("lab"))
    world.drain()
    #expect(world.ready(at: level).count == size)
    world.ask(.publish("lab"))
    var least = size
    for _ in 0..<60 {
      world.run(for: .milliseconds(500))
      least = min(least, world.ready(at: level).count)
    }
    world.settle()
    #expect(least >= size - 1)
    #expect(world.ready(at: level).count == size)
    #expect(world.numbers { $0.exists && $0.publication == 1 } == [])
  }

  @Test func noRevisionIsGivenTwiceEvenWhenItsRecordIsErased() {
    let world = World(.pool(publishes: true) { $0.historyRetention = .minutes(1) }) {
      $0.always(.publish, .runForever)
    }
    for revision in 1...3 {
      world.ask(.publish("lab"))
      #expect(publication(world, revision)?.state == .publishing)
      world.ask(.cancelPublication("lab"))
      world.run(for: .minutes(5))
      if revision == 2 { world.restart() }
    }
    world.driver.heal()
    world.ask(.publish("lab"))
    world.run(for: .minutes(5))
    #expect(world.engine.publications.map(\.revision) == [4], "and no more is kept than that")
  }

  @Test func oneInErrorIsRemovedAfterAMaintenanceToo() {
    let world = published { $0.next(.publish, .broken) }
    world.ask(.maintenance("here", true))
    world.run(for: .hours(3))
    world.ask(.maintenance("here", false))
    world.run(for: .minutes(50))
    #expect(publication(world, 1)?.state == .error, "it is kept as long as elsewhere")
    world.run(for: .minutes(15))
    #expect(publication(world, 1)?.state == .removed)
  }

  @Test func aMaintenanceCountsAgainstNoPublication() {
    let world = World(.pool(l1: 1, publishes: true)) { $0.always(.publish, .run(3)) }
    world.ask(.publish("lab"))
    world.ask(.maintenance("here", true))
    world.run(for: .hours(3))
    world.ask(.maintenance("here", false))
    world.settle(within: .minutes(10))
    #expect(publication(world, 1)?.state == .active)
  }

  @Test func whatIsStillBeingMadeIsCanceledAndNothingElseSuffers() {
    let world = published(l1: 3, levels: .l1) { $0.next(.deployForCache, .finish, .hang, .hang) }
    #expect(world.ready(at: .l1) == [1])
    world.ask(.publish("lab"))
    world.drain()
    #expect(world[2].cancelRequested && world[3].cancelRequested)
    #expect(world.ready(at: .l1).count >= 3)
    let fresh = world.numbers { $0.publication == 2 }
    world.answer(2, .running)
    world.answer(3, .finished)
    world.settle(within: .minutes(10))
    #expect(world[2].phase == .canceled && world[3].phase == .removed)
    #expect(world.ready(at: .l1).count == 3)
    #expect(
      world.numbers { $0.publication == 2 && $0.phase.isHistory } == [],
      "none of the new ones is taken for an old one")
    #expect(fresh.count >= 3)
  }

  @Test func whatAUserWasLetInToStaysAfterAPublication() {
    for policy in LogoutPolicy.allCases {
      let world = published(policy: policy)
      world.assign("ann")
      world.drain()
      world.ask(.publish("lab"))
      world.settle(within: .minutes(10))
      #expect(world[1].isLetIn)
      #expect(publication(world, 1)?.state == .draining)
    }
  }

  @Test func oneInUseLeavesAtItsLogOut() {
    let world = published(policy: .remove)
    world.assign("ann")
    world.drain()
    world.hear(.login("ann"), from: 1)
    world.ask(.publish("lab"))
    world.run(for: .hours(10))
    #expect(world[1].isReady && publication(world, 1)?.state == .draining)
    world.hear(.logout("ann"), from: 1)
    world.run(for: .minutes(1))
    world.settle(within: .minutes(10))
    #expect(world[1].phase == .removed && publication(world, 1)?.state == .removed)
  }

  @Test func anOldReadyOneStillServes() {
    let world = published(l1: 1)
    world.driver.always(.deployForCache, .hang)
    world.ask(.publish("lab"))
    world.drain()
    #expect(world.assign("ann").number == 1)
  }

  @Test func oneThatFailsLeavesTheOldOneActive() {
    let world = published()
    world.driver.next(.publish, .fail(.permanent, "the disk is full"))
    world.ask(.publish("lab"))
    world.drain()
    #expect(publication(world, 2)?.state == .error)
    #expect(publication(world, 2)?.reason?.text.contains("the disk is full") == true)
    #expect(world.pool().activePublication == 1 && world.ready(at: .l1).count == 3)
    world.run(for: .hours(2))
    #expect(publication(world, 2)?.state == .removed, "what it left is destroyed")
    #expect(world.ask(.publish("lab")).isAccepted)
    world.drain()
    #expect(world.pool().activePublication == 3, "no revision is given twice")
  }

  @Test func whatMayPassIsTriedAgain() {
    let world = published { $0.next(.publish, .busy, .fail(.unknown, "no answer")) }
    world.settle(within: .minutes(10))
    #expect(publication(world, 1)?.state == .active)
  }

  @Test func oneThatTakesTooLongIsAnError() {
    let world = published {
      $0.next(.publish, .runForever)
      $0.suggestedTime = .minutes(1)
    }
    world.run(for: .minutes(62))
    #expect(publication(world, 1)?.state == .error && publication(world, 1)?.reason != nil)
  }

  @Test func oneWhoseCallHangsSaysSoAndEndsAsAnError() {
    let world = published { $0.next(.publish, .hang) }
    world.run(for: .seconds(31))
    #expect(publication(world, 1)?.reason?.isEmpty == false)
    world.run(for: .hours(1))
    #expect(publication(world, 1)?.state == .error)
    #expect(world.calls.count == 1, "no second call while the first is out")
  }

  @Test func cancelingIsDelayedUntilNoCallIsInFlight() throws {
    let world = published { $0.next(.publish, .hang) }
    #expect(world.ask(.cancelPublication("lab")).isAccepted)
    #expect(world.last.calls.isEmpty)
    let flight = try #require(world.flights.first)
    world.comeBack(flight, with: .running)
    world.drain()
    #expect(world.calls.last?.call.task == .start(.cancel))
    #expect(publication(world, 1)?.state == .removed)
    #expect(world.pool().activePublication == nil)
  }

  @Test func aRemovalThatFailsIsTriedAgainWithoutEnd() {
    let world = published(l1: 1)
    world.driver.always(.destroy, .fail(.permanent, "in use"))
    world.ask(.publish("lab"))
    world.run(for: .hours(30))
    world.driver.heal()
    world.run(for: .hours(10))
    #expect(world.numbers { $0.exists && $0.publication == 1 } == [])
    let first = publication(world, 1)
    #expect(first == nil || first?.state == .removed)
  }

  @Test func publicationsOutliveTheEngine() {
    let world = World(.pool(l1: 2, publishes: true)) { $0.always(.publish, .hang) }
    world.ask(.publish("lab"))
    world.driver.heal()
    world.restart()
    world.settle(within: .minutes(10))
    #expect(publication(world, 1)?.state == .active && world.ready(at: .l1).count == 2)
    let data = publication(world, 1)?.data
    world.restart(configured: true)
    #expect(publication(world, 1)?.data == data && world.pool().activePublication == 1)
  }

  @Test func itsNameIsHeldBeforeTheFirstCall() {
    let world = World(.pool(publishes: true)) { $0.always(.publish, .hang) }
    world.ask(.publish("lab"))
    let name = publication(world, 1)?.name ?? ""
    #expect(!name.isEmpty && world.calls.first?.call.record.identity.name == name)
  }

  @Test func aRestoredPoolRetiresWhatIsOutdatedOneByOne() {
    let world = published(l1: 3)
    world.driver.always(.deployForCache, .hang)
    world.ask(.publish("lab"))
    world.drain()
    world.driver.heal()
    world.restart()
    world.settle(within: .minutes(10))
    #expect(world.ready(at: .l1).count == 3)
    #expect(world.ready(at: .l1).allSatisfy { world[$0].publication == 2 })
  }
}
