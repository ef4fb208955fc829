import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

@testable import DashboardKit

/// When an act has ended, and how.
@Suite struct ActWaitTests {
  private static let now = EngineTime(
    moment: Moment(milliseconds: 0), utc: Timestamp(milliseconds: 1_767_258_000_000))
  private static let operation = Operation(
    .destroy, deadline: Deadline(from: now.moment, length: .hours(1)))

  struct Row: Sendable, CustomTestStringConvertible {
    let goal: Act.Goal
    let phase: Phase?
    let expected: ActResult.Outcome
    init(_ goal: Act.Goal, _ phase: Phase?, _ expected: ActResult.Outcome) {
      self.goal = goal
      self.phase = phase
      self.expected = expected
    }
    var testDescription: String { "\(goal) \(String(describing: phase?.state)) \(expected)" }
  }

  private func view(
    _ phase: Phase?, id: Int64 = 1, _ change: (inout Deployment) -> Void = { _ in }
  ) -> StoreView {
    var state = StoredState()
    state.pools = [Pool(id: PoolID(1), name: "lab", provider: "here", sizes: Sizes())]
    if let phase {
      var deployment = Deployment(
        id: DeploymentID(id), pool: PoolID(1), identity: Identity(name: "lab-000"),
        placement: .cache(.l1, reservedFor: nil), phase: phase, guest: .ready(),
        publication: nil, because: "", at: Self.now.utc)
      change(&deployment)
      state.deployments = [deployment]
    }
    return StoreView(state, at: Self.now)
  }

  private func accepted(_ goal: Act.Goal, about id: Int64? = 1) -> ActResult {
    ActResult(
      Act(argument: "lab", verb: { _ throws(LookupFailure) in .pause("lab") }, goal: goal),
      .accepted, "", deployment: id.map(DeploymentID.init)
    )
  }

  @Test(arguments: [
    Row(.answered, .preparing(operation), .done),
    Row(.gone, .removing(operation), .accepted),
    Row(.gone, .removable, .accepted),
    Row(.gone, .canceling(operation), .accepted),
    Row(.gone, .removed, .done),
    Row(.gone, .canceled, .done),
    Row(.gone, nil, .done),
    Row(.gone, .error(Failed(.destroy, .permanent)), .failed),
    Row(.usable, .preparing(operation), .accepted),
    Row(.usable, .usable(operation), .accepted),
    Row(.usable, .usable(nil), .done),
    Row(.usable, .removed, .failed),
    Row(.usable, nil, .failed),
    Row(.usable, .error(Failed(.setReady, .permanent)), .failed),
    Row(.ended, .preparing(operation), .accepted),
    Row(.ended, .usable(nil), .done),
    Row(.ended, .removed, .done),
    Row(.ended, .error(Failed(.destroy, .permanent)), .failed),
  ])
  func judgesByTheState(_ row: Row) {
    let result = CompletionWaiter.judge(accepted(row.goal), view(row.phase))
    #expect(result.outcome == row.expected)
  }

  @Test func aUserIsLetInOnlyWithAnAddressAndAfterSetReady() {
    let goal = Act.Goal.letIn(user: "eva", target: "lab")
    func judge(_ change: (inout Deployment) -> Void) -> ActResult.Outcome {
      let view = view(.usable(nil)) { deployment in
        deployment.placement = .assigned("eva", .granted)
        deployment.ip = "10.0.0.1"
        change(&deployment)
      }
      return CompletionWaiter.judge(accepted(goal, about: nil), view).outcome
    }
    #expect(judge { _ in } == .done)
    #expect(judge { $0.ip = nil } == .accepted)
    #expect(judge { $0.placement = .assigned("eva", .wanted) } == .accepted)
    #expect(judge { $0.guest = .silent } == .accepted)
    #expect(judge { $0.placement = .cache(.l1, reservedFor: "eva") } == .accepted)
    #expect(judge { $0.load(.error(Failed(.setReady, .permanent))) } == .failed)
    #expect(judge { $0.placement = .assigned("luis") } == .failed)
  }

  /// Decision 5: who comes back to one that is out of reach waits until it is back.
  @Test func whoseOwnIsOutOfReachWaitsForIt() {
    func judge(_ failure: FailureClass, _ promise: Promise?) -> ActResult.Outcome {
      let view = view(.error(Failed(.setReady, failure))) {
        $0.placement = .assigned("eva", .wanted)
        $0.promise = promise
      }
      let goal = Act.Goal.letIn(user: "eva", target: "lab")
      return CompletionWaiter.judge(accepted(goal, about: nil), view).outcome
    }
    #expect(judge(.gone, Promise(position: 1)) == .accepted)
    #expect(judge(.gone, nil) == .failed)
    #expect(judge(.permanent, Promise(position: 1)) == .failed)
  }

  @Test func whatIsLeavingIsNoLongerItsUsers() {
    var state = view(.removing(Self.operation)) { $0.placement = .assigned("eva", .granted) }.state
    let next = view(.usable(nil), id: 2) {
      $0.placement = .assigned("eva", .granted)
      $0.ip = "10.0.0.2"
    }
    let goal = Act.Goal.letIn(user: "eva", target: "lab")
    let act = accepted(goal, about: nil)
    #expect(CompletionWaiter.judge(act, StoreView(state, at: Self.now)).outcome == .failed)
    state.deployments += next.state.deployments
    let result = CompletionWaiter.judge(act, StoreView(state, at: Self.now))
    #expect(result.outcome == .done && result.deployment == DeploymentID(2))
  }

  /// Decision 21: the publication is active before anything stands on it.
  @Test func aPublicationHasRolledOutWhenOneStandsReadyAtEachLevel() {
    func judge(
      revision: Int?, l2: Int = 0, _ change: (inout Pool) -> Void = { _ in }
    ) -> ActResult {
      var state = view(revision.map { _ in .usable(nil) }) { $0.publication = revision }.state
      state.pools[0].traits = ServiceTraits(cacheLevels: .l1AndL2, publishes: true)
      state.pools[0].configuredSizes = Sizes(l1: 1, l2: l2, max: 2)
      state.pools[0].now = "growing"
      change(&state.pools[0])
      state.publications = [
        PublicationRecord(
          pool: PoolID(1), revision: 2, name: "p2", phase: .active, at: Self.now.utc)
      ]
      return CompletionWaiter.judge(
        accepted(.published(pool: "lab"), about: nil), StoreView(state, at: Self.now))
    }
    #expect(judge(revision: 2).outcome == .done)
    #expect(judge(revision: 1).outcome == .accepted)
    #expect(judge(revision: nil).reason == "publication 2 of lab is active; lab: growing")
    #expect(judge(revision: nil).isHeldUp, "nothing is under way")
    #expect(!judge(revision: nil) { $0.plan.l1 = LevelPlan(.grow, count: 1, create: 1) }.isHeldUp)
    #expect(!judge(revision: nil) { $0.counts.removing = 1 }.isHeldUp)
    #expect(judge(revision: 2, l2: 1).outcome == .accepted)
    #expect(judge(revision: nil) { $0.configuredSizes.l1 = 0 }.outcome == .done)
    #expect(judge(revision: nil) { $0.isPaused = true }.isHeldUp)
    let until = Deadline(from: Self.now.moment, length: .hours(1))
    let failed = judge(revision: nil) { $0.restraint = Restraint(until: until, reason: "no disk") }
    #expect(failed.outcome == .failed)
    #expect(failed.reason == "publication 2 of lab is active, but lab is restrained: no disk")
  }

  @Test func whoStillWaitsIsNotGivenUp() {
    var state = view(nil).state
    state.waiters = [
      WaitingUser(
        pool: PoolID(1), user: "eva", promise: Promise(position: 1))
    ]
    let goal = Act.Goal.letIn(user: "eva", target: "lab")
    let result = CompletionWaiter.judge(accepted(goal, about: nil), StoreView(state, at: Self.now))
    #expect(result.outcome == .accepted)
  }

  @Test(arguments: [
    (PublicationPhase.publishing(operation), ActResult.Outcome.accepted), (.active, .done),
    (.error(.publish), .failed), (.removing(operation), .failed), (.removed, .failed),
  ])
  func aPublicationHasEndedWhenItIsActive(
    _ publication: PublicationPhase, _ expected: ActResult.Outcome
  ) {
    var state = view(nil).state
    let old = PublicationRecord(
      pool: PoolID(1), revision: 1, name: "p1", phase: .active, at: Self.now.utc)
    let new = PublicationRecord(
      pool: PoolID(1), revision: 2, name: "p2", phase: publication, at: Self.now.utc)
    state.publications = [old, new]
    let result = CompletionWaiter.judge(
      accepted(.published(pool: "lab"), about: nil), StoreView(state, at: Self.now))
    #expect(result.outcome == expected)
  }
}
