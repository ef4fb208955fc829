import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// What follows when a driver says unasked that something is not as it was left.
@Suite struct DriverNoticeTests {
  /// What is called for one that is told of, by where it rests.
  private static let looks: [(Situation, DriverTask?)] = [
    (.usableL1, .start(.setReady)), (.usableL2, .start(.moveToCache(.l2))),
    (.assigned, .start(.setReady)), (.waitingForOS, nil), (.preparing, nil),
    (.preparingForUser, nil), (.removable, nil), (.removing, nil), (.removed, nil),
    (.canceling, nil), (.canceled, nil), (.error, nil), (.errorOfUser, nil),
  ]

  @Test(arguments: looks)
  func aUsableOneIsLookedAtAndNothingElseIsTouched(_ row: (Situation, DriverTask?)) {
    let world = row.0.world
    let before = world.calls.count
    world.tell(1, "it was switched off")
    #expect(world.calls.dropFirst(before).map(\.call.task) == (row.1.map { [$0] } ?? []))
    world.drain()
    #expect(world[1].state == row.0.state)
  }

  @Test func everySituationHasARow() {
    #expect(Set(Self.looks.map(\.0)) == Set(Situation.allCases))
  }

  @Test func whatIsGoneBecomesAnErrorWithItsReason() {
    for situation in [Situation.usableL1, .usableL2, .assigned] {
      let world = situation.world
      world.driver.always(.setReady, .broken)
      world.driver.always(.moveToCache, .broken)
      world.tell(1, "it was undefined")
      world.drain()
      #expect(world[1].state == .error, "\(situation)")
      #expect(world.journal.contains { $0.message == "checking it: it was undefined" })
      #expect(world.driver.things.values.contains(.deployment(DeploymentID(1))))
    }
  }

  @Test func aLookAtL2NeverWakesIt() {
    let world = Situation.usableL2.world
    world.tell(1, "it was started")
    world.drain()
    #expect(world[1].placement == .cache(.l2, reservedFor: nil) && world[1].isReady)
    #expect(!world.calls.contains { $0.call.task == .start(.setReady) })
  }

  @Test func aThousandNoticesAreOneLookAndOneMoreAfterAPause() {
    let world = Situation.usableL1.world
    let before = world.calls.count
    for _ in 1...1000 {
      world.tell(1, "it blinks")
      world.drain()
    }
    #expect(world.calls.count == before + 1)
    world.run(for: .seconds(11))
    #expect(world.calls.count == before + 2)
    world.run(for: .minutes(10))
    #expect(world.calls.count == before + 2)
  }

  @Test func whatIsSaidDuringAnOperationIsLookedAtAfterIt() {
    let world = Starting.setReady.world
    world.tell(1, "it crashed")
    let before = world.calls.count
    world.answer(1, .finished)
    let after = world.calls.dropFirst(before).compactMap(\.call.task)
    #expect(after.first == .start(.setReady))
  }

  @Test func anotherProviderHasNothingToSayAboutIt() {
    let world = Situation.usableL1.world
    let before = world.calls.count
    world.tell(1, "it was switched off", by: "there")
    world.tell(99, "it was switched off")
    #expect(world.calls.count == before)
  }

  @Test func duringAMaintenanceItWaits() {
    let world = Situation.usableL1.world
    world.ask(.maintenance("here", true))
    let before = world.calls.count
    world.tell(1, "it was switched off")
    #expect(world.calls.count == before)
    world.ask(.maintenance("here", false))
    #expect(world.calls.dropFirst(before).map(\.call.task) == [.start(.setReady)])
  }

  @Test func whoIsThereIsLoggedInAndWhoIsNotIsLoggedOut() {
    let world = Situation.assigned.world
    world.tell(1, users: ["ann"])
    #expect(world[1].loggedIn == ["ann"])
    world.run(for: .seconds(5))
    world.tell(1, users: ["bob", "carl", ""])
    #expect(world[1].loggedIn == ["bob", "carl"])
    world.run(for: .seconds(5))
    world.tell(1, users: [])
    #expect(world[1].loggedIn == [] && world[1].state == .usable)
  }

  @Test func aThousandChangesOfUsersAreOneAndTheLatestAfterAPause() {
    let world = Situation.assigned.world
    let before = world.journal.count
    for round in 1...1000 {
      world.tell(1, users: round % 2 == 0 ? [] : ["ann"])
      world.drain()
    }
    world.tell(1, users: ["bob"])
    #expect(world.journal.count == before + 1 && world[1].loggedIn == ["ann"])
    world.run(for: .seconds(2))
    #expect(world[1].loggedIn == ["bob"])
  }

  @Test func itsReportOfUsersCountsForAnErrorToo() {
    let world = World(.pool(l1: 1, max: 2) { $0.onLogout = .remove })
    world.assign("ann")
    world.drain()
    world.tell(1, users: ["ann"])
    world.driver.always(.setReady, .fail(.permanent, "its disk is full"))
    world.assign("ann")
    world.run(for: .hours(2))
    #expect(world[1].state == .error && world[1].inUse)
    world.tell(1, users: [])
    world.run(for: .hours(2))
    #expect(world[1].phase.isHistory)
  }

  @Test func aUserWhoFollowsAnotherKeepsItInUse() {
    let world = World(.pool(l1: 1, max: 1) { $0.onLogout = .remove })
    world.assign("ann")
    world.drain()
    world.tell(1, users: ["ann"])
    world.run(for: .seconds(5))
    world.tell(1, users: ["bob"])
    #expect(world[1].state == .usable && world[1].loggedIn == ["bob"])
    world.run(for: .seconds(5))
    world.tell(1, users: [])
    world.run(for: .minutes(1))
    #expect(world[1].state == .removed)
  }
}

extension World {
  fileprivate func tell(_ number: Int64, _ sentence: SafeText, by provider: SafeText = "here") {
    let notice = DriverNotice(
      owner: "", deployment: DeploymentID(number), kind: .changed(sentence))
    step(.noticed(notice, by: provider))
  }

  fileprivate func tell(_ number: Int64, users: [SafeText]) {
    let notice = DriverNotice(owner: "", deployment: DeploymentID(number), kind: .users(users))
    step(.noticed(notice, by: "here"))
  }
}
