public import DeploymentInterface
public import SafeTexts

/// The sizes of a pool. `l1 ≤ max` and `initial ≤ max`; none negative.
public struct Sizes: Hashable, Codable, Sendable {
  /// The minimum number of deployments (L1 and assigned together).
  public var initial: Int
  /// The number of ready deployments to keep.
  public var l1: Int
  /// The number of suspended deployments to keep.
  public var l2: Int
  /// The maximum of L1 and assigned deployments together.
  public var max: Int

  /// Sizes from their parts.
  public init(initial: Int = 0, l1: Int = 0, l2: Int = 0, max: Int = 0) {
    self.initial = initial
    self.l1 = l1
    self.l2 = l2
    self.max = max
  }
}

/// Sizes that an operator set at run time; they override the configured ones until reset.
public struct SizeOverrides: Hashable, Codable, Sendable {
  /// See `Sizes`; nil keeps the configured one.
  public var initial: Int?, l1: Int?, l2: Int?, max: Int?

  /// Overrides from their parts.
  public init(initial: Int? = nil, l1: Int? = nil, l2: Int? = nil, max: Int? = nil) {
    self.initial = initial
    self.l1 = l1
    self.l2 = l2
    self.max = max
  }

  /// Whether nothing is overridden.
  public var isEmpty: Bool { self == SizeOverrides() }

  /// These overrides, with those of `other` taking precedence.
  public func merged(with other: SizeOverrides) -> SizeOverrides {
    .init(
      initial: other.initial ?? initial, l1: other.l1 ?? l1, l2: other.l2 ?? l2,
      max: other.max ?? max)
  }

  /// The resulting sizes.
  public func applied(to sizes: Sizes) -> Sizes {
    .init(
      initial: initial ?? sizes.initial, l1: l1 ?? sizes.l1, l2: l2 ?? sizes.l2,
      max: max ?? sizes.max)
  }
}

/// The number of deployments of a pool by level and state. Updated with every change, never
/// recounted.
public struct PoolCounts: Hashable, Sendable {
  /// L1, unreserved, usable in both states.
  public var l1Ready = 0
  /// L1, unreserved, usable, waiting for the OS manager.
  public var l1Waiting = 0
  /// L1, unreserved, preparing.
  public var l1Preparing = 0
  /// L2, unreserved, usable.
  public var l2Ready = 0
  /// L2, unreserved, usable, waiting for the OS manager.
  public var l2Waiting = 0
  /// L2, unreserved, preparing.
  public var l2Preparing = 0
  /// Assigned, reserved, or in a cache while a user is logged in; preparing or usable.
  public var assigned = 0
  /// Removable, removing or canceling.
  public var removing = 0
  /// In error.
  public var error = 0
  /// Of `removing` and `error`: at L2, or in error while nothing of it exists outside. They fill no
  /// place of `max`.
  public var leavingOutsideMax = 0
  /// Of `error`: those of which nothing exists outside. They fill no place of the provider.
  public var absent = 0
  /// Of L1 above: made from a publication that is no longer the active one.
  public var l1Outdated = 0
  /// Of L2 above: made from a publication that is no longer the active one.
  public var l2Outdated = 0
  /// Of `l1Ready`: made from a publication that is no longer the active one.
  public var l1ReadyOutdated = 0
  /// Of `l2Ready`: made from a publication that is no longer the active one.
  public var l2ReadyOutdated = 0

  /// A pool without deployments.
  public init() {}

  /// All at L1 that count as supply.
  public var l1: Int { l1Ready + l1Waiting + l1Preparing }
  /// All at L2 that count as supply.
  public var l2: Int { l2Ready + l2Waiting + l2Preparing }
  /// L1 and assigned together, without L2.
  public var total: Int { l1 + assigned }
  /// What was at L1 or assigned, is no longer supply and may still exist outside: counts against
  /// `max`.
  public var leaving: Int { removing + error - leavingOutsideMax }
  /// Everything that is not history.
  public var existing: Int { total + l2 + removing + error }
  /// What fills a place of the provider.
  public var places: Int { existing - absent }
}

/// Why a pool does not create deployments: repeated permanent errors, or the back-off of its
/// provider.
public struct Restraint: Hashable, Sendable {
  /// When the restraint ends.
  public var until: Deadline
  /// The latest error.
  public var reason: SafeText
  /// A restraint until a deadline.
  public init(until: Deadline, reason: SafeText) {
    self.until = until
    self.reason = reason
  }
}

/// The state of a pool as it is shown: the strongest that applies.
public enum PoolState: String, Hashable, Codable, Sendable {
  /// Creates and serves.
  case active
  /// Creates nothing, refuses new users, serves users who hold a deployment.
  case paused
  /// Creates nothing, serves what exists: see `Engine.serve` and `Engine.creationGate`.
  case restrained
  /// Its provider is not called at all.
  case maintenance
}

/// The record of a pool: its settings, its counts and its latest plan.
public struct Pool: Hashable, Sendable {
  /// Its number.
  public let id: PoolID
  /// Its name; unique.
  public let name: SafeText
  /// The name of its provider.
  public var provider: SafeText
  /// Grows when a setting changes.
  public var revision: UInt64 = 1
  /// Whether it is still in the configuration; a pool that is not is kept, paused, while it has
  /// deployments.
  public var isConfigured = true
  /// What its service can do; nil if the driver could not make the service, see `problem`.
  public var traits: ServiceTraits?
  /// Why the pool has no service.
  public var problem: SafeText?
  /// The configured sizes.
  public var configuredSizes: Sizes
  /// The sizes that an operator set over them.
  public var overrides = SizeOverrides()
  /// Whether an operator paused it.
  public var isPaused = false
  /// Whether its provider is in maintenance.
  public var inMaintenance = false
  /// The restraint in force, if any.
  public var restraint: Restraint?
  /// Permanent errors of creations and of `setReady`, each until it no longer counts, oldest first.
  public var creationErrors: [Deadline] = []
  /// It moves nothing from L2 by itself until then, because moves fail.
  public var moveRestraint: Restraint?
  /// Permanent errors of moves from L2, each until it no longer counts, oldest first.
  public var moveErrors: [Deadline] = []
  /// Restraints in a row without a success; each lasts twice as long as the one before.
  public var restraints = 0
  /// Failed creations of the last 24 hours, each until it no longer counts, oldest first.
  public var failedCreations: [Deadline] = []
  /// What it creates from.
  public var activePublication: Int?
  /// The number of its deployments by level and state.
  public var counts = PoolCounts()
  /// The number of users who wait for a deployment.
  public var waiting = 0
  /// The latest plan.
  public var plan = PoolPlan()
  /// How many places of its provider are its own until its publication is rolled out; 0 unless an
  /// outdated deployment left to make room for a new one. See `placesKept`.
  public var placesUntilRenewed = 0
  /// What the engine does for it now and why, or why it does nothing, in one sentence.
  public var now: SafeText = ""

  /// A pool without deployments.
  public init(id: PoolID, name: SafeText, provider: SafeText, sizes: Sizes) {
    self.id = id
    self.name = name
    self.provider = provider
    self.configuredSizes = sizes
  }

  /// The sizes in force.
  public var sizes: Sizes { overrides.applied(to: configuredSizes) }

  /// Ends its restraints, and forgets the failures that led to them.
  mutating func forgetFailures() {
    (restraint, moveRestraint, restraints) = (nil, nil, 0)
    (creationErrors, failedCreations, moveErrors) = ([], [], [])
  }

  /// The strongest state that applies.
  public var state: PoolState {
    if inMaintenance { return .maintenance }
    if isPaused || !isConfigured || traits == nil { return .paused }
    return restraint == nil ? .active : .restrained
  }
}

/// The record of a provider.
public struct ProviderRecord: Hashable, Sendable {
  /// Its name; unique.
  public let name: SafeText
  /// Whether it is in maintenance: no call is made to it.
  public var inMaintenance = false
  /// Its limits.
  public var limits: ProviderLimits
  /// Deploys and moves in `preparing` at present.
  public var preparing = 0
  /// Removals and cancels at present.
  public var removing = 0
  /// Resources on it that have a record.
  public var deployments = 0
  /// When its maintenance began, as a due time of a century later, because due times are what a
  /// store keeps of the monotonic clock; nil: it is in none.
  public var maintenance: Deadline?
  /// Calls to it that hang inside the engine's process. They take no places; where as many hang as
  /// `limits.preparing`, nothing new is prepared.
  public var hung = 0
  /// Its orphans, if it can list its resources.
  public var orphans = OrphanList()

  /// A provider with nothing on it.
  public init(name: SafeText, limits: ProviderLimits) {
    self.name = name
    self.limits = limits
  }

  /// When its maintenance began; nil: it is in none.
  public var maintenanceBegan: Moment? { maintenance.map { $0.at - $0.length } }

  /// The number that counts against `limits.deployments`; orphans take places as well.
  public var places: Int { deployments + orphans.places }

  /// Whether a deploy or a move can begin. What no user waits for leaves one of three or more
  /// places free: where a platform is slow, the caches would hold all of them for as long as it
  /// takes, and users of pools that work would wait for them.
  public func hasRoomToPrepare(forUser: Bool) -> Bool {
    let kept = limits.preparing >= 3 && !forUser ? 1 : 0
    return max(preparing, hung) < limits.preparing - kept
  }

  /// Whether not even a removal is begun, because each call that hangs keeps a thread.
  var hangs: Bool { hung >= limits.preparing + limits.removing }

  /// How many places are taken, for a sentence that says why something has no room to be prepared.
  public var preparingText: String {
    let hasRoom = max(preparing, hung) < limits.preparing
    let kept = hasRoom ? ", one place is kept for waiting users" : ""
    let calls = hung == 0 ? "" : ", \(hung) \(hung == 1 ? "call hangs" : "calls hang")"
    return "\(preparing) of \(limits.preparing) preparing\(calls)\(kept)"
  }

  /// Why it has no place for another deployment; nil if it has one.
  var exhaustion: SafeText? {
    guard places >= limits.deployments else { return nil }
    let without = orphans.places == 0 ? "" : " (\(orphans.places) of them orphans)"
    return SafeText(
      "provider \(name) holds \(places) of \(limits.deployments) deployments\(without); "
        + "raise limits.deployments")
  }
}

/// One revision of the image that a pool clones.
public struct PublicationRecord: Hashable, Sendable {
  /// The pool.
  public let pool: PoolID
  /// Counts up from 1 in its pool.
  public let revision: Int
  /// Its state and the transitions from it.
  public internal(set) var machine: PublicationMachine
  /// The name of its resource on the provider; held like a deployment's.
  public var name: String
  /// Why it is in error, or the reason that the last attempt gave.
  public var reason: SafeText?
  /// The data that the driver stored.
  public var data: [UInt8] = []
  /// Its progress.
  public var progress: Progress?
  /// When it was requested.
  public let createdAt: Timestamp
  /// When its state last changed.
  public var stateSince: Timestamp
  /// When its next action is due; nil if none is planned.
  public var nextActionAt: Deadline?
  /// It may take the place of the pool's last ready deployment.
  public var isForced = false

  /// A publication that was just requested.
  public init(pool: PoolID, revision: Int, name: String, operation: Operation, at now: Timestamp) {
    self.init(
      pool: pool, revision: revision, name: name, phase: .publishing(operation), at: now)
  }

  /// A publication in any phase, as a store contains it.
  public init(
    pool: PoolID, revision: Int, name: String, phase: PublicationPhase, at now: Timestamp
  ) {
    self.pool = pool
    self.revision = revision
    self.name = name
    machine = PublicationMachine(phase)
    self.createdAt = now
    self.stateSince = now
  }

  /// Its state with its data.
  public var phase: PublicationPhase { machine.phase }
  /// Its state's name.
  public var state: PublicationState { phase.state }
  /// The running operation.
  public var operation: Operation? { phase.operation }
  /// Sets the phase, for a loaded record or an example.
  package mutating func load(_ phase: PublicationPhase) { machine = PublicationMachine(phase) }
  /// The same publication with its due times on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> PublicationRecord {
    var copy = self
    copy.machine = machine.mappingDeadlines(transform)
    copy.nextActionAt = nextActionAt.map(transform)
    return copy
  }
}
