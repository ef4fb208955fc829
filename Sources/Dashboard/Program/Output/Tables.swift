import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

/// The tables of the commands that read the store.
extension StoreView {
  func table(of pools: [Pool]) -> TextTable {
    var table = TextTable([
      .init("POOL"), .init("STATE"), .init("L1", isNumber: true), .init("L2", isNumber: true),
      .init("ASSIGNED", isNumber: true), .init("ERRORS", isNumber: true), .init("NOW"),
    ])
    for pool in pools {
      let sizes = pool.sizes
      let set = pool.overrides
      table.add([
        pool.name, SafeText(pool.state.rawValue),
        SafeText("\(pool.counts.l1Ready)/\(sizes.l1)\(Self.mark(set.l1))"),
        pool.traits?.cacheLevels == .l1AndL2 || pool.counts.l2 > 0
          ? SafeText("\(pool.counts.l2Ready)/\(sizes.l2)\(Self.mark(set.l2))") : "",
        SafeText("\(pool.counts.assigned) of \(sizes.max)\(Self.mark(set.max))"),
        SafeText("\(pool.counts.error)"), now(of: pool),
      ])
    }
    return table
  }

  /// The mark of a size that an operator set, as on the screen.
  private static func mark(_ size: Int?) -> String { size == nil ? "" : "*" }

  /// What a pool does, calls that fail for now first.
  func now(of pool: Pool) -> SafeText {
    guard pool.state == .active, let failing = state.failing(in: pool.id) else { return pool.now }
    return "\(failing); \(pool.now)"
  }

  func table(of deployments: [Deployment]) -> TextTable {
    var table = TextTable([
      .init("ID"), .init("NAME"), .init("POOL"), .init("PLACEMENT"), .init("STATE"),
      .init("AGE", isNumber: true), .init("USER"), .init("IP"), .init("REASON"),
    ])
    for deployment in deployments {
      let words = DeploymentWords(deployment, at: now)
      table.add([
        SafeText(deployment.id.description), deployment.name, poolName(deployment.pool) ?? "",
        words.placement, words.state, words.age, deployment.placement.user ?? "",
        deployment.ip ?? "", words.reason,
      ])
    }
    return table
  }

  /// An event as one line: the time, the subject, the message and the actor.
  func line(of event: NumberedEntry) -> String {
    let entry = event.entry
    let about = [poolName(entry.pool)?.text, entry.deployment?.description].compactMap(\.self)
    let level = entry.level == .info ? "" : "\(entry.level.rawValue): "
    let actor = entry.actor.isEmpty || entry.actor == "engine" ? "" : " (\(entry.actor))"
    return ([TimeText.local(entry.at)] + about + [level + entry.message.text + actor])
      .joined(separator: "  ")
  }
}
