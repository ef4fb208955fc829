/// What the planner must know of a pool besides sizes and counts.
public struct PlannerGates: Hashable, Sendable {
  /// The levels that the service can keep.
  public var cacheLevels: CacheLevels
  /// Why nothing may be created now; nil: it may.
  public var noCreation: SafeText?
  /// Why nothing may be done at all now; nil: it may.
  public var noAction: SafeText?
  /// Usable L2 items that may be moved to L1.
  public var movableL2: Int

  /// Gates from their parts.
  public init(
    cacheLevels: CacheLevels = .l1AndL2, noCreation: SafeText? = nil, noAction: SafeText? = nil,
    movableL2: Int
  ) {
    self.cacheLevels = cacheLevels
    self.noCreation = noCreation
    self.noAction = noAction
    self.movableL2 = movableL2
  }
}

/// The cache planner: sizes and counts in, decisions with their reasons out. Pure.
public enum CachePlanner {
  /// What a pool needs, the whole of it at once.
  public static func plan(sizes: Sizes, counts: PoolCounts, gates: PlannerGates) -> PoolPlan {
    PoolPlan()
  }
}
