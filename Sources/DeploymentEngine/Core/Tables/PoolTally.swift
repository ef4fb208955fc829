import DeploymentInterface

/// What the planner counts of a pool's deployments beside the counts in its record.
struct PoolTally: Sendable {
  /// Preparing ones at L1, counted there, whose end is asked for.
  private(set) var endingL1 = 0
  /// The number of preparing deployments counted at L2 with a requested removal.
  private(set) var endingL2 = 0
  /// Those of the active publication in error that fill a place and that nobody was let in to.
  private(set) var failedNew = 0

  /// Adds one deployment (`by: 1`) or removes it (`by: -1`).
  mutating func add(_ key: CensusKey, by step: Int) {
    switch key.ending {
    case .l1: endingL1 += step
    case .l2: endingL2 += step
    case nil: break
    }
    if key.hasFailedNew { failedNew += step }
  }
}
