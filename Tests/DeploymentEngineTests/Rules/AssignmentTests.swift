import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Who gets what, in which order.
@Suite struct AssignmentTests {
  @Test func takesTheOldestReadyOneAndRefillsInTheSameStep() {
    let world = World(.pool(l1: 3, max: 10))
    #expect(world.ready(at: .l1) == [1, 2, 3])
    #expect(world.assign("ann").number == 1)
    #expect(world[1].placement.holder == "ann")
    #expect(world.task(1) == .start(.setReady))
    #expect(world.flight(1)?.call.notices == [.assignToUser("ann")])
    #expect(world.task(4) == .start(.deployForCache(.l1)))
    #expect(world.pool().counts.assigned == 1)
  }

  @Test func nobodyIsLetInBeforeItWasMadeReady() {
    let world = Starting.setReady.world
    #expect(world[1].admission == .wanted && !world[1].isLetIn)
    world.answer(1, .running)
    #expect(!world[1].isLetIn)
    world.run(for: .seconds(5))
    #expect(world[1].admission == .granted && world[1].isLetIn)
  }

  @Test func nobodyIsLetInWithoutAnAddressAndItSaysSo() {
    let world = World(.pool(l1: 1, max: 1)) { $0.givesIP = false }
    world.assign("ann")
    world.drain()
    #expect(!world[1].isLetIn)
    let said = world.journal.map(\.message.text).contains {
      $0.localizedLowercaseContains("address") || $0.contains("IP")
    }
    #expect(said)
  }

  @Test func theAddressOfAnAgentLetsTheUserIn() {
    let world = World(.pool(l1: 1, max: 1)) { $0.givesIP = false }
    world.assign("ann")
    world.drain()
    world.hear(.ip("10.1.2.3"), from: 1)
    world.drain()
    #expect(world[1].isLetIn && world[1].ip == "10.1.2.3")
  }

  @Test func aUserWhoHoldsOneGetsTheSameMadeReadyAgain() {
    let world = World(.pool(l1: 2, max: 10))
    #expect(world.assign("ann").number == 1)
    world.drain()
    #expect(world.assign("ann").number == 1)
    #expect(world[1].admission == .wanted && world.task(1) == .start(.setReady))
    world.drain()
    #expect(world[1].isLetIn)
    #expect(world.numbers { $0.placement.user == "ann" } == [1])
    #expect(world.tasks(of: 1).count { $0 == .start(.setReady) } == 2)
  }

  @Test func aUserWhoseOneIsInErrorIsRefusedWithItsReason() {
    let world = Situation.errorOfUser.world
    let refusal = world.refusal(of: .assignFromPool("lab", user: "ann"))
    #expect(refusal?.sentence.text.contains("the host has no such image") == true)
  }

  /// Decision 5: one that is gone for a while is checked again, soon while its user waits for it.
  @Test func whoWaitsForOneThatWasGoneIsLetInWhenItIsBack() {
    let world = Situation.assigned.world
    world.driver.always(.setReady, .fail(.gone, "the host does not answer for it"))
    world.assign("ann")
    world.drain()
    #expect(world[1].state == .error && world[1].placement.user == "ann")
    #expect(world.assign("ann").isAccepted)
    world.driver.heal()
    world.run(for: .seconds(11))
    #expect(world[1].isLetIn)
  }

  @Test func whoWaitsForOneThatIsForgottenGetsAnother() {
    let world = Situation.assigned.world
    world.driver.always(.setReady, .fail(.gone, "the host does not answer for it"))
    world.assign("ann")
    world.drain()
    world.assign("ann")
    world.driver.heal()
    #expect(world.ask(.forget(DeploymentID(1))).isAccepted)
    world.ask(.resize("lab", SizeOverrides(max: 9)))
    world.drain()
    #expect(world.held(by: "ann")?.isLetIn == true && world[1].phase.isHistory)
  }

  /// Who is logged in keeps it, until its user asks for another, who stays first in the order.
  @Test func whoAsksForAnotherKeepsThePlaceInTheOrder() throws {
    let world = World(.pool(l1: 1, max: 5) { $0.onLogout = .remove })
    world.assign("ann")
    world.drain()
    world.hear(.login("ann"), from: 1)
    world.driver.always(.setReady, .fail(.gone, "there is no such machine"))
    world.assign("ann")
    world.drain()
    let promise = try #require(world[1].promise)
    world.driver.heal()
    world.assign("ann")
    #expect(world.held(by: "ann")?.promise?.position == promise.position && world[1].isGivenUp)
  }

  @Test func aChangedWayToTellUsersApartForgetsNobody() {
    let world = World(.pool(l1: 2, max: 9))
    world.assign("Ana")
    world.drain()
    #expect(world.assign("ana ").number == 1)
    world.reconfigure { $0.pools[0].users = UserNames(case: .keep) }
    world.drain()
    #expect(world.assign("Ana").number == 1)
    #expect(world.assign("ana").number != 1)
  }

  @Test func aUserWhoseOneIsBeingRemovedGetsAnother() {
    let world = Situation.assigned.world
    world.ask(.resize("lab", SizeOverrides(max: 9)))
    world.driver.always(.destroy, .hang)
    world.ask(.release(DeploymentID(1)))
    world.drain()
    #expect(world[1].state == .removing)
    world.assign("ann")
    world.drain()
    #expect(world.held(by: "ann")?.isLetIn == true && world.held(by: "ann")?.id.number != 1)
  }

  @Test func aRemovalThatFailsDoesNotGiveTheOldOneBackToItsUser() {
    let world = Situation.assigned.world
    world.ask(.resize("lab", SizeOverrides(max: 9)))
    world.hear(.login("ann"), from: 1)
    world.driver.always(.destroy, .runThenFail(5, .permanent, "the disk is busy"))
    world.ask(.destroy(DeploymentID(1)))
    world.drain()
    #expect(world[1].state == .removing)
    let other = world.assign("ann").number
    world.drain()
    world.run(for: .hours(1))
    #expect(world[1].reason == "the disk is busy" && world[1].isGivenUp)
    #expect(world.assign("ann").number == other && other != 1)
    world.driver.heal()
    world.run(for: .hours(2))
    #expect(world[1].phase.isHistory, "it is tried again without end")
  }

  /// No agent is left that could report the log-out.
  @Test func whoseOneIsGoneGetsAnotherWhereNothingIsKept() {
    for policy in LogoutPolicy.allCases {
      let world = World(.pool(l1: 2, max: 5) { $0.onLogout = policy })
      world.assign("ann")
      world.drain()
      world.hear(.login("ann"), from: 1)
      world.driver.always(.setReady, .fail(.gone, "there is no such machine"))
      world.assign("ann")
      world.drain()
      #expect(world[1].state == .error && world[1].placement.user == "ann", "until she asks")
      world.driver.heal()
      let reply = world.assign("ann")
      #expect(reply.number == (policy == .remove ? 2 : 1))
      #expect(world[1].inUse == (policy == .keep))
    }
  }

  @Test func readyOnesComeBeforeThoseThatWaitForTheirOS() {
    let world = World(.pool(l1: 2, max: 2, waitsForOS: true))
    world.hear(.ready(nil), from: 2)
    world.drain()
    #expect(world.assign("ann").number == 2)
    #expect(world.assign("bob").number == 1)
    #expect(world[1].placement == .cache(.l1, reservedFor: "bob"))
    #expect(world.pool().counts.assigned == 2)
    world.hear(.ready(nil), from: 1)
    world.drain()
    #expect(world[1].placement.holder == "bob" && world[1].isLetIn)
  }

  @Test func theOldestOfL2ComesThroughL1() {
    let world = World(.pool(l2: 2, max: 10)) { $0.always(.moveToCache, .run(1)) }
    #expect(world.assign("ann").number == 1)
    #expect(world[1].placement == .cache(.l1, reservedFor: "ann"))
    #expect(world[1].state == .preparing && world.task(1) == .start(.moveToCache(.l1)))
    #expect(world.task(3) == .start(.deployForCache(.l2)), "L2 is refilled in the same step")
    world.settle()
    #expect(world[1].placement.holder == "ann" && world[1].isLetIn)
    #expect(world.notices(of: 1).contains(.assignToUser("ann")))
    #expect(world.tasks(of: 1).last == .start(.setReady))
  }

  @Test func onePreparingIsReserved() {
    let world = Starting.deployForL1.world
    #expect(world.assign("ann").number == 1)
    #expect(world[1].placement == .cache(.l1, reservedFor: "ann"))
    #expect(world.pool().counts.assigned == 1 && world.pool().counts.l1 == 0)
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].placement.holder == "ann" && world[1].isLetIn)
  }

  @Test func aNewOneIsMadeForTheUserFromTheStart() {
    let world = Starting.deployForUser.world
    #expect(world[1].placement.holder == "ann")
    world.answer(1, .finished)
    world.drain()
    #expect(world[1].isLetIn)
    #expect(
      world.tasks(of: 1) == [
        .start(.deployForUser), .start(.notifyReadyFromOSManager), .start(.setReady),
      ])
  }

  /// One pool with one of each kind; five users come.
  @Test func theWholeOrder() {
    let world = World(.pool(l1: 2, l2: 1, max: 5, waitsForOS: true))
    world.hear(.ready(nil), from: 2)
    world.drain()
    world.driver.always(.deployForCache, .hang)
    world.ask(.resize("lab", SizeOverrides(l1: 3)))
    let level2 = world.numbers { $0.placement.level == .l2 }
    let ready = 2
    #expect(world.assign("first").number == Int64(ready))
    #expect(world.assign("second").number == 1, "waiting for its OS")
    let third = world.assign("third").number
    #expect(third.map { world[$0].placement } == .cache(.l1, reservedFor: "third"))
    #expect(third != Int64(ready) && third != 1)
    #expect(level2.isEmpty || level2.contains(third ?? 0) || world[third ?? 0].state == .preparing)
    world.assign("fourth")
    world.assign("fifth")
    let users = world.engine.deployments.compactMap(\.placement.user)
    #expect(Set(users).count == 5 && users.count == 5)
    #expect(world.refusal(of: .assignFromPool("lab", user: "sixth")) != nil)
  }

  @Test func aVeryOneCanBeGiven() {
    let world = World(.pool(l1: 3, max: 3))
    #expect(world.ask(.assign(DeploymentID(2), user: "ann")).number == 2)
    world.drain()
    #expect(world[2].isLetIn && world[2].placement.holder == "ann")
  }

  @Test func aUserWhoHoldsOneIsNotGivenASecond() {
    let world = World(.pool(l1: 3, max: 3))
    world.assign("ann")
    world.drain()
    #expect(world.refusal(of: .assign(DeploymentID(2), user: "ann"))?.kind == .notPermitted)
  }

  @Test func aLoginOnACachedOneKeepsItFromBeingAssigned() {
    let world = World(.pool(l1: 2, max: 2))
    world.hear(.login("mallory"), from: 1)
    world.drain()
    #expect(world.refusal(of: .assign(DeploymentID(1), user: "ann"))?.kind == .notPermitted)
    #expect(world.assign("ann").number == 2)
    #expect(world.refusal(of: .assignFromPool("lab", user: "bob")) != nil)
  }

  @Test func twoUsersNeverGetTheSame() {
    let world = World(.pool(l1: 3, max: 3))
    let got = ["a", "b", "c"].compactMap { world.assign(SafeText($0)).number }
    #expect(Set(got).count == 3)
    let refusal = world.refusal(of: .assignFromPool("lab", user: "d"))
    #expect(refusal?.kind == .notPermitted)
  }

  @Test func aPoolThatIsPausedRefusesNewUsersAndServesThoseWhoHoldOne() {
    let world = Situation.assigned.world
    world.ask(.resize("lab", SizeOverrides(max: 9)))
    world.drain()
    #expect(world.ask(.pause("lab")).isAccepted)
    #expect(world.pool().state == .paused)
    #expect(world.refusal(of: .assignFromPool("lab", user: "bob"))?.sentence.text != "")
    #expect(world.assign("ann").number == 1)
    world.drain()
    #expect(world[1].isLetIn)
    world.ask(.resume("lab"))
    #expect(world.assign("bob").isAccepted)
  }

  @Test func aProviderInMaintenanceIsNotCalledAtAll() {
    let world = World(.pool(l1: 2, max: 9))
    #expect(world.ask(.maintenance("here", true)).isAccepted)
    let calls = world.calls.count
    #expect(world.refusal(of: .assignFromPool("lab", user: "bob")) != nil)
    world.ask(.destroy(DeploymentID(1)))
    world.run(for: .hours(9))
    #expect(world.calls.count == calls)
    #expect(world.pool().state == .maintenance)
    world.ask(.maintenance("here", false))
    world.settle()
    #expect(world.ready(at: .l1).count == 2)
  }

  @Test func aCallInFlightWhenMaintenanceBeginsIsHeard() {
    let world = Starting.deployForL1.world
    world.ask(.maintenance("here", true))
    world.answer(1, .running)
    world.run(for: .minutes(5))
    #expect(world.flights.isEmpty && world[1].state == .preparing)
    world.driver.heal()
    world.ask(.maintenance("here", false))
    world.settle()
    #expect(world[1].isReady)
  }

  @Test func aPoolOfAProviderWithoutAServiceRefuses() {
    let setup = PoolSetup.pool(l1: 1)
    let world = World(
      PoolSetup(configuration: setup.configuration, offer: .problem("no such host")))
    #expect(world.pool().problem == "no such host")
    let refusal = world.refusal(of: .assignFromPool("lab", user: "ann"))
    #expect(refusal?.sentence.isEmpty == false)
    #expect(world.calls.isEmpty)
  }
}

extension String {
  /// Contains a text, capitals or not.
  func localizedLowercaseContains(_ text: String) -> Bool { lowercased().contains(text) }
}
