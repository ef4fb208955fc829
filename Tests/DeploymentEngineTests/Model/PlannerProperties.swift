import Basics
import DeploymentEngine
import EngineSimulation
import Testing

@Suite struct PlannerProperties {
  private func worlds(_ count: Int, _ body: (ReferencePlanner) -> Void) {
    var random = SplitMix64(seed: 77)
    for _ in 0..<count {
      let maximum = random.below(7)
      let sizes = Sizes(
        initial: random.below(maximum + 1), l1: random.below(maximum + 1), l2: random.below(4),
        max: maximum)
      body(
        ReferencePlanner(
          sizes: sizes, l1: random.below(6), l2: random.below(5), assigned: random.below(5),
          leaving: random.below(4)))
    }
  }

  private func plan(_ one: ReferencePlanner) -> PoolPlan {
    var counts = PoolCounts()
    counts.l1Ready = one.l1
    counts.l2Ready = one.l2
    counts.assigned = one.assigned
    counts.removing = one.leaving
    return CachePlanner.plan(
      sizes: one.sizes, counts: counts, gates: PlannerGates(movableL2: one.l2))
  }

  @Test func decidesWhatTheRulesSay() {
    worlds(3000) { one in
      let plan = plan(one)
      let signed = plan.l1.action == .shrink ? -plan.l1.count : plan.l1.count
      #expect(signed == one.grow - one.shrink, "\(one): \(plan.l1)")
      if plan.l1.action == .grow {
        #expect(plan.l1.fromL2 == min(one.grow, one.l2), "\(one)")
        #expect(plan.l1.create == one.grow - plan.l1.fromL2, "\(one)")
      }
      if plan.l1.action == .shrink {
        #expect(plan.l1.fromL2 == min(one.shrink, max(0, one.sizes.l2 - one.l2)), "\(one)")
      }
      let moved = plan.l1.action == .grow ? -plan.l1.fromL2 : plan.l1.fromL2
      let l2 = plan.l2.action == .shrink ? -plan.l2.count : plan.l2.count
      #expect(l2 == one.sizes.l2 - (one.l2 + moved), "\(one): \(plan.l2)")
    }
  }

  @Test func planningAgainAfterDoingItChangesNothing() {
    worlds(2000) { one in
      let plan = plan(one)
      var done = one
      switch plan.l1.action {
      case .grow:
        done.l1 += plan.l1.count
        done.l2 -= plan.l1.fromL2
      case .shrink:
        done.l1 -= plan.l1.count
        done.l2 += plan.l1.fromL2
        done.leaving += plan.l1.count - plan.l1.fromL2
      case .none: break
      }
      switch plan.l2.action {
      case .grow: done.l2 += plan.l2.count
      case .shrink:
        done.l2 -= plan.l2.count
        done.leaving += plan.l2.count
      case .none: break
      }
      #expect(self.plan(done).isMet, "\(one) then \(done)")
    }
  }

  @Test func aPlanNeverTakesAPoolOverItsMaximum() {
    worlds(2000) { one in
      let plan = plan(one)
      guard plan.l1.action == .grow else { return }
      #expect(one.total + one.leaving + plan.l1.count <= one.sizes.max, "\(one)")
    }
  }
}
