public import SafeTexts

/// How ready a cached deployment is.
public enum CacheLevel: String, Hashable, Codable, Sendable, CaseIterable {
  /// Ready to use: running and unassigned. One step from a user.
  case l1 = "L1"
  /// Almost ready, costs (almost) nothing: suspended, saved or frozen. Goes through L1.
  case l2 = "L2"

  /// The other level.
  public var other: CacheLevel { self == .l1 ? .l2 : .l1 }
}

/// The cache levels that a service can keep deployments at.
public enum CacheLevels: String, Hashable, Codable, Sendable, CaseIterable {
  /// Deployments are made for users only.
  case none
  /// Running ones are kept ready.
  case l1 = "L1"
  /// Running and suspended ones are kept.
  case l1AndL2 = "L1+L2"

  /// Whether deployments may stand at this level.
  public func contains(_ level: CacheLevel) -> Bool {
    switch self {
    case .none: false
    case .l1: level == .l1
    case .l1AndL2: true
    }
  }
}

/// Where a deployment stands. An assigned L2 item cannot be expressed.
public enum Placement: Hashable, Sendable {
  /// In a cache; `reservedFor` names the user who waits for it (it then counts as assigned).
  case cache(CacheLevel, reservedFor: SafeText?)
  /// Held by a user.
  case assigned(SafeText)

  /// The cache level, where it stands in a cache.
  public var level: CacheLevel? {
    switch self {
    case .cache(let level, _): level
    case .assigned: nil
    }
  }

  /// Who holds it or waits for it.
  public var user: SafeText? {
    switch self {
    case .cache(_, let user): user
    case .assigned(let user): user
    }
  }

  /// Whether a user holds it.
  public var isAssigned: Bool {
    switch self {
    case .assigned: true
    case .cache: false
    }
  }

  /// `L1`, `L2` or `assigned`: the word of the command line.
  public var word: String { level?.rawValue ?? "assigned" }
}
