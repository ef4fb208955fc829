package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// What a store would hold: every committed change, as records by their keys.
///
/// Due times are kept as a real store keeps them, as wall time with their length, by remembering
/// how far
/// the two clocks were apart at the commit.
package final class StoreCopy {
  /// A record with the distance of the clocks (wall minus monotonic) at its commit. A reference, so
  /// that whoever keeps or looks at it copies nothing.
  package final class Row<Record> {
    package let record: Record
    let distance: Int64
    /// The run of the engine that stored it; moments of another run say nothing.
    let run: Int

    init(record: Record, distance: Int64, run: Int) {
      self.record = record
      self.distance = distance
      self.run = run
    }
  }
  package struct PublicationKey: Hashable {
    var pool: PoolID
    var revision: Int
  }
  package struct WaiterKey: Hashable {
    var pool: PoolID
    var user: SafeText
  }

  private var run = 0
  package private(set) var configuration = Configuration()
  package private(set) var counters = Counters()
  package private(set) var providers: [SafeText: Row<ProviderRecord>] = [:]
  package private(set) var pools: [PoolID: Row<Pool>] = [:]
  package private(set) var publications: [PublicationKey: Row<PublicationRecord>] = [:]
  package private(set) var deployments: [DeploymentID: Row<Deployment>] = [:]
  package private(set) var waiters: [WaiterKey: Row<WaitingUser>] = [:]

  /// From now on another run of the engine stores.
  package func startRun() { run += 1 }

  /// The stored deployment is this one; due times are compared only within one run.
  package func holds(_ one: Deployment) -> Bool { isSame(deployments[one.id], one) }
  /// The stored provider is this one; due times are compared only within one run.
  package func holds(_ one: ProviderRecord) -> Bool { isSame(providers[one.name], one) }
  /// The stored pool is this one; due times are compared only within one run.
  package func holds(_ one: Pool) -> Bool { isSame(pools[one.id], one) }
  /// The stored publication is this one; due times are compared only within one run.
  package func holds(_ one: PublicationRecord) -> Bool {
    let row = publications[PublicationKey(pool: one.pool, revision: one.revision)]
    return isSame(
      row.map { Row(record: $0.record.withoutStanding, distance: $0.distance, run: $0.run) },
      one.withoutStanding)
  }

  /// The operation that is stored for a subject.
  package func operation(of subject: CallTarget) -> OperationKind? {
    switch subject {
    case .deployment(let id): deployments[id]?.record.phase.operation?.kind
    case .publication(let pool, let revision):
      publications[PublicationKey(pool: pool, revision: revision)]?.record.operation?.kind
    }
  }

  private func isSame<Record: HasDeadlines>(_ row: Row<Record>?, _ record: Record) -> Bool {
    guard let row else { return false }
    if row.run == run { return row.record == record }
    return row.record.withoutDueTimes == record.withoutDueTimes
  }

  /// A record as it is stored now.
  func row<Record>(_ record: Record, at now: EngineTime) -> Row<Record> {
    Row(
      record: record, distance: now.utc.milliseconds - now.moment.milliseconds, run: run)
  }

  /// One commit.
  func take(_ commit: Commit, at now: EngineTime) {
    for one in commit.amendments { deployments[one.id] = one.new }
    for change in commit.others { apply(change, now) }
  }

  private func apply(_ change: StoreChange, _ now: EngineTime) {
    switch change {
    case .deployment, .erasedDeployment: break
    case .pool(let record): pools[record.id] = row(record, at: now)
    case .erasedPool(let id): pools[id] = nil
    case .provider(let record): providers[record.name] = row(record, at: now)
    case .erasedProvider(let name): providers[name] = nil
    case .publication(let record):
      let key = PublicationKey(pool: record.pool, revision: record.revision)
      publications[key] = row(record, at: now)
    case .erasedPublication(let pool, let revision):
      publications[PublicationKey(pool: pool, revision: revision)] = nil
    case .waiter(let record):
      let key = WaiterKey(pool: record.pool, user: record.user)
      waiters[key] = row(record, at: now)
    case .erasedWaiter(let pool, let user): waiters[WaiterKey(pool: pool, user: user)] = nil
    case .configuration(let record): configuration = record
    case .counters(let record): counters = record
    }
  }

  /// One less exists on a provider.
  func countDown(_ provider: SafeText, at now: EngineTime) {
    guard var record = providers[provider]?.record else { return }
    record.deployments -= 1
    providers[provider] = row(record, at: now)
  }

  /// What a run that starts at `now` is loaded with.
  package func state(at now: EngineTime) -> StoredState {
    var state = StoredState()
    state.configuration = configuration
    state.counters = counters
    state.providers = providers.values.map { $0.loaded(at: now) }.sorted { $0.name < $1.name }
    state.pools = pools.values.map { $0.loaded(at: now) }.sorted { $0.id < $1.id }
    state.publications = publications.values.map { $0.loaded(at: now) }
      .sorted { ($0.pool, $0.revision) < ($1.pool, $1.revision) }
    state.deployments = deployments.values.map { $0.loaded(at: now) }.sorted { $0.id < $1.id }
    state.waiters = waiters.values.map { $0.loaded(at: now) }.sorted { $0.position < $1.position }
    return state
  }
}

extension StoreCopy.Row where Record: HasDeadlines {
  /// The record with its due times on the clock of the run that starts at `now`.
  package func loaded(at now: EngineTime) -> Record {
    record.mappingDeadlines { deadline in
      let stored = Timestamp(milliseconds: deadline.at.milliseconds + distance)
      return Deadline(storedUTC: stored, length: deadline.length, at: now)
    }
  }
}

/// A stored record with due times in it.
package protocol HasDeadlines: Equatable {
  func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> Self
  /// Itself without anything that a restart may change.
  var withoutDueTimes: Self { get }
}

extension HasDeadlines {
  package var withoutDueTimes: Self {
    mappingDeadlines { _ in Deadline(from: Moment(milliseconds: 0), length: .zero) }
  }
}

extension Deployment: HasDeadlines {}

extension Pool: HasDeadlines {
  package func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> Pool {
    var copy = self
    copy.restraint = restraint.map { Restraint(until: transform($0.until), reason: $0.reason) }
    copy.creationErrors = creationErrors.map(transform)
    return copy
  }
}

extension ProviderRecord: HasDeadlines {
  package func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> ProviderRecord {
    var copy = self
    for index in orphans.all.indices {
      copy.orphans.all[index].grace = transform(orphans.all[index].grace)
    }
    return copy
  }
}

extension PublicationRecord: HasDeadlines {}

extension WaitingUser: HasDeadlines {}

extension Deployment {
  /// Itself without anything that a restart may change: also whether something is due at all.
  package var withoutDueTimes: Deployment {
    var copy = mappingDeadlines { _ in Deadline(from: Moment(milliseconds: 0), length: .zero) }
    copy.nextActionAt = nil
    return copy
  }
}

extension PublicationRecord {
  /// Itself without anything that a restart may change: also whether something is due at all.
  package var withoutDueTimes: PublicationRecord {
    var copy = mappingDeadlines { _ in Deadline(from: Moment(milliseconds: 0), length: .zero) }
    copy.nextActionAt = nil
    return copy.withoutStanding
  }

  /// Itself without the number of those that stand on it, which is reckoned anew at load.
  package var withoutStanding: PublicationRecord {
    var copy = self
    copy.standing = 0
    return copy
  }
}
