import DeploymentInterface
import DequeModule
import SafeTexts

/// A pool with its state beside the record. Never copied while it may change: that would copy its
/// indexes.
struct PoolEntry: Sendable {
  fileprivate(set) var record: Pool
  fileprivate(set) var settings: PoolConfiguration
  /// The index of its provider in the table of providers.
  fileprivate(set) var provider: Int
  /// The deployments that users hold or have reserved, by what names of one user have in common.
  fileprivate(set) var holders: [SafeText: DeploymentID] = [:]
  /// Users who wait, in the order in which they are served.
  fileprivate(set) var waiters = Deque<WaitingUser>()
  fileprivate(set) var waitingUsers: Set<SafeText> = []
  /// Reserved ones that are not ready yet.
  fileprivate(set) var reserved: [DeploymentID] = []
  /// Of `reserved`: those on their way from L2.
  fileprivate(set) var reservedMoves = 0
  /// What the planner counts beside the record.
  fileprivate(set) var tally = PoolTally()
  /// Every kept publication, by revision.
  fileprivate(set) var publications: [LivePublication] = []
  fileprivate(set) var isErased = false
  /// Incremented with each plan; an entry with another number in the provider's queue is stale.
  fileprivate(set) var stamp: UInt64 = 0
  fileprivate(set) var isUnplanned = false
  fileprivate var ages = [AgeIndex](repeating: AgeIndex(), count: CensusKey.Index.allCases.count)
  fileprivate var isDirty = false
  fileprivate var isExhausted = false
  /// The places that other pools may not take, as they are counted at the provider.
  fileprivate(set) var placesKept = 0
  /// Whether one was made ready for a user since that last failed for good.
  fileprivate(set) var makesReady = false

  fileprivate init(record: Pool, settings: PoolConfiguration, provider: Int) {
    self.record = record
    self.settings = settings
    self.provider = provider
  }

  /// The number of deployments in an index.
  func count(_ index: CensusKey.Index) -> Int { ages[index.rawValue].count }
}

/// All pools: the only writer of their records. A pool keeps its index; an erased pool is marked.
struct PoolTable: Sendable {
  private var pools: [PoolEntry] = []
  private var places: [PoolID: Int] = [:]
  private var placesByName: [SafeText: Int] = [:]
  private var dirty: [Int] = []
  private var unplanned = Deque<Int>()
  /// Pools that could not create because something was exhausted; planned again when something is
  /// freed.
  private var exhausted: [Int] = []

  subscript(index: Int) -> PoolEntry {
    _read { yield pools[index] }
  }
  var indices: Range<Int> { pools.indices }
  /// Every existing pool, by number.
  var records: [Pool] { pools.filter { !$0.isErased }.map(\.record) }
  /// A pool's index, by its number.
  func place(_ id: PoolID) -> Int? { places[id] }
  /// A pool's index, by its name.
  func place(named name: SafeText) -> Int? { placesByName[name] }
  /// The existing pools of a provider, ascending.
  func places(on provider: Int) -> [Int] {
    pools.indices.filter { pools[$0].provider == provider && !pools[$0].isErased }
  }
  func allSatisfy(_ condition: (PoolEntry) -> Bool) -> Bool { pools.allSatisfy(condition) }
  func contains(where condition: (PoolEntry) -> Bool) -> Bool { pools.contains(where: condition) }

  // MARK: Adding and erasing

  mutating func add(_ record: Pool, _ settings: PoolConfiguration, provider: Int) {
    pools.append(PoolEntry(record: record, settings: settings, provider: provider))
    places[record.id] = pools.count - 1
    placesByName[record.name] = pools.count - 1
  }

  /// Erases a pool that has no resources.
  mutating func erase(_ index: Int) {
    pools[index].isErased = true
    places[pools[index].record.id] = nil
    placesByName[pools[index].record.name] = nil
    pools[index].record.plan = PoolPlan()
    (pools[index].waiters, pools[index].waitingUsers) = ([], [])
    (pools[index].reserved, pools[index].publications) = ([], [])
  }

  // MARK: Changed records and plans

  mutating func touch(_ index: Int) {
    guard !pools[index].isDirty else { return }
    pools[index].isDirty = true
    dirty.append(index)
  }

  /// The records that changed since the last call.
  mutating func takeChanges(_ take: (Pool) -> Void) {
    for index in dirty where pools[index].isDirty {
      pools[index].isDirty = false
      if !pools[index].isErased { take(pools[index].record) }
    }
    dirty.removeAll(keepingCapacity: true)
  }

  /// Schedules a plan before the step ends: its counts or settings changed.
  mutating func replan(_ index: Int) {
    touch(index)
    guard !pools[index].isUnplanned else { return }
    pools[index].isUnplanned = true
    unplanned.append(index)
  }

  mutating func nextUnplanned() -> Int? {
    guard let index = unplanned.popFirst() else { return nil }
    pools[index].isUnplanned = false
    return index
  }

  mutating func plan(_ index: Int, _ plan: PoolPlan) {
    pools[index].record.plan = plan
    pools[index].stamp += 1
    touch(index)
  }

  /// Sets what the pool does now and why, in one sentence.
  mutating func say(_ sentence: SafeText, _ index: Int) { pools[index].record.now = sentence }

  /// Sets how many places of its provider are its own until its publication is rolled out.
  mutating func keep(_ places: Int, of index: Int) {
    pools[index].record.placesUntilRenewed = places
  }

  /// Counts anew how many places it keeps.
  ///
  /// - Returns: how many more than before.
  mutating func recountKept(_ index: Int) -> Int {
    // Asked with every change of a deployment, and nearly always of a pool that keeps nothing.
    guard pools[index].record.placesUntilRenewed > 0 || pools[index].placesKept > 0 else {
      return 0
    }
    let kept = pools[index].isErased ? 0 : pools[index].record.placesKept
    defer { pools[index].placesKept = kept }
    return kept - pools[index].placesKept
  }

  /// Notes that it must be planned again when any pool frees something.
  mutating func noteExhausted(_ index: Int) {
    guard !pools[index].isExhausted else { return }
    pools[index].isExhausted = true
    exhausted.append(index)
  }

  /// Something was freed: schedules plans of the pools that could not create.
  mutating func reviveExhausted() {
    for index in exhausted {
      pools[index].isExhausted = false
      replan(index)
    }
    exhausted.removeAll(keepingCapacity: true)
  }

  // MARK: Counts and indexes

  /// Updates the counts and indexes after a change of a deployment.
  mutating func count(
    _ id: DeploymentID, of index: Int, _ change: CensusChange, in deployments: DeploymentTable
  ) {
    let (before, after) = (change.before, change.after)
    if let before { pools[index].record.counts.add(before, by: -1) }
    pools[index].record.counts.add(after, by: 1)
    if let before { pools[index].tally.add(before, by: -1) }
    pools[index].tally.add(after, by: 1)
    if before?.index != after.index {
      if let old = before?.index { pools[index].ages[old.rawValue].forget() }
      if let new = after.index {
        pools[index].ages[new.rawValue].insert(id) { deployments.isIn(new, $0) }
      }
    }
    if before?.reservation != after.reservation {
      if before?.reservation != nil { pools[index].reserved.removeAll { $0 == id } }
      if after.reservation != nil { pools[index].reserved.append(id) }
      if before?.reservation == .moving { pools[index].reservedMoves -= 1 }
      if after.reservation == .moving { pools[index].reservedMoves += 1 }
    }
    if before?.holder != after.holder {
      if let user = before?.holder { release(user, id, of: index) }
      if let user = after.holder {
        pools[index].holders[pools[index].settings.users.key(user)] = id
      }
    }
  }

  private mutating func release(_ user: SafeText, _ id: DeploymentID, of index: Int) {
    let key = pools[index].settings.users.key(user)
    if pools[index].holders[key] == id { pools[index].holders[key] = nil }
  }

  /// The oldest of a pool that can be taken from an index.
  mutating func oldest(
    _ index: CensusKey.Index, of pool: Int, in deployments: DeploymentTable
  ) -> DeploymentID? {
    pools[pool].ages[index.rawValue].oldest { deployments.isIn(index, $0) }
  }

  /// The newest deployment of a pool in an index.
  mutating func newest(
    _ index: CensusKey.Index, of pool: Int, in deployments: DeploymentTable
  ) -> DeploymentID? {
    pools[pool].ages[index.rawValue].newest { deployments.isIn(index, $0) }
  }
}

// MARK: Settings

extension PoolTable {
  /// Applies the configuration of a pool, with what is known of its service.
  mutating func configure(_ index: Int, _ record: Pool, _ settings: PoolConfiguration) {
    (pools[index].record, pools[index].settings) = (record, settings)
    replan(index)
  }

  /// Users are told apart in another way: `hold` follows for each of them.
  mutating func compareUsersAnew(_ index: Int) {
    let users = pools[index].settings.users
    pools[index].holders = [:]
    pools[index].waitingUsers = Set(pools[index].waiters.map { users.key($0.user) })
  }

  /// Notes what a user holds; of two deployments of one user, the older one.
  mutating func hold(_ user: SafeText, _ id: DeploymentID, of index: Int) {
    let key = pools[index].settings.users.key(user)
    pools[index].holders[key] = min(pools[index].holders[key] ?? id, id)
  }

  mutating func leaveConfiguration(_ index: Int) {
    pools[index].record.isConfigured = false
    replan(index)
  }

  /// Moves a pool to another provider.
  mutating func move(_ index: Int, to provider: Int, _ record: ProviderRecord) {
    (pools[index].provider, pools[index].record.provider) = (provider, record.name)
    pools[index].record.inMaintenance = record.inMaintenance
  }

  /// Notes that the pool is on the provider of its settings, and clears the problem about that.
  mutating func settle(_ index: Int, on provider: String, solving problem: SafeText) {
    pools[index].settings.provider = provider
    if pools[index].record.problem == problem { pools[index].record.problem = nil }
  }

  mutating func noteReady(_ index: Int, _ works: Bool) { pools[index].makesReady = works }

  mutating func setPaused(_ index: Int, _ isPaused: Bool) {
    pools[index].record.isPaused = isPaused
    pools[index].record.revision += 1
    replan(index)
  }

  mutating func resize(_ index: Int, _ overrides: SizeOverrides) {
    pools[index].record.overrides = overrides
    pools[index].record.revision += 1
    replan(index)
  }

  mutating func setMaintenance(_ index: Int, _ isOn: Bool) {
    pools[index].record.inMaintenance = isOn
    replan(index)
  }

  mutating func restrain(_ index: Int, _ restraint: Restraint) {
    pools[index].record.restraint = restraint
    replan(index)
  }

  /// Ends a restraint; its errors still count while they are recent enough.
  mutating func endRestraint(_ index: Int, at now: Moment) {
    pools[index].record.restraint = nil
    pools[index].record.creationErrors.removeAll { $0.at <= now }
  }

  /// Ends the restraint of a provider's back-off.
  mutating func endRestraint(_ index: Int) {
    pools[index].record.restraint = nil
    replan(index)
  }

  /// Ends a restraint at an operator's request, and forgets its errors.
  mutating func lift(_ index: Int) {
    pools[index].record.forgetFailures()
    pools[index].record.revision += 1
    replan(index)
  }

  mutating func setCreationErrors(_ index: Int, _ errors: [Deadline], failed: [Deadline]) {
    pools[index].record.creationErrors = errors
    pools[index].record.failedCreations = failed
    replan(index)
  }

  /// One more restraint without a success since the one before.
  mutating func countRestraint(_ index: Int) { pools[index].record.restraints += 1 }

  /// Something succeeded: the next restraint is as short as the first.
  mutating func endRestraintCount(_ index: Int) {
    guard pools[index].record.restraints > 0 else { return }
    pools[index].record.restraints = 0
    replan(index)
  }

  mutating func setMoveErrors(_ index: Int, _ errors: [Deadline]) {
    pools[index].record.moveErrors = errors
    touch(index)
  }

  mutating func restrainMoves(_ index: Int, _ restraint: Restraint?) {
    pools[index].record.moveRestraint = restraint
    replan(index)
  }
}

// MARK: Waiting users

extension PoolTable {
  /// Puts a user into the queue of a pool, by position.
  mutating func insert(_ waiter: WaitingUser, in index: Int) {
    let place = pools[index].waiters.firstIndex { $0.position > waiter.position }
    pools[index].waiters.insert(waiter, at: place ?? pools[index].waiters.endIndex)
    pools[index].waitingUsers.insert(pools[index].settings.users.key(waiter.user))
    pools[index].record.waiting = pools[index].waiters.count
  }

  /// Notes what waits for a user in the queue; nil: nothing changes.
  mutating func note(_ asker: Asker?, of user: SafeText, in index: Int) -> WaitingUser? {
    guard let place = place(of: user, in: index),
      pools[index].waiters[place].promise.asker != asker
    else { return nil }
    pools[index].waiters[place].promise.asker = asker
    return pools[index].waiters[place]
  }

  /// Takes a user out of the queue of a pool; nil: the user did not wait.
  mutating func removeWaiter(_ user: SafeText, from index: Int) -> WaitingUser? {
    guard let place = place(of: user, in: index) else { return nil }
    pools[index].waitingUsers.remove(pools[index].settings.users.key(user))
    let waiter = pools[index].waiters.remove(at: place)
    pools[index].record.waiting = pools[index].waiters.count
    replan(index)
    return waiter
  }
}

// MARK: Publications

extension PoolTable {
  mutating func add(_ publication: PublicationRecord, to index: Int) {
    pools[index].publications.append(LivePublication(record: publication))
  }

  mutating func sortPublications(of index: Int) {
    pools[index].publications.sort { $0.record.revision < $1.record.revision }
  }

  /// Changes a publication.
  ///
  /// - Returns: the changed publication; nil if there is none with this revision.
  mutating func update(
    _ revision: Int, of index: Int, _ body: (inout LivePublication) -> Void
  ) -> LivePublication? {
    guard
      let place = pools[index].publications.firstIndex(where: { $0.record.revision == revision })
    else { return nil }
    body(&pools[index].publications[place])
    return pools[index].publications[place]
  }

  /// Notes that the call of a publication is overdue.
  ///
  /// - Returns: whether to report that now; true at most once.
  mutating func noteOverdueCall(of revision: Int, in index: Int, at now: EngineTime) -> Bool {
    var isOverdue = false
    _ = update(revision, of: index) { isOverdue = $0.call?.noteOverdue(at: now) ?? false }
    return isOverdue
  }

  mutating func erasePublication(_ revision: Int, of index: Int) {
    pools[index].publications.removeAll { $0.record.revision == revision }
  }

  /// Sets the revision that the pool creates from; nil for none.
  mutating func activate(_ revision: Int?, of index: Int) {
    pools[index].record.activePublication = revision
    pools[index].record.revision += 1
  }
}
