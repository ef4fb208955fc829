package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// An in-memory store: the committed records by their keys.
///
/// Like a real store it keeps due times as wall time with a length, through the distance of the two
/// clocks at the commit.
package final class StoreCopy {
  /// A record with the distance of the clocks (wall minus monotonic, in milliseconds) at its
  /// commit. A class, so that checkers share it without copies.
  package final class Row<Record> {
    package let record: Record
    let distance: Int64
    /// The run of the engine that stored it; moments of other runs cannot be compared.
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

  /// Begins another run of the engine.
  package func startRun() { run += 1 }

  /// Whether the stored deployment equals this one; due times are compared only within one run.
  package func holds(_ one: Deployment) -> Bool { isSame(deployments[one.id], one) }
  /// Whether the stored provider equals this one; due times are compared only within one run.
  package func holds(_ one: ProviderRecord) -> Bool { isSame(providers[one.name], one) }
  /// Whether the stored pool equals this one; due times are compared only within one run.
  package func holds(_ one: Pool) -> Bool { isSame(pools[one.id], one) }
  /// Whether the stored publication equals this one; due times are compared only within one run.
  package func holds(_ one: PublicationRecord) -> Bool {
    isSame(publications[PublicationKey(pool: one.pool, revision: one.revision)], one)
  }

  /// The stored operation of a target.
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

  /// The row of a record that is committed now.
  func row<Record>(_ record: Record, at now: EngineTime) -> Row<Record> {
    Row(
      record: record, distance: now.utc.milliseconds - now.moment.milliseconds, run: run)
  }

  /// Applies a commit.
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

  /// Decrements the count of a provider's deployments.
  func countDown(_ provider: SafeText, at now: EngineTime) {
    guard var record = providers[provider]?.record else { return }
    record.deployments -= 1
    providers[provider] = row(record, at: now)
  }

  /// The state that a run starting at `now` loads, after a time without an engine.
  package func state(at now: EngineTime, absence: TimeSpan = .zero) -> StoredState {
    let start = now
    let now = EngineTime(moment: start.moment, utc: start.utc - absence)
    var state = StoredState()
    state.configuration = configuration
    state.counters = counters
    state.providers = providers.values.map { $0.loaded(at: now) }.sorted { $0.name < $1.name }
    state.pools = pools.values.map { $0.loaded(at: now) }.sorted { $0.id < $1.id }
    state.publications = publications.values.map { $0.loaded(at: now) }
      .sorted { ($0.pool, $0.revision) < ($1.pool, $1.revision) }
    state.deployments = deployments.values.map { $0.loaded(at: now) }.sorted { $0.id < $1.id }
    state.waiters = waiters.values.map { $0.loaded(at: now) }.sorted { $0.position < $1.position }
    state.passGraces(absence, at: start)
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

/// A stored record that contains due times.
package protocol HasDeadlines: Equatable {
  func mappingDeadlines(_ transform: (Deadline) -> Deadline) -> Self
  /// The record without the parts that a restart may change.
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
    copy.maintenance = maintenance.map(transform)
    for index in orphans.all.indices {
      copy.orphans.all[index].grace = transform(orphans.all[index].grace)
    }
    return copy
  }
}

extension PublicationRecord: HasDeadlines {}

extension WaitingUser: HasDeadlines {}

extension Deployment {
  /// The record without the parts that a restart may change, among them whether anything is due.
  package var withoutDueTimes: Deployment {
    var copy = mappingDeadlines { _ in Deadline(from: Moment(milliseconds: 0), length: .zero) }
    copy.nextActionAt = nil
    return copy
  }
}

extension PublicationRecord {
  /// The record without the parts that a restart may change, among them whether anything is due.
  package var withoutDueTimes: PublicationRecord {
    var copy = mappingDeadlines { _ in Deadline(from: Moment(milliseconds: 0), length: .zero) }
    copy.nextActionAt = nil
    return copy
  }
}
