public import DeploymentInterface
public import SafeTexts

/// A request that waits for its not-before time; seen by all, taken back with `undo`.
public struct PendingRequest: Hashable, Sendable {
  /// The key of the request.
  public var key: RequestKey
  /// Who asked.
  public var actor: SafeText
  /// What was asked for; only cancel, destroy and release can wait.
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

/// The requests that a grace time applies to.
public enum GracefulVerb: UInt8, Hashable, Sendable {
  /// See the verbs of the same name.
  case cancel = 0, destroy = 1, release = 2
}

/// One consumable that one user will use, as the engine knows it: what is stored is this, whole.
public struct Deployment: Hashable, Sendable {
  /// Its number.
  public let id: DeploymentID
  /// Its pool.
  public let pool: PoolID
  /// Grows when state, placement, user, operation or requests change.
  public var revision: UInt64 = 1
  /// What identifies the outside thing.
  public var identity: Identity
  /// Where it stands.
  public var placement: Placement
  /// Its state, and what may become of it.
  public internal(set) var machine: DeploymentMachine
  /// What the OS manager has said.
  public var guest: GuestState
  /// A request that waits for its not-before time.
  public var pending: PendingRequest?
  /// The users logged in, sorted.
  public var loggedIn: [SafeText] = []
  /// Whether a user was ever let in. Automatic removal concerns only deployments that nobody was
  /// let in to, or that their pool throws away.
  public var wasLetIn = false
  /// What its user was promised; kept until the user is let in, and passed on if this one fails.
  public var promise: Promise?
  /// The publication it was made from.
  public var publication: Int?
  /// The driver's name for the outside thing; empty until it knows.
  public var uniqueId: SafeText = ""
  /// The driver's display name; empty until it knows.
  public var driverName: SafeText = ""
  /// Its address; nil until the driver or the OS manager knows.
  public var ip: SafeText?
  /// Where its screen can be seen; nil: nowhere, or nobody knows.
  public var console: SafeText?
  /// Why it is in error, or what the last attempt of its operation said.
  public var reason: SafeText?
  /// How far its operation has come.
  public var progress: Progress?
  /// The decision that made it.
  public var because: SafeText
  /// What the driver stored, with the driver's own version.
  public var data: [UInt8] = []
  /// What the driver is still to be told.
  public var notices: [Notice] = []
  /// When it was made.
  public let createdAt: Timestamp
  /// When its state last changed.
  public var stateSince: Timestamp
  /// When something happens to it next: a call, a retry, a removal. Nil only in history of no
  /// retention, while it waits in a queue of the provider, or while a call is in flight.
  public var next: Deadline?
  /// When its state is no longer waited for: OS manager, unused, error retention, history.
  public var patience: Deadline?

  /// A deployment that has just been decided on.
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

  /// Its state, with what belongs to it.
  public var phase: Phase { machine.phase }
  /// Puts it into a phase, as a store or an example has it.
  package mutating func load(_ phase: Phase) { machine = DeploymentMachine(phase) }
  /// The same with its due times on another clock.
  public func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> Deployment {
    var copy = self
    copy.machine = machine.mappingDeadlines(transform)
    copy.next = next.map(transform)
    copy.patience = patience.map(transform)
    if let pending { copy.pending?.due = transform(pending.due) }
    copy.promise?.patience = promise?.patience.map(transform)
    return copy
  }

  /// Its state's name.
  public var state: DeploymentState { phase.state }
  /// What the OS manager has said, as it is shown.
  public var osState: OSState { guest.osState }
  /// Whether its user may come in; nil where nobody holds it.
  public var admission: Admission? { placement.admission }
  /// A cancel or a removal was asked for while its operation runs.
  public var cancelRequested: Bool { phase.isEnding }
  /// What it is called: the driver's name, else its unique id, else the name it was given.
  public var name: SafeText {
    driverName.isEmpty ? SafeText(identity.name) : driverName
  }
  /// In use while anybody is logged in.
  public var inUse: Bool { !loggedIn.isEmpty }
  /// Usable in both states with nothing going on.
  public var isReady: Bool { phase == .usable(nil) && osState == .usable }
  /// Usable, while the OS manager has not spoken.
  public var isWaitingForOS: Bool { state == .usable && osState == .preparing }
  /// It was a user's and is nobody's any more.
  public var isGivenUp: Bool { placement.isGivenUp }
  /// In error, while its driver says that nothing exists outside.
  public var isAbsent: Bool {
    if case .error(let failed) = phase { return failed.leavesNothing }
    return false
  }
  /// Nobody was let in to it, or its user has another one: it may be removed without a person.
  public var isDisposable: Bool { (!wasLetIn || isGivenUp) && !inUse }
  /// Its user has been let in: made ready since the claim, and with an address.
  public var isLetIn: Bool {
    isReady && admission == .granted && !(ip?.isEmpty ?? true)
  }
  /// The operation in flight or, in error, the one that failed.
  public var operation: OperationKind? {
    switch phase {
    case .error(let failed): failed.operation
    case .preparing, .usable, .removable, .removing, .removed, .canceling, .canceled:
      phase.operation?.kind
    }
  }
}
