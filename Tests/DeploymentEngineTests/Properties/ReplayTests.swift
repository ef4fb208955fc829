import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import Foundation
import Testing

/// A failing seed, told step by step: `HISTORY_SEED=75 swift test --filter ReplayTests`.
@Suite struct ReplayTests {
  static let seed = ProcessInfo.processInfo.environment["HISTORY_SEED"].flatMap(UInt64.init)

  @Test(.enabled(if: seed != nil))
  func tellsOneHistory() {
    let history = History(seed: Self.seed ?? 0) { Issue.record("\($0.checker): \($0)") }
    for step in 1...200 where history.world.complaints.isEmpty {
      let (journal, calls) = (history.world.journal.count, history.world.calls.count)
      history.run(step)
      tell(history, journal, calls)
    }
    guard history.world.complaints.isEmpty else { return }
    let (journal, calls) = (history.world.journal.count, history.world.calls.count)
    history.heal()
    history.settle()
    if history.world.complaints.isEmpty { history.judgeSettled() }
    tell(history, journal, calls)
  }

  private func tell(_ history: History, _ journal: Int, _ calls: Int) {
    let world = history.world
    print("── \(world.label)at \(world.now.moment.milliseconds)")
    for line in world.journal.dropFirst(journal) {
      let pool = line.pool.map { "\($0.number)" } ?? "-"
      print("   \(pool) \(line.deployment.map { "\($0)" } ?? "-") \(line.actor): \(line.message)")
    }
    if !world.complaints.isEmpty { world.inventory.forEach { print("   # \($0)") } }
    for (_, call) in world.calls.dropFirst(calls) {
      print("   → \(call.subject) \(call.task.map { "\($0)" } ?? "") \(call.notices)")
    }
  }
}

extension World {
  /// Everything that exists, a line each.
  var inventory: [String] {
    engine.deployments.filter(\.exists).map {
      "\($0.id) \($0.identity.name) \($0.identity.mac.map { "\($0)" } ?? "") \($0.placement) "
        + "\($0.phase) os \($0.osState) publication \($0.publication ?? 0) \($0.loggedIn)"
    } + engine.pools.map { "\($0.name) \($0.sizes) \($0.counts) \($0.plan)" }
  }
}
