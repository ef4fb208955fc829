import Basics
public import DeploymentInterface
public import SafeTexts

/// The engine as a value: it receives events with their times, and answers with the effects to
/// carry out.
///
/// It reads no clock, draws no random numbers but seeded ones, and knows no database, process or
/// screen. Every change of a deployment goes through `change`, which maintains the counts, the
/// indexes and the revision; every wait goes through one heap of due times. So the cost of a step
/// is proportional to what it changes.
public struct Engine: Sendable {
  var configuration: Configuration
  var deploymentTable = DeploymentTable()
  var poolTable = PoolTable()
  var providerTable = ProviderTable()
  var identityTable: IdentityTable
  var callTable = CallTable()
  var timers: Timers
  var outbox = Outbox()

  /// Creates an engine from the content of a store. Every operation in flight is checked at once.
  ///
  /// - Parameters:
  ///   - seed: determines the jitter of pauses, and nothing else.
  public init(seed: UInt64, loading state: StoredState, at now: EngineTime) {
    configuration = state.configuration
    identityTable = IdentityTable(counters: state.counters)
    timers = Timers(seed: seed, at: now)
    load(state)
    doFollowUps()
  }

  /// Restarts the engine from the content of a store within one process: no call number of the
  /// other engine is used again.
  public init(continuing other: Engine, loading state: StoredState, at now: EngineTime) {
    self.init(seed: other.callTable.last.number, loading: state, at: now)
    callTable = CallTable(after: other.callTable.last)
  }

  /// The number of removed deployments that are kept; tests lower it.
  package var historyLimit: Int {
    get { deploymentTable.historyLimit }
    set { deploymentTable.historyLimit = newValue }
  }

  /// Breaks an invariant, for tests of the engine's callers.
  package mutating func breakInvariant(_ sentence: String) { outbox.breakInvariant(sentence) }

  /// Handles one event; its effects are collected until `takeEffects`.
  public mutating func handle(_ event: Event, at now: EngineTime) {
    timers.now = now
    switch event {
    case .tick: break
    case .callEnded(let result): callEnded(result)
    case .request(let request):
      let reply = reply(to: request)
      doFollowUps()
      answer(request, reply)
    case .answered(let request, let reply): answer(request, reply)
    case .askerEnded(let asker, let user, let pool): askerEnded(asker, user, pool)
    case .noticed(let notice, let provider): hear(notice, from: provider)
    case .inventoried(let id, let answer): inventoryEnded(id, answer)
    case .configured(let configuration, let services, let inventories):
      configure(configuration, services)
      doFollowUps()
      useInventories(inventories)
    }
    doFollowUps()
    passTime()
    runPlans()
  }

  /// Handles the result of a driver call.
  private mutating func callEnded(_ result: CallResult) {
    endLateCall(result.id, wasMade: true)
    guard let target = callTable.end(result.id) else { return }
    switch target {
    case .deployment(let id): deploymentCallEnded(result, id)
    case .publication(let pool, let revision): publicationCallEnded(result, pool, revision)
    }
  }

  /// One thing is never due this often in a step, unless its handling changes nothing.
  private static let repeatedWakes = 10_000

  /// Handles everything that is due by now.
  private mutating func passTime() {
    var last: Due.Target?
    var repetitions = 0
    while let due = timers.takeDue() {
      repetitions = due.target == last ? repetitions + 1 : 0
      last = due.target
      // What is due again and again at one time would keep the engine busy for ever.
      guard repetitions < Self.repeatedWakes else {
        return breakInvariant("\(due.target) is due without end")
      }
      switch due.target {
      case .deployment(let id):
        guard let slot = deploymentTable.takeDue(id, at: due.at) else { continue }
        wake(slot)
        doFollowUps()
        if deploymentTable.slot(id) == slot { reschedule(slot) }
      case .pool(let index): wakePool(index)
      case .publication(let index, let revision): wakePublication(index, revision)
      case .inventory(let provider): wakeInventory(provider)
      }
      doFollowUps()
    }
  }

  /// Does the work that one part of the engine left to another.
  private mutating func doFollowUps() {
    while let followUp = outbox.nextFollowUp() {
      switch followUp {
      case .poolEmptied(let index): moveIfGone(pool: index)
      case .recordErased(let index): eraseIfGone(pool: index)
      case .historyGrown: limitHistory()
      case .publicationLeft(let index, let revision): standsNoLonger(on: revision, index)
      case .journal(let entry): outbox.write(entry)
      }
    }
  }

  /// All effects since the last call: commit everything but `calls` in one transaction, then make
  /// the calls.
  public mutating func takeEffects() -> Effects {
    dropSupersededCalls()
    var records = deploymentTable.takeChanges()
    poolTable.takeChanges { records.append(.pool($0)) }
    providerTable.takeChanges { records.append(.provider($0)) }
    return outbox.take(after: records, counters: identityTable.takeCounters())
  }

  /// Handles one event, and returns its effects.
  public mutating func step(_ event: Event, at now: EngineTime) -> Effects {
    handle(event, at: now)
    return takeEffects()
  }

  /// When something is due next, nil if nothing is. A `tick` then handles it.
  public var nextWake: Moment? { timers.next }

  /// Whether nothing is in flight and no plan is open. Pools that are restrained or exhausted,
  /// deployments that wait for their OS and kept errors count as idle.
  public var isIdle: Bool {
    callTable.isEmpty && deploymentTable.busy == 0
      && poolTable.allSatisfy { $0.record.plan.isMet || $0.record.inMaintenance }
      && poolTable.indices.allSatisfy { poolTable[$0].waiters.isEmpty || !canServe($0) }
      && poolTable.allSatisfy { $0.publications.allSatisfy { $0.record.operation == nil } }
  }
}

extension Engine {
  /// Every deployment, by number.
  public var deployments: [Deployment] { deploymentTable.all }
  /// A deployment by its number.
  public func deployment(_ id: DeploymentID) -> Deployment? {
    deploymentTable.slot(id).map { deploymentTable[$0] }
  }
  /// Whether the engine has a deployment that is equal to this one.
  public func holds(_ one: Deployment) -> Bool {
    deploymentTable.slot(one.id).map { deploymentTable[$0] == one } ?? false
  }
  /// Every pool, by number.
  public var pools: [Pool] { poolTable.records }
  /// A pool by its name.
  public func pool(named name: SafeText) -> Pool? {
    poolTable.place(named: name).map { poolTable[$0].record }
  }
  /// The providers that are not believed at the moment, by name.
  package var doubtedProviders: [SafeText] {
    providerTable.indices.filter { providerTable[$0].doubt != nil }
      .map { providerTable[$0].record.name }
  }
  /// Every provider, by name.
  public var providers: [ProviderRecord] { providerTable.records }
  /// Every publication, by pool and revision.
  public var publications: [PublicationRecord] {
    poolTable.indices.flatMap { poolTable[$0].publications.map(\.record) }
  }
  /// The number of existing deployments made from each publication, in the same order.
  package var publicationUses: [Int] {
    poolTable.indices.flatMap { poolTable[$0].publications.map(\.uses) }
  }
  /// Every waiting user, in the order of service.
  public var waiters: [WaitingUser] {
    poolTable.indices.flatMap { poolTable[$0].waiters }.sorted {
      ($0.position, $0.pool, $0.user) < ($1.position, $1.pool, $1.user)
    }
  }
}
