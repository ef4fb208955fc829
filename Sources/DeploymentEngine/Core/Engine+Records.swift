import DeploymentInterface
import SafeTexts

/// Changes of records across all tables: what a change of one means for the counts of the others.
extension Engine {
  var now: EngineTime { timers.now }
  /// The deadline that is `length` from now.
  func deadline(in length: TimeSpan) -> Deadline { now.deadline(in: length) }

  /// The pool of a deployment, with its settings.
  func pool(of slot: Int) -> PoolEntry { poolTable[deploymentTable.pool(of: slot)] }
  func deadlines(of slot: Int) -> PoolDeadlines {
    poolTable[deploymentTable.pool(of: slot)].settings.deadlines
  }
  /// The index of a deployment's provider in the table of providers.
  func providerPlace(of slot: Int) -> Int { poolTable[deploymentTable.pool(of: slot)].provider }
  /// The provider of a pool.
  func provider(ofPool index: Int) -> ProviderRecord {
    providerTable[poolTable[index].provider].record
  }
  /// The provider of a deployment.
  func provider(of slot: Int) -> ProviderRecord {
    providerTable[providerPlace(of: slot)].record
  }

  /// The only way to change a deployment: updates counts, indexes, limits, revision and due time.
  mutating func change(_ slot: Int, _ body: (inout Deployment, EngineTime) -> Void) {
    deploymentTable.change(slot, at: now, body)
    recount(slot)
    deploymentTable.touch(slot)
    reschedule(slot)
  }

  mutating func change(_ slot: Int, _ body: (inout Deployment) -> Void) {
    change(slot) { deployment, _ in body(&deployment) }
  }

  /// Adds a deployment that was just created or loaded.
  mutating func insert(_ deployment: Deployment, pool: Int) -> Int {
    let slot = deploymentTable.insert(deployment, pool: pool)
    recount(slot)
    reschedule(slot)
    return slot
  }

  /// Erases a deployment whose history is no longer kept.
  mutating func erase(_ slot: Int) {
    let id = deploymentTable[slot].id
    let pool = deploymentTable.pool(of: slot)
    if let call = deploymentTable.endCall(slot) { callTable.end(call.id) }
    deploymentTable.erase(slot)
    outbox.store(.erasedDeployment(id))
    outbox.follow(with: .recordErased(pool: pool))
  }

  /// Erases the oldest of the history before its time.
  mutating func limitHistory() {
    if deploymentTable.reportsHistory() {
      log(
        .engine,
        "the history holds \(historyLimit) removed deployments: the oldest leave before their time",
        level: .warning)
    }
    while let slot = deploymentTable.takeExcessHistory() { erase(slot) }
  }

  /// Updates counts, indexes and limits after a change of the deployment.
  mutating func recount(_ slot: Int) {
    let index = deploymentTable.pool(of: slot)
    let publication = deploymentTable[slot].publication
    let isOutdated =
      publication != nil && publication != poolTable[index].record.activePublication
    guard let change = deploymentTable.recount(slot, isOutdated: isOutdated) else { return }
    poolTable.count(deploymentTable[slot].id, of: index, change, in: deploymentTable)
    providerTable.count(poolTable[index].provider, change)
    recountKept(index)
    if change.disappears || change.ends {
      poolTable.reviveExhausted()
      outbox.follow(with: .poolEmptied(index))
    }
    if change.ends, deploymentTable.hasTooMuchHistory { outbox.follow(with: .historyGrown) }
    if change.before?.reservation != change.after.reservation { updateService(of: index) }
    if change.before?.holder != change.after.holder { requeue(slot) }
    poolTable.replan(index)
  }

  /// Counts anew what a pool keeps for its new publication.
  mutating func recountKept(_ index: Int) {
    let change = poolTable.recountKept(index)
    if change != 0 { providerTable.keep(poolTable[index].provider, by: change, for: index) }
    if change < 0 { poolTable.reviveExhausted() }
  }

  /// The oldest deployment of a pool in an index.
  mutating func oldest(_ index: CensusKey.Index, of pool: Int) -> Int? {
    poolTable.oldest(index, of: pool, in: deploymentTable).flatMap { deploymentTable.slot($0) }
  }

  /// The newest deployment of a pool in an index.
  mutating func newest(_ index: CensusKey.Index, of pool: Int) -> Int? {
    poolTable.newest(index, of: pool, in: deploymentTable).flatMap { deploymentTable.slot($0) }
  }

  /// Sets the wake-up of a deployment to the earliest of its due times.
  mutating func reschedule(_ slot: Int) {
    let runtime = deploymentTable.runtime(slot)
    var earliest = runtime.call?.due ?? runtime.call?.hangsAt
    func consider(_ moment: Moment?) {
      guard let moment else { return }
      earliest = earliest.map { min($0, moment) } ?? moment
    }
    consider(stateDeadline(of: slot))
    consider(deploymentTable[slot].pending?.due.at)
    if !provider(of: slot).inMaintenance {
      consider(deploymentTable[slot].phase.operation?.deadline.at)
    }
    consider(stuckAt(slot))
    if runtime.call == nil { consider(nextAction(of: slot)) }
    // What is past needs no time to be due at: it waits for something else.
    if runtime.reportedChange != nil, let look = runtime.nextLookAt, look > now.moment {
      consider(look)
    }
    if runtime.reportedUsers != nil, let due = runtime.nextUsersAt, due > now.moment {
      consider(due)
    }
    guard deploymentTable.setDue(slot, earliest), let earliest else { return }
    timers.add(earliest, .deployment(deploymentTable[slot].id))
  }

  mutating func log(
    _ kind: JournalKind, _ message: String, level: LogLevel = .info, slot: Int? = nil,
    pool: Int? = nil, actor: SafeText = "engine"
  ) {
    outbox.write(entry(kind, message, level: level, slot: slot, pool: pool, actor: actor))
  }

  func entry(
    _ kind: JournalKind, _ message: String, level: LogLevel = .info, slot: Int? = nil,
    pool: Int? = nil, actor: SafeText = "engine"
  ) -> JournalEntry {
    let poolPlace = slot.map { deploymentTable.pool(of: $0) } ?? pool
    return JournalEntry(
      at: now.utc, level: level, kind: kind, pool: poolPlace.map { poolTable[$0].record.id },
      deployment: slot.map { deploymentTable[$0].id }, actor: actor, message: SafeText(message))
  }
}
