public import DeploymentInterface
public import SafeTexts

/// A request that waits for its not-before time; `undo` takes it back.
public struct PendingRequest: Hashable, Sendable {
  /// The key of the request.
  public var key: RequestKey
  /// Who made the request.
  public var actor: SafeText
  /// The request; only cancel, destroy and release can wait.
  public var verb: GracefulVerb
  /// When it is carried out.
  public var due: Deadline

  /// A request with its time.
  public init(key: RequestKey, actor: SafeText, verb: GracefulVerb, due: Deadline) {
    self.key = key
    self.actor = actor
    self.verb = verb
    self.due = due
  }
}

/// The requests to which a grace time applies.
public enum GracefulVerb: UInt8, Hashable, Sendable {
  /// See the verbs of the same name.
  case cancel = 0, destroy = 1, release = 2
}

/// The record of one deployment, which one user will use. It is stored as a whole.
public struct Deployment: Hashable, Sendable {
  /// Its number.
  public let id: DeploymentID
  /// Its pool.
  public let pool: PoolID
  /// Grows when state, placement, user, operation or requests change.
  public var revision: UInt64 = 1
  /// What identifies its resource on the provider.
  public var identity: Identity
  /// Its cache level or its user.
  public var placement: Placement
  /// Its state and the transitions from it.
  public internal(set) var machine: DeploymentMachine
  /// What the OS manager reported.
  public var guest: GuestState
  /// A request that waits for its not-before time.
  public var pending: PendingRequest?
  /// The users logged in, sorted.
  public var loggedIn: [SafeText] = []
  /// What the agent says distinguishes the latest start of the guest from others; nil: unknown.
  public var bootID: SafeText?
  /// Its last user has logged out: the policy of its pool is applied at `stateDeadline`, unless
  /// somebody comes back before.
  public var awaitsReturn = false
  /// Whether a user was ever let in. Automatic removal concerns only deployments that nobody was
  /// let in to, or that their pool throws away.
  public var wasLetIn = false
  /// What its user was promised; kept until the user is let in, and passed on if this one fails.
  public var promise: Promise?
  /// The publication it was made from.
  public var publication: Int?
  /// The driver's unique id of the resource; empty until the driver reports it.
  public var uniqueId: SafeText = ""
  /// The driver's display name; empty until the driver reports it.
  public var driverName: SafeText = ""
  /// Its address; nil until the driver or the OS manager reports it.
  public var ip: SafeText?
  /// Whether other deployments may have the same address.
  public var sharesAddress = false
  /// The address of its console; nil if it has none or it is unknown.
  public var console: SafeText?
  /// Why it is in error, or the reason that the last attempt of its operation gave.
  public var reason: SafeText?
  /// The progress of its operation.
  public var progress: Progress?
  /// Why it was created.
  public var because: SafeText
  /// The data that the driver stored, with the driver's own version.
  public var data: [UInt8] = []
  /// Notices that the driver has not received.
  public var notices: [Notice] = []
  /// When it was created.
  public let createdAt: Timestamp
  /// When its state last changed.
  public var stateSince: Timestamp
  /// When its next action is due: a call, a retry or a removal. Nil only in history without
  /// retention, in a queue of the provider, or while a call is in flight.
  public var nextActionAt: Deadline?
  /// The deadline of its state: OS manager, unused, error retention, history.
  public var stateDeadline: Deadline?

  /// Creates a new deployment.
  public init(
    id: DeploymentID, pool: PoolID, identity: Identity, placement: Placement, phase: Phase,
    guest: GuestState, publication: Int?, because: SafeText, at now: Timestamp
  ) {
    self.id = id
    self.pool = pool
    self.identity = identity
    self.placement = placement
    machine = DeploymentMachine(phase)
    self.guest = guest
    self.publication = publication
    self.because = because
    self.createdAt = now
    self.stateSince = now
  }

  /// Its state with its data.
  public var phase: Phase { machine.phase }
  /// Sets the phase, for a loaded record or an example.
  package mutating func load(_ phase: Phase) { machine = DeploymentMachine(phase) }
  /// The same deployment with its due times on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> Deployment {
    var copy = self
    copy.machine = machine.mappingDeadlines(transform)
    copy.nextActionAt = nextActionAt.map(transform)
    copy.stateDeadline = stateDeadline.map(transform)
    if let pending { copy.pending?.due = transform(pending.due) }
    copy.promise?.patience = promise?.patience.map(transform)
    return copy
  }

  /// Its state's name.
  public var state: DeploymentState { phase.state }
  /// What the OS manager reported, as it is shown.
  public var osState: OSState { guest.osState }
  /// Whether its user may come in; nil if it has no user.
  public var admission: Admission? { placement.admission }
  /// Whether a cancel or a removal was requested while its operation runs.
  public var cancelRequested: Bool { phase.isEnding }
  /// Its name: the driver's name, else its unique id, else the name it was given.
  public var name: SafeText {
    driverName.isEmpty ? SafeText(identity.name) : driverName
  }
  /// Whether any user is logged in.
  public var inUse: Bool { !loggedIn.isEmpty }
  /// Whether it is usable in both states and no operation runs.
  public var isReady: Bool { phase == .usable(nil) && osState == .usable }
  /// Whether it is usable, but the OS manager has not reported.
  public var isWaitingForOS: Bool { state == .usable && osState == .preparing }
  /// It was a user's and is nobody's any more.
  public var isGivenUp: Bool { placement.isGivenUp }
  /// In error, while its driver says that nothing exists outside.
  public var isAbsent: Bool {
    if case .error(let failed) = phase { return failed.leavesNothing }
    return false
  }
  /// In error, or its removal is stuck.
  public var canBeForgotten: Bool {
    switch phase {
    case .error: true
    case .removing(let operation), .canceling(let operation): operation.isStuck
    case .preparing, .usable, .removable, .removed, .canceled: false
    }
  }
  /// It is being removed, its removal was requested, or its removal failed and is tried again: its
  /// user gets another one.
  public var isLeaving: Bool {
    switch phase {
    case .removable, .removing, .canceling, .removed, .canceled: true
    case .preparing, .usable: cancelRequested
    case .error(let failed): failed.removals > 0
    }
  }
  /// Who holds it or has it reserved, unless it is leaving.
  public var holder: SafeText? { isLeaving ? nil : placement.user }
  /// It failed with what may pass, and is checked again while its user waits for it.
  public var isAwaited: Bool {
    guard case .error(let failed) = phase else { return false }
    return promise != nil && failed.mayReturn
  }
  /// Nobody was let in to it, or its user has another one: it may be removed without a person.
  public var isDisposable: Bool { (!wasLetIn || isGivenUp) && !inUse }
  /// Its user has been let in: made ready since the claim, and with an address.
  public var isLetIn: Bool {
    isReady && admission == .granted && !(ip?.isEmpty ?? true)
  }
  /// The running operation or, in error, the failed one.
  public var operation: OperationKind? {
    switch phase {
    case .error(let failed): failed.operation
    case .preparing, .usable, .removable, .removing, .removed, .canceling, .canceled:
      phase.operation?.kind
    }
  }
}
