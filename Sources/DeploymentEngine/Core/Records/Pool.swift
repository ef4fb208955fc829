public import DeploymentInterface
public import SafeTexts

/// The sizes of a pool. `l1 ≤ max` and `initial ≤ max`; none negative.
public struct Sizes: Hashable, Codable, Sendable {
  /// Deployments (L1 and assigned together) that exist at least.
  public var initial: Int
  /// Ready ones to keep.
  public var l1: Int
  /// Suspended ones to keep.
  public var l2: Int
  /// L1 and assigned together at most.
  public var max: Int

  /// Sizes from their parts.
  public init(initial: Int = 0, l1: Int = 0, l2: Int = 0, max: Int = 0) {
    self.initial = initial
    self.l1 = l1
    self.l2 = l2
    self.max = max
  }
}

/// Sizes that an operator set at run time; they win over the configured ones until reset.
public struct SizeOverrides: Hashable, Codable, Sendable {
  /// See `Sizes`; nil leaves the configured one.
  public var initial: Int?, l1: Int?, l2: Int?, max: Int?

  /// Overrides from their parts.
  public init(initial: Int? = nil, l1: Int? = nil, l2: Int? = nil, max: Int? = nil) {
    self.initial = initial
    self.l1 = l1
    self.l2 = l2
    self.max = max
  }

  /// Nothing is overridden.
  public var isEmpty: Bool { self == SizeOverrides() }

  /// These overrides with those of `other` put over them.
  public func merged(with other: SizeOverrides) -> SizeOverrides {
    .init(
      initial: other.initial ?? initial, l1: other.l1 ?? l1, l2: other.l2 ?? l2,
      max: other.max ?? max)
  }

  /// The sizes that result.
  public func applied(to sizes: Sizes) -> Sizes {
    .init(
      initial: initial ?? sizes.initial, l1: l1 ?? sizes.l1, l2: l2 ?? sizes.l2,
      max: max ?? sizes.max)
  }
}

/// How many deployments of a pool stand where. Kept with every change, never counted anew.
public struct PoolCounts: Hashable, Sendable {
  /// L1, unreserved, usable in both states.
  public var l1Ready = 0
  /// L1, unreserved, usable, while the OS manager has not spoken.
  public var l1Waiting = 0
  /// L1, unreserved, preparing.
  public var l1Preparing = 0
  /// L2, unreserved, usable.
  public var l2Ready = 0
  /// L2, unreserved, usable, while the OS manager has not spoken.
  public var l2Waiting = 0
  /// L2, unreserved, preparing.
  public var l2Preparing = 0
  /// Assigned or reserved; preparing or usable.
  public var assigned = 0
  /// Removable, removing or canceling.
  public var removing = 0
  /// In error.
  public var error = 0
  /// Of `removing` and `error`: at L2, or in error while nothing of it exists outside. They fill no
  /// place of `max`.
  public var leavingOutsideMax = 0
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
  /// L1 and assigned together; L2 is not in it.
  public var total: Int { l1 + assigned }
  /// What was at L1 or assigned, is no longer supply and may still exist outside: counts against
  /// `max`.
  public var leaving: Int { removing + error - leavingOutsideMax }
  /// Everything that is not history.
  public var existing: Int { total + l2 + removing + error }
}

/// Why a pool does not create: too many permanent creation errors in too short a time.
public struct Restraint: Hashable, Sendable {
  /// When the last of the errors is old enough.
  public var until: Deadline
  /// The latest of the errors.
  public var reason: SafeText
  /// A restraint until then.
  public init(until: Deadline, reason: SafeText) {
    self.until = until
    self.reason = reason
  }
}

/// The one state of a pool that the command line shows; the strongest of what holds.
public enum PoolState: String, Hashable, Codable, Sendable {
  /// Creates and serves.
  case active
  /// Creates nothing, refuses new users, serves those who hold one.
  case paused
  /// Creates nothing, serves what is ready.
  case restrained
  /// Its provider is not called at all.
  case maintenance
}

/// A pool as the engine knows it: its settings, its counts and its latest plan.
public struct Pool: Hashable, Sendable {
  /// Its number.
  public let id: PoolID
  /// Its name; unique.
  public let name: SafeText
  /// The name of its provider.
  public var provider: SafeText
  /// Grows when a setting changes.
  public var revision: UInt64 = 1
  /// Whether the configuration still has it; one that left is kept, paused, while it has
  /// deployments.
  public var isConfigured = true
  /// What its service can do; nil when the driver could not make the service, `problem` says why.
  public var traits: ServiceTraits?
  /// Why it cannot be served at all.
  public var problem: SafeText?
  /// The sizes of the configuration.
  public var configuredSizes: Sizes
  /// What an operator put over them.
  public var overrides = SizeOverrides()
  /// An operator paused it.
  public var isPaused = false
  /// Its provider is in maintenance.
  public var inMaintenance = false
  /// It creates nothing until then.
  public var restraint: Restraint?
  /// Permanent errors of creations and of `setReady`, each until it no longer counts, oldest first.
  public var creationErrors: [Deadline] = []
  /// It moves nothing from L2 by itself until then, because moves fail.
  public var moveRestraint: Restraint?
  /// Permanent errors of moves from L2, each until it no longer counts, oldest first.
  public var moveErrors: [Deadline] = []
  /// Restraints in a row without a success between them; each lasts twice as long as the one before.
  public var restraints = 0
  /// Failed creations of the last 24 hours, each until it no longer counts, oldest first.
  public var failedCreations: [Deadline] = []
  /// What it creates from.
  public var activePublication: Int?
  /// How many deployments stand where.
  public var counts = PoolCounts()
  /// Users that wait for a deployment.
  public var waiting = 0
  /// What the planner decided last.
  public var plan = PoolPlan()
  /// What the engine does for it now and why, or why nothing, in one sentence.
  public var now: SafeText = ""

  /// A pool that has nothing yet.
  public init(id: PoolID, name: SafeText, provider: SafeText, sizes: Sizes) {
    self.id = id
    self.name = name
    self.provider = provider
    self.configuredSizes = sizes
  }

  /// The sizes in force.
  public var sizes: Sizes { overrides.applied(to: configuredSizes) }

  /// The strongest of what holds.
  public var state: PoolState {
    if inMaintenance { return .maintenance }
    if isPaused || !isConfigured || traits == nil { return .paused }
    return restraint == nil ? .active : .restrained
  }
}

/// A provider as the engine knows it.
public struct ProviderRecord: Hashable, Sendable {
  /// Its name; unique.
  public let name: SafeText
  /// No call is made to it.
  public var inMaintenance = false
  /// Its limits.
  public var limits: ProviderLimits
  /// Deploys and moves in `preparing` at present.
  public var preparing = 0
  /// Removals and cancels at present.
  public var removing = 0
  /// Everything that exists on it and has a record.
  public var deployments = 0
  /// What exists on it without a record, where it can list that.
  public var orphans = OrphanList()

  /// A provider with nothing on it.
  public init(name: SafeText, limits: ProviderLimits) {
    self.name = name
    self.limits = limits
  }

  /// What counts against `limits.deployments`: what has no record takes its place as well.
  public var places: Int { deployments + orphans.places }

  /// Why there is no place on it for one more; nil: there is.
  var exhaustion: SafeText? {
    guard places >= limits.deployments else { return nil }
    let without = orphans.places == 0 ? "" : " (\(orphans.places) of them orphans)"
    return SafeText(
      "provider \(name) holds \(places) of \(limits.deployments) deployments\(without); "
        + "raise limits.deployments")
  }
}


/// One prepared revision of what a pool clones.
public struct PublicationRecord: Hashable, Sendable {
  /// The pool.
  public let pool: PoolID
  /// Counts up from 1 in its pool.
  public let revision: Int
  /// Its state, and what may become of it.
  public internal(set) var machine: PublicationMachine
  /// What identifies the outside thing; held like a deployment's.
  public var name: String
  /// Why it is in error, or what the last attempt said.
  public var reason: SafeText?
  /// Deployments that stand on it.
  public var standing = 0
  /// What the driver stored.
  public var data: [UInt8] = []
  /// Its progress.
  public var progress: Progress?
  /// When it was asked for.
  public let createdAt: Timestamp
  /// When its state last changed.
  public var stateSince: Timestamp
  /// When something happens to it next.
  public var next: Deadline?

  /// A publication that has just been asked for.
  public init(pool: PoolID, revision: Int, name: String, operation: Operation, at now: Timestamp) {
    self.init(
      pool: pool, revision: revision, name: name, phase: .publishing(operation), at: now)
  }

  /// A publication in any phase, as a store has it.
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

  /// Its state, with what belongs to it.
  public var phase: PublicationPhase { machine.phase }
  /// Its state's name.
  public var state: PublicationState { phase.state }
  /// The task in flight.
  public var operation: Operation? { phase.operation }
  /// Puts it into a phase, as a store or an example has it.
  package mutating func load(_ phase: PublicationPhase) { machine = PublicationMachine(phase) }
  /// The same with its due times on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> PublicationRecord {
    var copy = self
    copy.machine = machine.mappingDeadlines(transform)
    copy.next = next.map(transform)
    return copy
  }
}
