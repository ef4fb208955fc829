import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Log-ins, log-outs, and what they lead to.
@Suite struct SessionTests {
  private func world(_ policy: LogoutPolicy, unusedAfter: TimeSpan? = nil) -> World {
    let world = World(
      .pool(l1: 1, max: 5) {
        $0.onLogout = policy
        $0.unusedAfter = unusedAfter
      })
    world.assign("ann")
    world.drain()
    return world
  }

  @Test func aLogInMakesItInUseAndTheDriverIsTold() {
    let world = world(.keep)
    #expect(world.hear(.login("ann"), from: 1).isAccepted)
    world.drain()
    #expect(world[1].inUse && world[1].loggedIn == ["ann"])
    #expect(world.notices(of: 1).last == .userLoggedIn("ann"))
  }

  @Test func logInsAreASet() {
    let world = world(.keep)
    for user in ["zoe", "ann", "zoe"] { world.hear(.login(SafeText(user)), from: 1) }
    #expect(world[1].loggedIn == ["ann", "zoe"])
    world.hear(.logout("zoe"), from: 1)
    #expect(world[1].loggedIn == ["ann"])
  }

  @Test func theLastLogOutRemovesWhereThatIsThePolicy() {
    let world = world(.remove)
    world.hear(.login("ann"), from: 1)
    world.hear(.login("bob"), from: 1)
    world.hear(.logout("ann"), from: 1)
    world.drain()
    #expect(world[1].state == .usable, "somebody is still in")
    world.hear(.logout("bob"), from: 1)
    world.run(for: .seconds(29))
    #expect(world[1].isReady, "somebody may come back")
    world.run(for: .seconds(2))
    #expect(world[1].phase == .removed)
    #expect(world.notices(of: 1).contains(.userLoggedOut("bob")))
    #expect(world.tasks(of: 1).last == .start(.destroy))
  }

  @Test func theLastLogOutKeepsWhereThatIsThePolicy() {
    let world = world(.keep)
    world.hear(.login("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    world.run(for: .hours(100))
    #expect(world[1].isReady && world[1].placement.holder == "ann")
    #expect(world.notices(of: 1).contains(.userLoggedOut("ann")))
  }

  @Test func aLogOutWithoutALogInIsNoEnd() {
    let world = world(.remove)
    world.hear(.logout("ann"), from: 1)
    world.run(for: .hours(1))
    #expect(world[1].isReady)
  }

  @Test func thePolicyIsAppliedOnce() {
    let world = world(.remove)
    world.hear(.login("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    world.run(for: .minutes(1))
    #expect(world.tasks(of: 1).count { $0 == .start(.destroy) } == 1)
  }

  @Test func whoLogsInAgainWithinTheGraceKeepsIt() {
    let world = world(.remove)
    world.hear(.login("ann"), from: 1)
    for _ in 1...5 {
      world.hear(.logout("ann"), from: 1)
      world.run(for: .seconds(29))
      world.hear(.login("ann"), from: 1)
    }
    world.run(for: .hours(1))
    #expect(world[1].isReady && world[1].inUse)
  }

  @Test func whoAsksAgainWithinTheGraceKeepsIt() {
    let world = world(.remove)
    world.hear(.login("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    world.run(for: .seconds(20))
    #expect(world.assign("ann").number == 1)
    world.run(for: .hours(1))
    #expect(world[1].isLetIn)
  }

  @Test func theGraceOutlivesTheEngineAndACheck() {
    let world = world(.remove)
    world.hear(.login("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    world.run(for: .seconds(10))
    world.restart()
    world.ask(.ready(DeploymentID(1)))
    world.run(for: .seconds(15))
    #expect(world[1].isReady)
    world.run(for: .seconds(20))
    #expect(world[1].phase == .removed)
  }

  @Test func checksDoNotPutThePolicyOff() {
    let world = world(.remove)
    world.hear(.login("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    for _ in 1...6 {
      world.ask(.ready(DeploymentID(1)))
      world.run(for: .seconds(5))
    }
    world.run(for: .seconds(2))
    #expect(world[1].phase == .removed)
  }

  @Test func withoutAGraceThePolicyIsAppliedAtOnce() {
    let world = World(.pool(l1: 1, max: 5) { ($0.onLogout, $0.logoutGrace) = (.remove, .zero) })
    world.assign("ann")
    world.drain()
    world.hear(.login("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    world.drain()
    #expect(world[1].phase == .removed)
  }

  @Test(arguments: [false, true])
  func aPolicyThatIsChangedInTheGraceHolds(_ isBeingChecked: Bool) {
    let world = world(.remove)
    world.hear(.login("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    if isBeingChecked {
      world.driver.always(.setReady, .run(20))
      world.ask(.ready(DeploymentID(1)))
      world.run(for: .seconds(2))
      #expect(world[1].state == .preparing)
    }
    world.reconfigure { $0.pools[0].onLogout = .keep }
    world.run(for: .hours(1))
    #expect(world[1].isReady)
    world.reconfigure { $0.pools[0].onLogout = .remove }
    world.run(for: .hours(1))
    #expect(world[1].isReady, "the log-out was under the other policy")
  }

  @Test(arguments: [
    ("SCHOOL\\ann", "ann"), ("ann", "SCHOOL\\Ann"), ("ann@school", " Ann "), ("ANN", "ann@school"),
  ])
  func guestsMaySayTheNameWithItsDomainOrWithout(_ login: String, _ logout: String) {
    let world = world(.keep)
    world.hear(.login(SafeText(login)), from: 1)
    world.hear(.login(SafeText(logout)), from: 1)
    #expect(world[1].loggedIn == [UserNames.trimmed(SafeText(login))])
    world.hear(.logout(SafeText(logout)), from: 1)
    #expect(!world[1].inUse)
  }

  @Test func aLogInNeedsAName() {
    let world = world(.keep)
    #expect(world.refusal(of: .notify("u-lab-000", .login(" \t")))?.kind == .invalid)
    #expect(!world[1].inUse)
  }

  @Test func whatIsNeverUsedIsTreatedAsAfterALogOut() {
    let world = world(.remove, unusedAfter: .minutes(30))
    world.run(for: .minutes(29))
    #expect(world[1].isReady)
    world.run(for: .minutes(2))
    #expect(world[1].phase == .removed)
  }

  @Test func whatIsUsedIsNot() {
    let world = world(.remove, unusedAfter: .minutes(30))
    world.hear(.login("ann"), from: 1)
    world.run(for: .hours(10))
    #expect(world[1].isReady && world[1].inUse)
  }

  @Test func unusedKeepsWhereThatIsThePolicy() {
    let world = world(.keep, unusedAfter: .minutes(30))
    world.run(for: .hours(10))
    #expect(world[1].isReady && world[1].placement.holder == "ann")
  }

  @Test func unusedIsOffUnlessItIsSet() {
    let world = world(.remove)
    world.run(for: .hours(1000))
    #expect(world[1].isReady)
  }

  /// Nobody could log in to it through an engine that did not run: decision 18.
  @Test func timeWithoutAnEngineIsNotUnused() {
    let world = world(.remove, unusedAfter: .minutes(30))
    world.run(for: .minutes(20))
    world.restart(after: .hours(15))
    world.run(for: .minutes(9))
    #expect(world[1].isReady)
    world.run(for: .minutes(2))
    #expect(world[1].phase == .removed)
  }

  /// Whoever has logged out of it is gone, with or without an engine.
  @Test func theGraceOfALogOutGoesOnWithoutAnEngine() {
    let world = world(.remove)
    world.hear(.login("ann"), from: 1)
    world.hear(.logout("ann"), from: 1)
    #expect(world[1].awaitsReturn)
    world.restart(after: .hours(1))
    world.run(for: .minutes(7))
    #expect(world[1].phase == .removed)
  }

  @Test func theListOfLogInsHasABound() {
    let world = world(.remove)
    for user in 0..<(Limits.loggedInUsers + 20) { world.hear(.login("u\(user)"), from: 1) }
    #expect(world[1].loggedIn.count <= Limits.loggedInUsers && world[1].inUse)
    world.drain()
  }

  @Test func aFreeOneInUseIsAssignedAfterTheLogOut() {
    let world = World(.pool(l1: 1, max: 1))
    world.hear(.login("root"), from: 1)
    #expect(world.refusal(of: .assignFromPool("lab", user: "ann")) != nil)
    world.hear(.logout("root"), from: 1)
    world.drain()
    let free = world.numbers { $0.isSupply && $0.isReady }
    #expect(!free.isEmpty, "it, or another in its place")
    #expect(world.assign("ann").number == free.first)
  }

  /// A guest that crashed reports no log-out: nobody is logged in to its next start.
  @Test(arguments: [LogoutPolicy.keep, .remove])
  func aRestartOfTheGuestEndsLogInsAndAppliesNoPolicy(_ policy: LogoutPolicy) {
    let world = World(.pool(l1: 1, max: 3) { $0.onLogout = policy })
    world.assign("ann")
    world.drain()
    world.hear(.ready(nil, boot: "first"), from: 1)
    world.hear(.login("ann"), from: 1)
    for same in [GuestEvent.ready(nil), .ready("data"), .ready(nil, boot: "first")] {
      world.hear(same, from: 1)
      #expect(world[1].inUse, "\(same)")
    }
    world.restart()
    world.hear(.ready(nil, boot: "second"), from: 1)
    #expect(!world[1].inUse && !world[1].awaitsReturn)
    let sentence: SafeText = "it has restarted: no longer logged in: ann"
    #expect(world.journal.contains { $0.message == sentence })
    world.run(for: .hours(1))
    #expect(world.held(by: "ann")?.id == DeploymentID(1), "it was no log-out")
  }

  @Test func agentsAreHeardOnlyOfWhatExists() {
    let world = Situation.removed.world
    world.ask(.resize("lab", SizeOverrides(initial: 0, l1: 0)))
    world.drain()
    for word in [GuestEvent.ready(nil), .ip("1.2.3.4"), .login("ann"), .logout("ann")] {
      #expect(world.refusal(of: .notify("u-lab-000", word))?.kind == .notFound)
    }
  }

  @Test func anAddressOfAnAgentIsToldAndKept() {
    let world = World(.pool(l1: 1, max: 1)) { $0.givesIP = false }
    world.hear(.ip("10.0.0.9"), from: 1)
    world.drain()
    #expect(world[1].ip == "10.0.0.9")
    #expect(world.notices(of: 1).contains(.setIp("10.0.0.9")))
    world.restart()
    #expect(world[1].ip == "10.0.0.9")
  }

  @Test func theSecondUsableHolderOfAnAddressIsAnErrorThatNamesTheFirst() {
    let world = World(.pool(l1: 2, max: 3)) { $0.givesIP = false }
    world.hear(.ip("10.0.0.9"), from: 1)
    world.hear(.ip("10.0.0.9"), from: 2)
    #expect(world[2].state == .error)
    #expect(world[2].reason == "lab-000 already has its address 10.0.0.9")
    #expect(world[1].isReady)
    world.hear(.ip("localhost"), from: 1)
    world.drain()
    let last = world.numbers { $0.isReady }.last ?? 0
    #expect(last > 2, "another was made in its place")
    world.hear(.ip("127.0.0.1"), from: last)
    world.drain()
    #expect(world[last].isReady, "what runs on this machine has its address")
  }

  @Test(arguments: [("PC-1.Example", "pc-1.example."), ("2001:DB8::1", "2001:db8:0:0::1")])
  func anAddressIsOneHoweverItIsWritten(_ first: String, _ second: String) {
    let world = World(.pool(l1: 2, max: 2)) { $0.givesIP = false }
    world.hear(.ip(SafeText(first)), from: 1)
    world.hear(.ip(SafeText(second)), from: 2)
    #expect(world[1].isReady && world[2].state == .error)
  }

  /// Decision 4: nothing is removed while somebody is logged in to it.
  @Test(arguments: LogoutPolicy.allCases)
  func anErrorIsKeptFromItsLogOutOn(_ policy: LogoutPolicy) {
    let world = world(policy)
    world.hear(.login("ann"), from: 1)
    world.driver.always(.setReady, .fail(.permanent, "its disk is full"))
    world.assign("ann")
    world.run(for: .hours(3))
    #expect(world[1].state == .error && world[1].inUse)
    world.driver.heal()
    #expect(world.hear(.logout("ann"), from: 1).isAccepted)
    world.run(for: .minutes(59))
    #expect(world[1].state == .error && world[1].isGivenUp == (policy == .remove))
    world.run(for: .minutes(2))
    #expect(world[1].phase.isHistory == (policy == .remove))
    let isServed = world.held(by: "ann")?.isLetIn ?? false
    #expect(isServed == (policy == .remove), "she has asked for one")
  }

  @Test func aPoolBehindAGatewaySharesItsAddress() {
    let world = World(.pool(l1: 2, max: 2) { $0.sharedAddress = true }) { $0.givesIP = false }
    for number in [1, 2] as [Int64] { world.hear(.ip("10.0.0.9"), from: number) }
    world.drain()
    #expect(world[1].isReady && world[2].isReady)
  }

  @Test func whatIsSuspendedDoesNotHoldItsAddress() {
    let world = World(.pool(l1: 1, l2: 1, max: 2, levels: .l1AndL2)) { $0.givesIP = false }
    let (ready, saved) = (
      world.numbers { $0.placement.level == .l1 }[0], world.numbers { $0.placement.level == .l2 }[0]
    )
    world.hear(.ip("10.0.0.9"), from: saved)
    world.hear(.ip("10.0.0.9"), from: ready)
    world.drain()
    #expect(world[ready].isReady && world[saved].isReady)
    world.assign("ann")
    world.drain()
    let twins = world.numbers {
      $0.reason?.text.hasSuffix("already has its address 10.0.0.9") == true
    }
    #expect(!twins.isEmpty, "what was suspended runs now")
  }

  @Test func releaseRemovesWhateverThePolicy() {
    for policy in LogoutPolicy.allCases {
      let world = world(policy)
      #expect(world.ask(.release(DeploymentID(1))).isAccepted)
      world.drain()
      #expect(world[1].phase == .removed)
      #expect(world.assign("ann").number != 1)
    }
  }
}
