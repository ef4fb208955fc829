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
      "full: 71 of 60 exist, 1 of them leaving or in error",
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
