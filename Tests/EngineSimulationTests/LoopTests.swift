import DeploymentInterface
import EngineSimulation
import Testing

/// Loops that need no luck: one disturbance after the other, until a run is not met by it.
@Suite struct LoopTests {
  private struct Undisturbed {
    let commits: Int
    let calls: Int
    let outcome: [String]

    init() {
      var course = Scenario(.none)
      let complaints = course.run()
      #expect(complaints == [])
      (commits, calls, outcome) =
        (course.world.commits, course.world.driver.count, course.outcome)
    }
  }

  private func disturb(_ disturbances: [Scenario.Disturbance], _ outcome: [String]?) {
    for disturbance in disturbances {
      var course = Scenario(disturbance)
      let complaints = course.run()
      #expect(complaints.isEmpty, "\(disturbance): \(complaints.first?.text ?? "")")
      if let outcome { #expect(course.outcome == outcome, "\(disturbance)") }
    }
  }

  @Test(arguments: [
    World.CrashPoint.beforeCommit, .afterCalls(0), .afterCalls(1), .afterCalls(2),
  ])
  func whereverItDiesTheUpshotIsTheSame(_ point: World.CrashPoint) {
    let calm = Undisturbed()
    #expect(calm.commits > 60)
    disturb((1...calm.commits).map { .crash(commit: $0, point) }, calm.outcome)
  }

  @Test func whereverItDiesTwiceTheUpshotIsTheSame() {
    let calm = Undisturbed()
    let pairs = (0..<60).map { number in
      Scenario.Disturbance.crashes(
        1 + number * 7 % calm.commits, 1 + (number * 13 + 5) % calm.commits)
    }
    disturb(pairs, calm.outcome)
  }

  @Test func whicheverWriteFailsTheUpshotIsTheSame() {
    let calm = Undisturbed()
    disturb((1...calm.commits).map { .store(commit: $0) }, calm.outcome)
  }

  @Test(arguments: [
    Behaviour.fail(.transient, "busy"), .fail(.unknown, "garbage"), .fail(.permanent, "broken"),
    .hang, .slow(.seconds(70), .finish),
  ])
  func whicheverCallFailsEverythingComesToRest(_ behaviour: Behaviour) {
    let calm = Undisturbed()
    #expect(calm.calls > 30)
    disturb((1...calm.calls).map { .call($0, behaviour) }, nil)
  }

  @Test(arguments: Interleaving.Start.allCases)
  func twoRequestsInAnyOrderLeaveNothingWrong(_ start: Interleaving.Start) {
    for first in Interleaving.Asked.allCases {
      for second in Interleaving.Asked.allCases {
        for answers in 0..<4 {
          let complaints = Interleaving.complaints(start, first, answers, second)
          #expect(complaints.isEmpty, "\(complaints.first?.text ?? "")")
        }
      }
    }
  }
}
