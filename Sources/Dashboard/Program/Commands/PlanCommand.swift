import ArgumentParser
import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

struct PlanCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what the cache planner would do, and why. Changes nothing.",
    usage: """
      dashboard plan [--pool <pool>]
      dashboard plan [--have-l1 <number>] [--have-l2 <number>] [--assigned <number>] \
      [--initial <number>] [--l1 <number>] [--l2 <number>] [--max <number>]
      """,
    discussion: """
      Without numbers, shows the plan of each pool for now. With numbers, shows the plan for \
      them; missing numbers are 0, or the pool's own with --pool. Without --pool, no store is \
      needed then.
      """)

  @Option(help: ArgumentHelp("Only this pool.", valueName: "pool")) var pool: String?
  @Option(help: ArgumentHelp("Number of usable deployments at L1.", valueName: "number"))
  var haveL1: Int?
  @Option(help: ArgumentHelp("Number of usable deployments at L2.", valueName: "number"))
  var haveL2: Int?
  @Option(help: ArgumentHelp("Number of assigned deployments.", valueName: "number")) var assigned:
    Int?
  @Option(help: SizeHelp.initial) var initial: Int?
  @Option(help: SizeHelp.l1) var l1: Int?
  @Option(help: SizeHelp.l2) var l2: Int?
  @Option(help: SizeHelp.max) var max: Int?
  @OptionGroup var global: GlobalOptions

  private var numbers: [Int] {
    [haveL1, haveL2, assigned, initial, l1, l2, max].compactMap(\.self)
  }

  func validate() throws {
    guard numbers.allSatisfy(PoolReader.sizeRange.contains) else {
      throw ValidationError("a number must be from 0 to \(PoolReader.sizeRange.upperBound)")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let plans = try plans(context)
    if global.json {
      return try context.answer(
        .array(plans.map { ["pool": .text($0.pool), "plan": .document(of: $0.plan)] }))
    }
    try context.answer(plans.flatMap { Self.lines($0.pool, $0.plan) })
  }

  private func plans(
    _ context: CommandContext
  ) throws(CommandFailure) -> [(pool: SafeText?, plan: PoolPlan)] {
    if pool == nil, !numbers.isEmpty { return [(nil, plan(for: nil))] }
    let query = try StoreQuery(global, context)
    guard let pool else { return query.view.state.pools.map { ($0.name, $0.plan) } }
    let found = try query.pool(named: pool)
    return [(found.name, numbers.isEmpty ? found.plan : plan(for: found))]
  }

  /// The plan for the given numbers; missing numbers are those of the pool.
  private func plan(for pool: Pool?) -> PoolPlan {
    let overrides = SizeOverrides(initial: initial, l1: l1, l2: l2, max: max)
    var counts = PoolCounts()
    counts.l1Ready = haveL1 ?? pool?.counts.l1 ?? 0
    counts.l2Ready = haveL2 ?? pool?.counts.l2 ?? 0
    counts.assigned = assigned ?? pool?.counts.assigned ?? 0
    return CachePlanner.plan(
      sizes: overrides.applied(to: pool?.sizes ?? Sizes()), counts: counts,
      gates: PlannerGates(
        cacheLevels: pool?.traits?.cacheLevels ?? .l1AndL2, movableL2: counts.l2Ready))
  }

  private static func lines(_ pool: SafeText?, _ plan: PoolPlan) -> [String] {
    let name = pool.map { "\($0): " } ?? ""
    return [("L1", plan.l1), ("L2", plan.l2)].map { level, plan in
      name + (plan.because.isEmpty ? "\(level): nothing to do" : plan.because.text)
    }
  }
}
