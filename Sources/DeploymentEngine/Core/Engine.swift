import Basics
public import DeploymentInterface
import DequeModule
import HeapModule
public import SafeTexts

/// The engine as a value: told what happened and when, it answers what to do.
///
/// It reads no clock, throws no dice that are not seeded, and knows no database, process or screen.
/// What changes a deployment goes through `change`, which keeps the counts, the indexes and the
/// revision; what waits for a time goes through one heap of due times. So a step costs what it
/// changes.
public struct Engine: Sendable {
  var now: EngineTime
  var random: SplitMix64
  var configuration: Configuration
  var counters: Counters

  // Deployments stand in slots; `live` beside them holds what is true for this run only.
  var slots: [Deployment] = []
  var live: [Live] = []
  var freeSlots: [Int] = []
  var slotOf: [DeploymentID: Int] = [:]

  // Pools and providers keep their place; one that is gone is marked.
  var boxes: [PoolBox] = []
  var poolByID: [PoolID: Int] = [:]
  var poolByName: [SafeText: Int] = [:]
  var hosts: [HostBox] = []
  var hostByName: [SafeText: Int] = [:]
  /// Deployments with an operation or in a queue; what `isIdle` asks.
  var busy = 0
  var identities = IdentityPools()
  var holdersOfUniqueId: [SafeText: [DeploymentID]] = [:]

  var calls: [CallID: CallSubject] = [:]
  var nextCall: UInt64 = 1
  /// What calls still speak of whose deployments were forgotten: held until they come back, so that
  /// nobody else's thing gets the same name meanwhile.
  var lateCalls: [CallID: LateCall] = [:]
  var dues = Heap<Due>()
  var dueOrder: UInt64 = 0

  // What is collected until `takeOutcome`.
  var dirtySlots: [Int] = []
  var dirtyPools: [Int] = []
  var unplannedPools = Deque<Int>()
  var dirtyHosts: [Int] = []
  var unpumpedHosts: [Int] = []
  var otherChanges: [StoreChange] = []
  var areCountersDirty = false
  var journal: [JournalEntry] = []
  var answers: [Answer] = []
  var madeCalls: [Call] = []
  var inventoryCalls: [InventoryCall] = []
  /// Pools that could create nothing because something is exhausted; looked at again when something
  /// is freed.
  var exhaustedPools: [Int] = []

  /// What is true of a deployment for this run only.
  struct Live: Sendable {
    var call: CallID?
    var callTask: DriverTask?
    var callDue: Moment?
    var noticesSent = 0
    var isOverdue = false
    var dueAt: Moment?
    var isDirty = false
    var tally: Tally?
    var pool = 0
    var isQueuedForRemoval = false
    var isQueuedForReady = false
    var isQueuedToStart = false
    /// Its provider did not let us in when it was called last.
    var isDenied = false
    /// What a driver has said unasked since the last operation began; it is to be looked at.
    var noticed: SafeText?
    /// It is not looked at again for a notice before this.
    var nextLook: Moment?
    /// Who is logged in to it, as its driver has said and nobody has noted yet.
    var seenUsers: [SafeText]?
    /// Who its driver says is logged in is not noted before this.
    var nextUsers: Moment?
    /// Removals from an error that failed, in a row.
    var removals = 0
  }

  /// The engine on what a store holds. Everything in flight gets its next check at once.
  ///
  /// - Parameters:
  ///   - seed: decides the jitter of pauses, and nothing else.
  public init(seed: UInt64, loading state: StoredState, at now: EngineTime) {
    self.now = now
    random = SplitMix64(seed: seed)
    configuration = state.configuration
    counters = state.counters
    load(state)
  }

  /// Tells it one event; what is to be done is collected until `takeOutcome`.
  public mutating func handle(_ event: Event, at now: EngineTime) {
    self.now = now
    switch event {
    case .tick: break
    case .callEnded(let outcome): callEnded(outcome)
    case .request(let request): answer(request)
    case .noticed(let notice, let provider): hear(notice, from: provider)
    case .inventoried(let id, let answer): inventoryEnded(id, answer)
    case .configured(let configuration, let services, let inventories):
      configure(configuration, services)
      useInventories(inventories)
    }
    passTime()
    settlePlans()
  }

  /// Everything to be done since the last call: commit all but `calls` in one transaction, then
  /// call.
  public mutating func takeOutcome() -> Outcome {
    withdrawOvertakenCalls()
    var outcome = Outcome()
    outcome.changes = takeChanges()
    swap(&outcome.journal, &journal)
    swap(&outcome.answers, &answers)
    swap(&outcome.calls, &madeCalls)
    swap(&outcome.inventories, &inventoryCalls)
    return outcome
  }

  /// One event with its outcome.
  public mutating func step(_ event: Event, at now: EngineTime) -> Outcome {
    handle(event, at: now)
    return takeOutcome()
  }

  /// When something is due next; nil: nothing is. A `tick` then makes it happen.
  public var nextWake: Moment? { dues.min?.at }

  /// Nothing is in flight and no plan is open. Restrained, exhausted, waiting for OS and kept
  /// errors count as idle.
  public var isIdle: Bool {
    calls.isEmpty && busy == 0
      && boxes.allSatisfy { $0.record.plan.isMet || $0.record.inMaintenance }
      && boxes.allSatisfy { $0.waiters.isEmpty || !$0.canServe }
      && boxes.allSatisfy { box in box.publications.allSatisfy { $0.operation == nil } }
  }

  private mutating func takeChanges() -> [StoreChange] {
    var changes: [StoreChange] = []
    changes.reserveCapacity(dirtySlots.count + dirtyPools.count + otherChanges.count + 2)
    for slot in dirtySlots where live[slot].isDirty {
      live[slot].isDirty = false
      changes.append(.deployment(slots[slot]))
    }
    dirtySlots.removeAll(keepingCapacity: true)
    for index in dirtyPools where boxes[index].isDirty {
      boxes[index].isDirty = false
      guard !boxes[index].isErased else { continue }
      changes.append(.pool(boxes[index].record))
    }
    dirtyPools.removeAll(keepingCapacity: true)
    for index in dirtyHosts where hosts[index].isDirty {
      hosts[index].isDirty = false
      guard !hosts[index].isErased else { continue }
      changes.append(.provider(hosts[index].record))
    }
    dirtyHosts.removeAll(keepingCapacity: true)
    changes.append(contentsOf: otherChanges)
    otherChanges.removeAll(keepingCapacity: true)
    if areCountersDirty { changes.append(.counters(counters)) }
    areCountersDirty = false
    return changes
  }
}

extension Engine {
  /// Every deployment, by number.
  public var deployments: [Deployment] {
    slotOf.values.sorted { slots[$0].id < slots[$1].id }.map { slots[$0] }
  }
  /// A deployment by its number.
  public func deployment(_ id: DeploymentID) -> Deployment? { slotOf[id].map { slots[$0] } }
  /// Whether a deployment is just this one.
  public func holds(_ one: Deployment) -> Bool { slotOf[one.id].map { slots[$0] == one } ?? false }
  /// Every pool, by number.
  public var pools: [Pool] { boxes.filter { !$0.isErased }.map(\.record) }
  /// A pool by its name.
  public func pool(named name: SafeText) -> Pool? {
    poolByName[name].map { boxes[$0].record }
  }
  /// Every provider, by name.
  public var providers: [ProviderRecord] {
    hosts.filter { !$0.isErased }.map(\.record).sorted { $0.name < $1.name }
  }
  /// Every publication, by pool and revision.
  public var publications: [PublicationRecord] { boxes.flatMap(\.publications) }
  /// Every user who waits, in the order of service.
  public var waiters: [Waiter] {
    boxes.flatMap(\.waiters).sorted {
      ($0.position, $0.pool, $0.user) < ($1.position, $1.pool, $1.user)
    }
  }
}
