import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// Sizes and counts as `dashboard plan` takes them: all of them usable.
struct PlanCase: CustomTestStringConvertible {
  var says: String
  var sizes: Sizes
  var l1 = 0
  var l2 = 0
  var assigned = 0
  var leaving = 0
  var levels = CacheLevels.l1AndL2
  var noCreation: SafeText?
  var wantL1: LevelPlan
  var wantL2 = LevelPlan()

  var testDescription: String { says }
  var counts: PoolCounts {
    var counts = PoolCounts()
    counts.l1Ready = l1
    counts.l2Ready = l2
    counts.assigned = assigned
    counts.removing = leaving
    return counts
  }
  var gates: PlannerGates {
    PlannerGates(cacheLevels: levels, noCreation: noCreation, movableL2: l2)
  }
}

extension LevelPlan {
  static func growing(_ count: Int, fromL2: Int = 0) -> LevelPlan {
    LevelPlan(.grow, count: count, fromL2: fromL2, create: count - fromL2)
  }
  static func shrinking(_ count: Int, intoL2: Int = 0) -> LevelPlan {
    LevelPlan(.shrink, count: count, fromL2: intoL2)
  }
  static let nothing = LevelPlan()

  /// The same decision, whatever the reason.
  func decides(_ other: LevelPlan) -> Bool {
    action == other.action && count == other.count && fromL2 == other.fromL2
      && create == other.create
  }
}

@Suite struct PlannerTests {
  static let growth: [PlanCase] = [
    PlanCase(says: "an empty pool of size nothing", sizes: Sizes(), wantL1: .nothing),
    PlanCase(
      says: "the whole need at once", sizes: Sizes(l1: 5, max: 40), wantL1: .growing(5)),
    PlanCase(
      says: "initial alone", sizes: Sizes(initial: 4, l1: 0, max: 40), wantL1: .growing(4)),
    PlanCase(
      says: "initial beyond l1", sizes: Sizes(initial: 4, l1: 2, max: 40), l1: 1,
      wantL1: .growing(3)),
    PlanCase(
      says: "assigned ones count for initial", sizes: Sizes(initial: 4, l1: 2, max: 40), l1: 1,
      assigned: 2, wantL1: .growing(1)),
    PlanCase(
      says: "l1 is kept beside any number of assigned", sizes: Sizes(l1: 3, max: 40), l1: 1,
      assigned: 20, wantL1: .growing(2)),
    PlanCase(
      says: "never over max", sizes: Sizes(l1: 5, max: 7), l1: 1, assigned: 4,
      wantL1: .growing(2)),
    PlanCase(
      says: "what leaves counts against max", sizes: Sizes(l1: 5, max: 7), l1: 1, assigned: 4,
      leaving: 1, wantL1: .growing(1)),
    PlanCase(
      says: "full stops growth", sizes: Sizes(l1: 5, max: 7), l1: 1, assigned: 4, leaving: 2,
      wantL1: .nothing),
    PlanCase(
      says: "more leaving than room", sizes: Sizes(l1: 5, max: 7), l1: 1, assigned: 4,
      leaving: 9, wantL1: .nothing),
    PlanCase(
      says: "what leaves is no supply", sizes: Sizes(l1: 2, max: 40), leaving: 2,
      wantL1: .growing(2)),
    PlanCase(
      says: "the oldest of L2 first, and L2 is planned after it",
      sizes: Sizes(l1: 3, l2: 2, max: 40), l2: 2, wantL1: .growing(3, fromL2: 2),
      wantL2: .growing(2)),
    PlanCase(
      says: "only as many from L2 as are needed", sizes: Sizes(l1: 3, l2: 5, max: 40), l1: 2,
      l2: 5, wantL1: .growing(1, fromL2: 1), wantL2: .growing(1)),
    PlanCase(
      says: "growth of L1 takes the overflow of L2", sizes: Sizes(l1: 3, l2: 1, max: 40), l1: 1,
      l2: 3, wantL1: .growing(2, fromL2: 2)),
    PlanCase(
      says: "L2 is not in T", sizes: Sizes(l1: 3, l2: 9, max: 3), l1: 3, l2: 2,
      wantL1: .nothing, wantL2: .growing(7)),
    PlanCase(
      says: "a service without L2 has none", sizes: Sizes(l1: 3, l2: 9, max: 9), levels: .l1,
      wantL1: .growing(3)),
    PlanCase(
      says: "a service without a cache has none", sizes: Sizes(l1: 3, l2: 9, max: 9),
      levels: .none, wantL1: .nothing),
  ]

  static let shrinking: [PlanCase] = [
    PlanCase(
      says: "more than l1", sizes: Sizes(l1: 2, max: 40), l1: 5, wantL1: .shrinking(3)),
    PlanCase(
      says: "not below initial", sizes: Sizes(initial: 4, l1: 2, max: 40), l1: 5,
      wantL1: .shrinking(1)),
    PlanCase(
      says: "at initial nothing shrinks", sizes: Sizes(initial: 5, l1: 2, max: 40), l1: 5,
      wantL1: .nothing),
    PlanCase(
      says: "assigned ones hold up initial", sizes: Sizes(initial: 5, l1: 2, max: 40), l1: 4,
      assigned: 3, wantL1: .shrinking(2)),
    PlanCase(
      says: "over max shrinks below l1", sizes: Sizes(l1: 5, max: 6), l1: 5, assigned: 4,
      wantL1: .shrinking(3)),
    PlanCase(
      says: "never more than there are", sizes: Sizes(l1: 5, max: 6), l1: 2, assigned: 9,
      wantL1: .shrinking(2)),
    PlanCase(
      says: "assigned ones alone never shrink", sizes: Sizes(l1: 5, max: 6), assigned: 9,
      wantL1: .nothing),
    PlanCase(
      says: "into L2 while L2 is short", sizes: Sizes(l1: 1, l2: 2, max: 40), l1: 5, l2: 1,
      wantL1: .shrinking(4, intoL2: 1)),
    PlanCase(
      says: "L2 is planned after what comes from L1", sizes: Sizes(l1: 1, l2: 3, max: 40), l1: 2,
      l2: 1, wantL1: .shrinking(1, intoL2: 1), wantL2: .growing(1)),
    PlanCase(
      says: "nothing into L2 where the service has none", sizes: Sizes(l1: 1, l2: 2, max: 40),
      l1: 3, levels: .l1, wantL1: .shrinking(2)),
    PlanCase(
      says: "L2 beyond l2", sizes: Sizes(l1: 0, l2: 1, max: 40), l2: 4, wantL1: .nothing,
      wantL2: .shrinking(3)),
    PlanCase(
      says: "what leaves does not shrink anything", sizes: Sizes(l1: 2, max: 4), l1: 2,
      assigned: 2, leaving: 3, wantL1: .nothing),
  ]

  @Test(arguments: growth) func grows(_ one: PlanCase) { check(one) }
  @Test(arguments: shrinking) func shrinks(_ one: PlanCase) { check(one) }

  private func check(_ one: PlanCase) {
    let plan = CachePlanner.plan(sizes: one.sizes, counts: one.counts, gates: one.gates)
    #expect(plan.l1.decides(one.wantL1), "L1: \(plan.l1)")
    #expect(plan.l2.decides(one.wantL2), "L2: \(plan.l2)")
    for level in [plan.l1, plan.l2] where level.action != .none {
      #expect(!level.because.isEmpty)
    }
  }

  @Test func whereNothingMayBeCreatedL1StillTakesFromL2() {
    let one = PlanCase(
      says: "", sizes: Sizes(l1: 3, l2: 2, max: 40), l2: 2, noCreation: "restrained",
      wantL1: .nothing)
    let plan = CachePlanner.plan(sizes: one.sizes, counts: one.counts, gates: one.gates)
    #expect(plan.l1.fromL2 == 2)
    #expect(plan.l1.create == 0 && plan.l2.create == 0)
    #expect(plan.l1.because.text.contains("restrained"))
  }

  @Test func whereNothingMayBeCreatedItStillShrinks() {
    let one = PlanCase(
      says: "", sizes: Sizes(l1: 1, l2: 1, max: 40), l1: 3, l2: 2, noCreation: "paused",
      wantL1: .nothing)
    let plan = CachePlanner.plan(sizes: one.sizes, counts: one.counts, gates: one.gates)
    #expect(plan.l1.decides(.shrinking(2)) && plan.l2.decides(.shrinking(1)))
  }

  @Test func whereNothingMayBeDoneNothingIsPlannedAndThePlanSaysWhy() {
    var gates = PlannerGates(movableL2: 0)
    gates.noAction = "its provider is in maintenance"
    let plan = CachePlanner.plan(
      sizes: Sizes(l1: 3, l2: 2, max: 40), counts: PoolCounts(), gates: gates)
    #expect(plan.l1.action == .none && plan.l2.action == .none && plan.isMet)
    #expect(plan.l1.because.text.contains("maintenance"))
  }
}
