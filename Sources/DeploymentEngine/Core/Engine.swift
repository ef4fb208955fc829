import Basics
public import DeploymentInterface
public import SafeTexts

/// The engine as a value: told what happened and when, it answers what to do.
///
/// It reads no clock, throws no dice that are not seeded, and knows no database, process or screen.
/// What changes a deployment goes through `change`, which keeps the counts, the indexes and the
/// revision; what waits for a time goes through one heap of due times. So a step costs what it
/// changes.
public struct Engine: Sendable {
  var configuration: Configuration
  var deploymentTable = DeploymentTable()
  var poolTable = PoolTable()
  var providerTable = ProviderTable()
  var identityTable: IdentityTable
  var callTable = CallTable()
  var timers: Timers
  var outbox = Outbox()

  /// The engine on what a store holds. Everything in flight gets its next check at once.
  ///
  /// - Parameters:
  ///   - seed: decides the jitter of pauses, and nothing else.
  ///   - state: what the store holds, with its due times on this run's clock.
  ///   - now: the current time on both clocks.
  public init(seed: UInt64, loading state: StoredState, at now: EngineTime) {
    configuration = state.configuration
    identityTable = IdentityTable(counters: state.counters)
    timers = Timers(seed: seed, at: now)
    load(state)
    doFollowUps()
  }

  /// The engine begun anew on what a store holds, within one run: no number of a call of the other
  /// is given again.
  public init(continuing other: Engine, loading state: StoredState, at now: EngineTime) {
    self.init(seed: other.callTable.last.number, loading: state, at: now)
    callTable = CallTable(after: other.callTable.last)
  }

  /// Meets what cannot be: for tests of whoever runs it.
  package mutating func breakInvariant(_ sentence: String) { outbox.breakInvariant(sentence) }

  /// Tells it one event; what is to be done is collected until `takeEffects`.
  public mutating func handle(_ event: Event, at now: EngineTime) {
    timers.now = now
    switch event {
    case .tick: break
    case .callEnded(let outcome): callEnded(outcome)
    case .request(let request):
      let reply = reply(to: request)
      doFollowUps()
      answer(request, reply)
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

  /// A driver call came back.
  private mutating func callEnded(_ outcome: CallResult) {
    endLateCall(outcome.id, wasMade: true)
    guard let target = callTable.end(outcome.id) else { return }
    switch target {
    case .deployment(let id): deploymentCallEnded(outcome, id)
    case .publication(let pool, let revision): publicationCallEnded(outcome, pool, revision)
    }
  }

  /// Lets everything happen that is due by now.
  private mutating func passTime() {
    while let due = timers.takeDue() {
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

  /// Does what one part of the engine has left to another.
  private mutating func doFollowUps() {
    while let followUp = outbox.nextFollowUp() {
      switch followUp {
      case .poolEmptied(let index): moveIfGone(pool: index)
      case .recordErased(let index): eraseIfGone(pool: index)
      case .publicationLeft(let index, let revision): standsNoLonger(on: revision, index)
      case .journal(let entry): outbox.write(entry)
      }
    }
  }

  /// Everything to be done since the last call: commit all but `calls` in one transaction, then
  /// call.
  public mutating func takeEffects() -> Effects {
    dropSupersededCalls()
    var records = deploymentTable.takeChanges()
    poolTable.takeChanges { records.append(.pool($0)) }
    providerTable.takeChanges { records.append(.provider($0)) }
    return outbox.take(after: records, counters: identityTable.takeCounters())
  }

  /// One event with its outcome.
  public mutating func step(_ event: Event, at now: EngineTime) -> Effects {
    handle(event, at: now)
    return takeEffects()
  }

  /// When something is due next; nil: nothing is. A `tick` then makes it happen.
  public var nextWake: Moment? { timers.next }

  /// Nothing is in flight and no plan is open. Restrained, exhausted, waiting for OS and kept
  /// errors count as idle.
  public var isIdle: Bool {
    callTable.isEmpty && deploymentTable.busy == 0
      && poolTable.allSatisfy { $0.record.plan.isMet || $0.record.inMaintenance }
      && poolTable.allSatisfy { $0.waiters.isEmpty || !$0.canServe }
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
  /// Whether a deployment is just this one.
  public func holds(_ one: Deployment) -> Bool {
    deploymentTable.slot(one.id).map { deploymentTable[$0] == one } ?? false
  }
  /// Every pool, by number.
  public var pools: [Pool] { poolTable.records }
  /// A pool by its name.
  public func pool(named name: SafeText) -> Pool? {
    poolTable.place(named: name).map { poolTable[$0].record }
  }
  /// Every provider, by name.
  public var providers: [ProviderRecord] { providerTable.records }
  /// Every publication, by pool and revision.
  public var publications: [PublicationRecord] {
    poolTable.indices.flatMap { poolTable[$0].publications.map(\.record) }
  }
  /// Every user who waits, in the order of service.
  public var waiters: [WaitingUser] {
    poolTable.indices.flatMap { poolTable[$0].waiters }.sorted {
      ($0.position, $0.pool, $0.user) < ($1.position, $1.pool, $1.user)
    }
  }
}
