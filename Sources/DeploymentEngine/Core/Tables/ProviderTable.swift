import DeploymentInterface
import DequeModule
import SafeTexts

/// A provider with its state beside the record.
struct ProviderEntry: Sendable {
  fileprivate(set) var record: ProviderRecord
  fileprivate(set) var settingReady = 0
  /// Removals that make no progress and are being tried.
  fileprivate(set) var stuck = 0
  /// Pools in which users wait.
  fileprivate(set) var waitingPools: [Int] = []
  fileprivate(set) var isErased = false
  /// Places that pools keep for their new publications.
  fileprivate(set) var kept = 0
  /// The pool that last kept one more.
  fileprivate(set) var keeper: Int?
  /// The back-off, if any; not stored, unlike the restraints of its pools.
  fileprivate(set) var backoff: ProviderBackoff?
  /// Why what it says is gone is not believed yet; nil: it is believed.
  fileprivate(set) var doubt: SafeText?
  fileprivate(set) var doubtedSince: Moment?
  /// Oldest first.
  fileprivate var looks = Deque<(at: Moment, isGone: Bool)>()
  /// When a task of any deployment was last answered well; nil: not since the start.
  fileprivate(set) var workedAt: Moment?
  /// How often in a row it throttled or rejected us.
  fileprivate(set) var consecutiveFailures = 0
  fileprivate(set) var inventory = InventoryState()
  fileprivate var queues = WorkQueues()
  fileprivate var isDirty = false
  fileprivate var needsDispatch = false

  fileprivate init(_ record: ProviderRecord) { self.record = record }
}

/// The state of a provider's inventory in this run only; not stored.
struct InventoryState: Sendable {
  /// Barred identities: of resources without a record, and of forgotten records whose resources may
  /// still exist.
  var heldIdentities: Set<Identity> = []
  /// Identities of forgotten records, each held until a listing that began later.
  var unverified: [UnverifiedIdentity] = []
  /// Whether it was listed since the engine started.
  var isListed = false
  /// Removals that were given up but may still be carried out.
  var lateRemovals: [InventoryInFlight] = []
  /// Whether the provider can list its resources.
  var isOffered = false
  /// Listings in a row between which no call on the provider ended.
  var quietListings = 0
  /// The inventory call in flight.
  var call: InventoryInFlight?
  /// When the next call is due; nil while one is in flight.
  var nextAt: Moment?
}

/// An inventory call that has not been answered.
struct InventoryInFlight: Sendable {
  var id: CallID
  var task: InventoryCall.Task
  var due: Moment
  /// When it began.
  var began: Moment

  /// Whether it removes a resource that was made for this purpose.
  func removes(_ purpose: ExternalResource.Purpose) -> Bool {
    switch task {
    case .list: false
    case .remove(let thing): thing.purpose == purpose
    }
  }
}

/// An identity that may still exist although its record was forgotten.
struct UnverifiedIdentity: Sendable {
  var identity: Identity
  /// The last call number at that time: listings with a higher number began later.
  var since: CallID
}

/// All providers: the only writer of their records. A provider keeps its index; an erased one is
/// marked.
struct ProviderTable: Sendable {
  private var providers: [ProviderEntry] = []
  private var placesByName: [SafeText: Int] = [:]
  private var dirty: [Int] = []
  private var undispatched: [Int] = []

  subscript(place: Int) -> ProviderEntry {
    _read { yield providers[place] }
  }
  var indices: Range<Int> { providers.indices }
  /// Every existing provider, by name.
  var records: [ProviderRecord] {
    providers.filter { !$0.isErased }.map(\.record).sorted { $0.name < $1.name }
  }
  func place(named name: SafeText) -> Int? { placesByName[name] }
  func first(where condition: (ProviderEntry) -> Bool) -> Int? {
    providers.firstIndex(where: condition)
  }
  func contains(where condition: (ProviderEntry) -> Bool) -> Bool {
    providers.contains(where: condition)
  }

  // MARK: Adding and erasing

  /// Adds a provider without deployments.
  mutating func add(_ record: ProviderRecord) -> Int {
    var record = record
    (record.preparing, record.removing, record.deployments, record.hung) = (0, 0, 0, 0)
    providers.append(ProviderEntry(record))
    placesByName[record.name] = providers.count - 1
    return providers.count - 1
  }

  mutating func configure(_ place: Int, _ limits: ProviderLimits) {
    providers[place].isErased = false
    providers[place].record.limits = limits
    touch(place)
    scheduleDispatch(place)
  }

  mutating func erase(_ place: Int) {
    providers[place].isErased = true
    placesByName[providers[place].record.name] = nil
  }

  mutating func setMaintenance(_ place: Int, _ isOn: Bool, at now: Moment) {
    providers[place].record.inMaintenance = isOn
    providers[place].record.maintenance =
      isOn ? Deadline(from: now, length: Timing.century) : nil
    touch(place)
  }

  // MARK: Changed records

  mutating func touch(_ place: Int) {
    guard !providers[place].isDirty else { return }
    providers[place].isDirty = true
    dirty.append(place)
  }

  /// The records that changed since the last call.
  mutating func takeChanges(_ take: (ProviderRecord) -> Void) {
    for place in dirty where providers[place].isDirty {
      providers[place].isDirty = false
      if !providers[place].isErased { take(providers[place].record) }
    }
    dirty.removeAll(keepingCapacity: true)
  }

  // MARK: Counts and queues

  /// Updates the counts after a change of a deployment.
  mutating func count(_ place: Int, _ change: CensusChange) {
    if change.movesQuota {
      count(place, change.before?.quota, by: -1)
      count(place, change.after.quota, by: 1)
      touch(place)
      scheduleDispatch(place)
    }
    if change.appears || change.disappears {
      providers[place].record.deployments += change.appears ? 1 : -1
      touch(place)
    }
  }

  private mutating func count(_ place: Int, _ quota: CensusKey.Quota?, by step: Int) {
    switch quota {
    case .preparing: providers[place].record.preparing += step
    case .removing: providers[place].record.removing += step
    case .settingReady: providers[place].settingReady += step
    case .stuck: providers[place].stuck += step
    case .some(.none), nil: break
    }
  }

  /// Counts places that a pool keeps for its new publication, or no longer keeps.
  mutating func keep(_ place: Int, by step: Int, for pool: Int) {
    providers[place].kept += step
    if step > 0 { providers[place].keeper = pool }
  }

  /// Counts a call that hangs, or one that has returned after all.
  mutating func countHung(_ place: Int, by step: Int) {
    providers[place].record.hung += step
    touch(place)
    scheduleDispatch(place)
  }

  /// Schedules serving its queues before the step ends: a place became free or a queue longer.
  mutating func scheduleDispatch(_ place: Int) {
    guard !providers[place].needsDispatch else { return }
    providers[place].needsDispatch = true
    undispatched.append(place)
  }

  mutating func nextUndispatched() -> Int? {
    guard let place = undispatched.popLast() else { return nil }
    providers[place].needsDispatch = false
    return place
  }

  mutating func append(_ id: DeploymentID, to queue: WorkQueue, of place: Int) {
    providers[place].queues.append(id, to: queue)
    scheduleDispatch(place)
  }

  mutating func popFirst(_ queue: WorkQueue, of place: Int) -> DeploymentID? {
    providers[place].queues.popFirst(queue)
  }

  mutating func insert(_ candidate: RefillCandidate, _ place: Int) {
    providers[place].queues.insert(candidate)
  }

  mutating func popEmptiest(_ place: Int) -> RefillCandidate? {
    providers[place].queues.popEmptiest()
  }

  mutating func addWaitingPool(_ pool: Int, _ place: Int) {
    providers[place].waitingPools.append(pool)
  }

  /// Removes a pool from those with waiting users; false if it was not among them.
  @discardableResult
  mutating func removeWaitingPool(_ pool: Int, _ place: Int) -> Bool {
    guard let entry = providers[place].waitingPools.firstIndex(of: pool) else { return false }
    providers[place].waitingPools.remove(at: entry)
    return true
  }

  // MARK: Back-off

  mutating func doubt(_ place: Int, _ reason: SafeText, since moment: Moment) {
    providers[place].doubt = reason
    providers[place].doubtedSince = moment
  }

  mutating func endDoubt(_ place: Int) {
    providers[place].doubt = nil
    providers[place].doubtedSince = nil
    providers[place].looks = []
  }

  /// Notes whether a check found a deployment. Hot: every `setReady` that succeeds is a check.
  mutating func noteLook(_ place: Int, isGone: Bool, at moment: Moment) {
    while let first = providers[place].looks.first, first.at < moment - Timing.doubt.looks {
      providers[place].looks.removeFirst()
    }
    if providers[place].looks.count < Limits.looks {
      providers[place].looks.append((moment, isGone))
    }
  }

  /// How many deployments were checked lately, and how many of them were gone.
  func looks(_ place: Int) -> (gone: Int, all: Int) {
    (providers[place].looks.count(where: \.isGone), providers[place].looks.count)
  }

  mutating func noteWorking(_ place: Int, at moment: Moment) { providers[place].workedAt = moment }
  mutating func countFailure(_ place: Int) { providers[place].consecutiveFailures += 1 }
  mutating func backOff(_ place: Int, _ backoff: ProviderBackoff) {
    providers[place].backoff = backoff
  }
  mutating func endFailures(_ place: Int) { providers[place].consecutiveFailures = 0 }
  mutating func endBackoff(_ place: Int) { providers[place].backoff = nil }

  // MARK: Orphans

  /// Changes the state of a provider's inventory.
  mutating func updateInventory(_ place: Int, _ body: (inout InventoryState) -> Void) {
    body(&providers[place].inventory)
  }

  /// Changes the list of orphans, which is stored with the provider.
  mutating func updateOrphans(_ place: Int, _ body: (inout OrphanList) -> Void) {
    body(&providers[place].record.orphans)
    touch(place)
  }

  /// Whether a publication with this name exists without a record, or is still being removed.
  func isLeftBehind(_ publication: String) -> Bool {
    providers.contains { provider in
      provider.record.orphans.all.contains { $0.thing.purpose == .publication(publication) }
        || provider.inventory.lateRemovals.contains { $0.removes(.publication(publication)) }
    }
  }
}
