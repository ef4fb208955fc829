public import SafeTexts

/// The readiness of a cached deployment.
public enum CacheLevel: String, Hashable, Codable, Sendable, CaseIterable {
  /// Ready to use: running and unassigned. One step from a user.
  case l1 = "L1"
  /// Almost ready, at (almost) no cost: suspended, saved or frozen. It reaches a user through L1.
  case l2 = "L2"

  /// The other level.
  public var other: CacheLevel { self == .l1 ? .l2 : .l1 }
}

/// The cache levels of a service.
public enum CacheLevels: String, Hashable, Codable, Sendable, CaseIterable {
  /// No cache: deployments are made for users only.
  case none
  /// Running deployments are kept.
  case l1 = "L1"
  /// Running and suspended deployments are kept.
  case l1AndL2 = "L1+L2"

  /// Whether deployments can be kept at this level.
  public func contains(_ level: CacheLevel) -> Bool {
    switch self {
    case .none: false
    case .l1: level == .l1
    case .l1AndL2: true
    }
  }
}

/// Whether the user who holds a deployment may come in.
public enum Admission: UInt8, Hashable, Sendable {
  /// `setReady` has not finished since the user claimed it.
  case wanted = 1
  /// `setReady` has finished since the user claimed it; with an IP the user is let in.
  case granted = 2
  /// It failed before the user was let in, or was replaced: it is nobody's any more and never
  /// becomes supply again. It can only be destroyed or forgotten.
  case givenUp = 3
}

/// The cache level or the user of a deployment. An assigned L2 deployment cannot be expressed.
public enum Placement: Hashable, Sendable {
  /// In a cache; `reservedFor` names the user who waits for it (it then counts as assigned).
  case cache(CacheLevel, reservedFor: SafeText?)
  /// Held by a user, who is let in or not yet.
  case assigned(SafeText, Admission)

  /// Just claimed by a user: `setReady` has not finished since.
  public static func assigned(_ user: SafeText) -> Placement { .assigned(user, .wanted) }

  /// The cache level; nil if it is assigned.
  public var level: CacheLevel? {
    switch self {
    case .cache(let level, _): level
    case .assigned: nil
    }
  }

  /// Who holds it or waits for it; nil where it was given up.
  public var user: SafeText? { isGivenUp ? nil : namedUser }

  /// Who holds it, waits for it or held it when it was given up.
  public var namedUser: SafeText? {
    switch self {
    case .cache(_, let user): user
    case .assigned(let user, _): user
    }
  }

  /// The user who holds it; nil in a cache, even if a user waits for it.
  public var holder: SafeText? {
    switch self {
    case .cache, .assigned(_, .givenUp): nil
    case .assigned(let user, .wanted), .assigned(let user, .granted): user
    }
  }

  /// Whether it was a user's and is nobody's any more.
  public var isGivenUp: Bool { admission == .givenUp }

  /// Whether its holder may come in; nil where nobody holds it.
  public var admission: Admission? {
    switch self {
    case .cache: nil
    case .assigned(_, let admission): admission
    }
  }

  /// The same placement with another admission of its holder; unchanged in a cache.
  public func with(_ admission: Admission) -> Placement {
    switch self {
    case .cache: self
    case .assigned(let user, _): .assigned(user, admission)
    }
  }

  /// Whether a user holds it.
  public var isAssigned: Bool {
    switch self {
    case .assigned: true
    case .cache: false
    }
  }

  /// `L1`, `L2` or `assigned`, as on the command line.
  public var word: String { level?.rawValue ?? "assigned" }
}
