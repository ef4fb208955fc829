import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

@testable import DashboardScreen

@Suite struct ExplanationTests {
  private static func lines(
    _ word: String, _ change: (inout StoredState) -> Void = { _ in }
  ) -> [String] {
    var state = Fixture.state
    change(&state)
    let explanation = Explanation.of(word, in: state, now: Fixture.now, zone: .utc)
    return explanation?.lines.map { "\($0.kind.rawValue) \($0.text)" } ?? []
  }

  @Test func knowsPoolsDeploymentsAndUsers() {
    #expect(Self.lines("win11").first?.hasPrefix("fact growing L1") == true)
    #expect(Self.lines("d21") == Self.lines("win11-0371"))
    #expect(Self.lines("luis").first == "heading luis holds win11-0371")
    #expect(Self.lines("nobody").isEmpty)
  }

  @Test func saysWhichGatesAreClosedForAPool() {
    let restrained = Self.lines("ubuntu-dev")
    #expect(
      restrained.contains(
        "closed restrained until 09:50:00 (in 9 m), the last error: deployForCache: no space left "
          + "on pool vms"))
    let stopped = Self.lines("win11") { state in
      state.pools[0].isPaused = true
      state.pools[0].inMaintenance = true
      state.pools[0].counts.assigned = 60
      state.pools[0].traits?.publishes = true
      state.providers[0].preparing = 15
    }
    for closed in [
      "it was paused by an operator", "provider here is in maintenance: no call is made",
      "no publication is active: publish one",
      "full: 60 at most; 71 exist, 1 of them leaving or in error",
      "provider here is busy: 15 of 15 preparing",
    ] {
      #expect(stopped.contains("closed \(closed)"), "\(closed)")
    }
  }

  @Test func saysWhatADeploymentWaitsFor() {
    let lines = Self.lines("d9")
    #expect(lines.contains("fact deployForCache is running, 3/5 done"))
    #expect(lines.contains("closed it is not usable: preparing"))
    #expect(lines.contains("next checkState at 09:41:03 (in 3 s)"))
    #expect(lines.contains("next if it is still running, it is cancelled at 10:31:00 (in 50 m)"))
  }

  @Test func saysThatAPersonMustDecide() {
    let lines = Self.lines("d21")
    #expect(lines.contains("heading Can luis be let in?"))
    #expect(lines.last?.hasPrefix("next nothing automatic: a user held it") == true)
  }

  @Test func saysThatAUserWasNeverLetIn() {
    let lines = Self.lines("luis") { state in
      for place in state.deployments.indices { state.deployments[place].wasLetIn = false }
    }
    #expect(lines.first == "heading luis was to get win11-0371")
    #expect(
      lines.last == "next nothing automatic: an operator decides (retry, destroy, forget)")
  }

  @Test func saysWhatAPoolWasSetTo() {
    let lines = Self.lines("win11") { $0.pools[0].overrides = SizeOverrides(l1: 12) }
    #expect(
      lines.contains(
        "fact an operator set l1 12 (configured: 10); `resize win11 --reset` restores them"))
  }

  @Test func saysWhichCallsFailAndWhoIsInTheCache() {
    let lines = Self.lines("win11") { state in
      for place in state.deployments.indices where state.deployments[place].id.number == 1 {
        state.deployments[place].loggedIn = ["bob"]
      }
    }
    #expect(
      lines.contains(
        "closed calls fail for now: 1 preparing, attempt 3: the hypervisor does not answer"))
    #expect(
      lines.contains(
        "closed somebody is logged in to cached deployments, so they are not given: bob"))
  }

  @Test func saysThatMovesFail() {
    let lines = Self.lines("win11") { state in
      state.pools[0].moveRestraint = Restraint(
        until: Fixture.now.deadline(in: .minutes(5)), reason: "the state file is damaged")
    }
    #expect(
      lines.contains(
        "closed moves from L2 fail, so none is made until 09:46:00 (in 5 m): the state file is "
          + "damaged"
      ))
  }

  @Test func saysThePlannersReasonIfNothingElseBlocks() {
    let lines = Self.lines("win11") { state in
      state.deployments = []
      state.pools[0].counts.l1Preparing = 0
      state.pools[0].plan.l1 = LevelPlan(because: "every name is taken; 8 of 10 ready")
    }
    #expect(lines.contains("closed every name is taken; 8 of 10 ready"))
  }

  @Test func saysThatAPoolLeft() {
    let pool = Self.lines("win11") { $0.pools[0].isConfigured = false }
    #expect(
      pool.contains(
        "closed it left the configuration: it takes no new users, and what it caches is removed"))
    let one = Self.lines("d1") { $0.pools[0].isConfigured = false }
    #expect(one.contains("closed win11 left the configuration and takes no new users"))
    #expect(
      one.last == "next nothing automatic: win11 left the configuration, so nobody gets it")
  }

  @Test func saysWhatIsMissing() {
    let noAddress = Self.lines("d22") { state in
      for place in state.deployments.indices { state.deployments[place].ip = nil }
    }
    #expect(noAddress.last == "next nothing automatic: it has no IP, so mei cannot be let in")
    let used = Self.lines("d1") { $0.deployments[0].loggedIn = ["bob"] }
    #expect(used.last == "next nothing automatic: it is not given to anybody until bob logs out")
    let again = Self.lines("d22") { state in
      for place in state.deployments.indices where state.deployments[place].id.number == 22 {
        state.deployments[place].load(
          .usable(
            Operation(
              .setReady, failures: 4,
              deadline: Fixture.now.deadline(in: .minutes(5)))))
      }
    }
    #expect(again.contains("closed it is being made ready, attempt 5"))
    let resting = Self.lines("d1") { state in
      state.deployments[0].load(.removable)
      state.pools[0].inMaintenance = true
    }
    #expect(
      resting.contains("fact provider here is in maintenance: it is removed after that"))
    #expect(resting.last == "next it is removed after the maintenance of here")
  }

  @Test func asksForNoOSManagerWhereThereIsNone() {
    let without = Self.lines("d9") { state in
      state.pools[0].traits?.waitsForOS = false
    }
    #expect(!without.contains { $0.contains("OS manager") })
    let with = Self.lines("d9") { state in
      state.pools[0].traits?.waitsForOS = true
    }
    #expect(with.contains("closed the OS manager has not reported ready"))
  }

  @Test func saysWhenAUserGivesUp() {
    let lines = Self.lines("eva") { state in
      state.waiters = [
        WaitingUser(
          pool: Fixture.kiosk, user: "bob",
          promise: Promise(position: 1, patience: Fixture.now.deadline(in: .minutes(9)))),
        WaitingUser(
          pool: Fixture.kiosk, user: "eva",
          promise: Promise(position: 2, patience: Fixture.now.deadline(in: .minutes(10)))),
      ]
    }
    #expect(
      lines.prefix(3) == [
        "heading eva waits in kiosk", "fact place 2 of 2 in the queue",
        "next the wait ends at 09:51:00 (in 10 m)",
      ])
  }

  @Test func tellsOfAWaitingRequestAndOfPatience() {
    let lines = Self.lines("d1") { state in
      state.deployments[0].pending = PendingRequest(
        key: RequestKey("k"), actor: "tom", verb: .destroy,
        due: Fixture.now.deadline(in: .seconds(4)))
      state.deployments[0].guest = .silent
      state.deployments[0].stateDeadline = Fixture.now.deadline(in: .hours(1))
    }
    #expect(lines.contains("closed tom requested destroy"))
    #expect(
      lines.contains("next destroy takes effect at 09:41:04 (in 4 s) and can be undone until then"))
    #expect(
      lines.contains(
        "next if the OS manager has not reported ready, it is removed at 10:41:00 (in 1 h)"))
  }

  /// Every deployment that is not history has something to say about what comes next.
  @Test func alwaysSaysWhatHappensNext() {
    for deployment in Fixture.deployments {
      let lines = Self.lines("\(deployment.id)")
      #expect(lines.contains { $0.hasPrefix("next ") })
    }
  }
}
