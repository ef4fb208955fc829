public import SafeTexts

/// What the planner decided for one cache level.
public struct LevelPlan: Hashable, Codable, Sendable {
  /// The planned action.
  public enum Action: String, Hashable, Codable, Sendable {
    /// More are needed.
    case grow
    /// There is a surplus.
    case shrink
    /// The target is met, or nothing may be done.
    case none
  }

  /// The planned action.
  public var action: Action
  /// The number of deployments; 0 with `none`.
  public var count: Int
  /// With `grow` at L1: the number taken from L2. With `shrink` at L1: the number moved to L2.
  public var fromL2: Int
  /// With `grow`: the number created.
  public var create: Int
  /// The reason, in one sentence.
  public var because: SafeText
  /// Whether an outdated deployment leaves because there is no room for a new one beside it.
  public var makesRoom = false
  /// Whether a publication needs the place of the last ready deployment.
  public var waitsForRoom = false

  /// A decision with its reason.
  public init(
    _ action: Action = .none, count: Int = 0, fromL2: Int = 0, create: Int = 0,
    because: SafeText = ""
  ) {
    self.action = action
    self.count = count
    self.fromL2 = fromL2
    self.create = create
    self.because = because
  }
}

/// What the planner decided for a pool.
public struct PoolPlan: Hashable, Codable, Sendable {
  /// For L1, planned first.
  public var l1: LevelPlan
  /// For L2, planned after L1's moves.
  public var l2: LevelPlan

  /// A plan from its parts.
  public init(l1: LevelPlan = LevelPlan(), l2: LevelPlan = LevelPlan()) {
    self.l1 = l1
    self.l2 = l2
  }

  /// Whether nothing is left to do.
  public var isMet: Bool { l1.action == .none && l2.action == .none }
}
