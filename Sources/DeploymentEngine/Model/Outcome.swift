/// How loud a line of a log is.
public enum LogLevel: String, Hashable, Codable, Sendable, CaseIterable {
  /// See the names.
  case debug, info, warning, error
}

/// The kinds of events in the journal.
public enum JournalKind: String, Hashable, Codable, Sendable, CaseIterable {
  /// A deployment was decided on.
  case created
  /// A deployment's state changed.
  case state
  /// A deployment was given to a user, reserved, or released.
  case assignment
  /// Somebody asked for something; accepted or refused.
  case request
  /// A call failed.
  case failure
  /// A driver's deployment wrote to its log.
  case driver
  /// A user logged in or out, or an agent spoke.
  case session
  /// Something about a pool changed.
  case pool
  /// Something about a provider changed.
  case provider
  /// Something about a publication changed.
  case publication
  /// Something about the engine itself.
  case engine
}

/// One event, as it is kept and shown.
public struct JournalEntry: Hashable, Sendable {
  /// When.
  public var at: Timestamp
  /// How loud.
  public var level: LogLevel
  /// Of what kind.
  public var kind: JournalKind
  /// The pool concerned.
  public var pool: PoolID?
  /// The deployment concerned.
  public var deployment: DeploymentID?
  /// Who caused it; `engine` where nobody asked.
  public var actor: SafeText
  /// What happened.
  public var message: SafeText

  /// An event from its parts.
  public init(
    at: Timestamp, level: LogLevel = .info, kind: JournalKind, pool: PoolID? = nil,
    deployment: DeploymentID? = nil, actor: SafeText = "engine", message: SafeText
  ) {
    self.at = at
    self.level = level
    self.kind = kind
    self.pool = pool
    self.deployment = deployment
    self.actor = actor
    self.message = message
  }
}

/// One change of what is stored.
public enum StoreChange: Hashable, Sendable {
  /// The deployment as it now is.
  case deployment(Deployment)
  /// History that is no longer kept.
  case erasedDeployment(DeploymentID)
  /// The pool as it now is.
  case pool(Pool)
  /// A pool that left the configuration and has nothing any more.
  case erasedPool(PoolID)
  /// The provider as it now is.
  case provider(ProviderRecord)
  /// A provider that left the configuration and has nothing any more.
  case erasedProvider(SafeText)
  /// The publication as it now is.
  case publication(PublicationRecord)
  /// A publication that is no longer kept.
  case erasedPublication(PoolID, Int)
  /// A user who waits.
  case waiter(Waiter)
  /// A user who waits no longer.
  case erasedWaiter(PoolID, SafeText)
  /// What the engine runs on.
  case configuration(Configuration)
  /// The numbers that are given out next.
  case counters(Counters)
}

/// The numbers that are given out next; never given twice in one store.
public struct Counters: Hashable, Codable, Sendable {
  /// The next deployment.
  public var deployment: Int64 = 1
  /// The next pool.
  public var pool: Int32 = 1
  /// The next place in a queue.
  public var position: Int64 = 1
  /// A store that has given out nothing.
  public init() {}
}

/// What a driver call is about.
public enum CallSubject: Hashable, Sendable {
  /// A deployment.
  case deployment(DeploymentID)
  /// A publication of a pool.
  case publication(PoolID, Int)
}

/// A driver call that is to be made, once what led to it is stored.
public struct Call: Hashable, Sendable {
  /// Its number.
  public var id: CallID
  /// What it is about.
  public var subject: CallSubject
  /// The pool, whose service is called.
  public var pool: PoolID
  /// What the driver is told first; answers nothing.
  public var notices: [Notice]
  /// The task, if there is one; nil only tells notices.
  public var task: DriverTask?
  /// What the driver stored last; empty before the first call.
  public var data: [UInt8]
  /// What the driver may know about its subject.
  public var record: CallRecord
  /// How long it may take.
  public var timeLimit: TimeSpan

  /// A call from its parts.
  public init(
    id: CallID, subject: CallSubject, pool: PoolID, notices: [Notice], task: DriverTask?,
    data: [UInt8], record: CallRecord, timeLimit: TimeSpan
  ) {
    self.id = id
    self.subject = subject
    self.pool = pool
    self.notices = notices
    self.task = task
    self.data = data
    self.record = record
    self.timeLimit = timeLimit
  }
}

/// The task methods of the interface.
public enum DriverTask: Hashable, Sendable {
  /// The method of a start, or again.
  case start(OperationKind)
  /// `checkState`, while this operation runs.
  case check(OperationKind)
}

/// The deployment's own record, as a driver sees it.
public struct CallRecord: Hashable, Sendable {
  /// The deployment's number; 0 for a publication.
  public var id: Int64
  /// The pool's name.
  public var pool: SafeText
  /// What identifies the outside thing.
  public var identity: Identity
  /// Where it stands.
  public var placement: Placement
  /// The publication it is made from, with what the driver stored for it.
  public var publication: PublicationReference?
  /// What the OS manager sent along with its latest *ready*.
  public var osData: SafeText?
  /// What both clocks said when the call was decided.
  public var time: EngineTime

  /// A record from its parts.
  public init(
    id: Int64, pool: SafeText, identity: Identity, placement: Placement,
    publication: PublicationReference?, osData: SafeText? = nil, time: EngineTime
  ) {
    self.id = id
    self.pool = pool
    self.identity = identity
    self.placement = placement
    self.publication = publication
    self.osData = osData
    self.time = time
  }
}

/// A publication as a deployment's driver call sees it.
public struct PublicationReference: Hashable, Sendable {
  /// Its revision.
  public var revision: Int
  /// Its name.
  public var name: String
  /// What the driver stored for it.
  public var data: [UInt8]
  /// A reference from its parts.
  public init(revision: Int, name: String, data: [UInt8]) {
    self.revision = revision
    self.name = name
    self.data = data
  }
}

/// One line that a driver's deployment wrote to its log.
public struct LogLine: Hashable, Sendable {
  /// How loud.
  public var level: LogLevel
  /// What it says.
  public var message: SafeText
  /// A line.
  public init(_ level: LogLevel, _ message: SafeText) {
    self.level = level
    self.message = message
  }
}

/// What came of a driver call.
public struct CallOutcome: Hashable, Sendable {
  /// Which call.
  public var id: CallID
  /// The answer of the task; nil when there was none, only notices.
  public var answer: TaskState?
  /// What the driver wants stored; nil leaves what is stored.
  public var data: [UInt8]?
  /// Read again after every call.
  public var uniqueId: SafeText?
  /// Read again after every call.
  public var name: SafeText?
  /// Read again after every call; empty: none.
  public var ip: SafeText?
  /// Read again after every call that has reached the driver's value; nil: none.
  public var console: SafeText?
  /// When to check, if the answer was `running`.
  public var suggestedTime: TimeSpan
  /// How far the operation has come.
  public var progress: Progress?
  /// What was written to the deployment's log.
  public var log: [LogLine]

  /// An outcome from its parts.
  public init(
    id: CallID, answer: TaskState?, data: [UInt8]? = nil, uniqueId: SafeText? = nil,
    name: SafeText? = nil, ip: SafeText? = nil, console: SafeText? = nil,
    suggestedTime: TimeSpan = .seconds(10), progress: Progress? = nil, log: [LogLine] = []
  ) {
    self.id = id
    self.answer = answer
    self.data = data
    self.uniqueId = uniqueId
    self.name = name
    self.ip = ip
    self.console = console
    self.suggestedTime = suggestedTime
    self.progress = progress
    self.log = log
  }
}

/// What the core is told.
public enum Event: Hashable, Sendable {
  /// Time has passed.
  case tick
  /// A driver call came back; `unknown` failures included.
  case callEnded(CallOutcome)
  /// Somebody asks for something.
  case request(Request)
  /// A driver says something unasked, of something on this provider.
  case noticed(DriverNotice, by: SafeText)
  /// A configuration to run on; for each pool by name what its service can do, or why it has none.
  ///
  /// `inventories`: the providers that can list what exists on them.
  case configured(
    Configuration, services: [String: ServiceOffer], inventories: Set<String> = [])
  /// A provider has answered an inventory call.
  case inventoried(CallID, InventoryAnswer)
}

/// What a driver said when it was asked for a pool's service.
public enum ServiceOffer: Hashable, Sendable {
  /// The service, and what it can do.
  case traits(ServiceTraits)
  /// There is none; why.
  case problem(SafeText)
}

/// The answer to one request.
public struct Answer: Hashable, Sendable {
  /// The request's key.
  public var key: RequestKey
  /// The answer.
  public var reply: Reply
  /// An answer.
  public init(_ key: RequestKey, _ reply: Reply) {
    self.key = key
    self.reply = reply
  }
}

/// What the core wants done: everything but `calls` is stored in one commit, then the calls are
/// made.
public struct Outcome: Hashable, Sendable {
  /// What is stored; each thing at most once, as it is at the end.
  public var changes: [StoreChange] = []
  /// What goes into the journal.
  public var journal: [JournalEntry] = []
  /// What is answered.
  public var answers: [Answer] = []
  /// What is called, after the commit.
  public var calls: [Call] = []
  /// What providers are asked about what exists on them, after the commit.
  public var inventories: [InventoryCall] = []
  /// What cannot be, and is: nothing of this is stored or done, and the engine begins anew from its
  /// store. Nil: all is well.
  public var brokenInvariant: SafeText?

  /// Nothing to do.
  public init() {}

  /// Nothing to do.
  public var isEmpty: Bool {
    isTransient && calls.isEmpty && inventories.isEmpty
  }
  /// Nothing to store.
  public var isTransient: Bool { changes.isEmpty && journal.isEmpty && answers.isEmpty }
}

/// What a store holds, as the core is loaded with it.
public struct StoredState: Hashable, Sendable {
  /// What the engine ran on.
  public var configuration = Configuration()
  /// The numbers that are given out next.
  public var counters = Counters()
  /// Every provider.
  public var providers: [ProviderRecord] = []
  /// Every pool.
  public var pools: [Pool] = []
  /// Every publication that is kept.
  public var publications: [PublicationRecord] = []
  /// Every deployment that is kept.
  public var deployments: [Deployment] = []
  /// Every user who waits.
  public var waiters: [Waiter] = []

  /// An empty store.
  public init() {}
}
