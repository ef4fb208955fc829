import DeploymentInterface
import DequeModule
import HeapModule
import SafeTexts

/// A pool with what is kept beside its record. Never copied while it may change: that would copy
/// its indexes.
struct PoolBox: Sendable {
  var record: Pool
  var settings: PoolConfiguration
  var host: Int
  var buckets = [AgeIndex](repeating: AgeIndex(), count: Tally.Bucket.allCases.count)
  var holders: [SafeText: DeploymentID] = [:]
  var waiters = Deque<Waiter>()
  var waitingUsers: Set<SafeText> = []
  /// Preparing ones at each level, counted there, whose end is asked for.
  var endingL1 = 0
  var endingL2 = 0
  var publications: [PublicationRecord] = []
  /// The calls of publications in flight, by revision.
  var publicationCalls: [Int: CallID] = [:]
  /// The operations that those calls belong to.
  var publicationCalled: [Int: OperationKind] = [:]
  /// When those calls should have come back, until that was said.
  var publicationCallDue: [Int: Moment] = [:]
  /// Removals of publications that failed, in a row.
  var publicationRemovals: [Int: Int] = [:]
  var isDirty = false
  var isUnplanned = false
  var isErased = false
  var isExhausted = false
  /// Counts up with each plan; an entry of the provider's queue with another number is stale.
  var stamp: UInt64 = 0

  /// Whether a user who waits may be served with something new.
  var canServe: Bool { record.state == .active || record.counts.l1Ready > 0 }
  mutating func countEnding(_ level: CacheLevel?, by step: Int) {
    switch level {
    case .l1: endingL1 += step
    case .l2: endingL2 += step
    case nil: break
    }
  }

  /// How full it is, in millionths of what it wants; the emptiest is served first.
  var share: Int {
    let sizes = record.sizes
    let wanted = max(1, max(sizes.initial, sizes.l1 + record.counts.assigned) + sizes.l2)
    return (record.counts.total + record.counts.l2) * 1_000_000 / wanted
  }
}

/// A provider with what is kept beside its record.
struct HostBox: Sendable {
  var record: ProviderRecord
  var settingReady = 0
  /// Pools that need something created or moved, the emptiest first.
  var hungry = Heap<Hunger>()
  /// Deployments that are to be removed or cancelled, in the order in which that was decided.
  var removals = Deque<DeploymentID>()
  /// Deployments to be made ready for the users who hold them.
  var settings = Deque<DeploymentID>()
  /// Deployments whose deploy or move an operator asked for, and that wait for a place.
  var starts = Deque<DeploymentID>()
  /// Pools in which users wait.
  var waitingPools: [Int] = []
  var isDirty = false
  var isUnpumped = false
  var isErased = false
  /// Why its pools create nothing; for this run only, the pools' restraints are stored.
  var trouble: Trouble?
  /// Troubles in a row.
  var troubles = 0
  /// What is barred for things that have no record, or whose record was given up and that may exist
  /// still: nobody else gets their names meanwhile.
  var orphanIdentities: Set<Identity> = []
  /// What records held that were given up, each until a listing that began later says what exists.
  var doubts: [Doubt] = []
  /// It was listed since the engine started.
  var isListed = false
  /// Removals that were given up, and may still be carried out.
  var lateRemovals: [InventoryFlight] = []
  /// It can say what exists on it.
  var canList = false
  /// The inventory call in flight.
  var inventoryCall: InventoryFlight?
  /// When the next one is made; nil: while one is in flight.
  var nextInventory: Moment?

  /// An inventory call that has not been answered.
  struct InventoryFlight: Sendable {
    var id: CallID
    var task: InventoryCall.Task
    var due: Moment
  }
}

/// What may exist though its record was given up.
struct Doubt: Sendable {
  var identity: Identity
  /// Listings with a higher number began later.
  var since: CallID
}

/// A call on a deployment that was forgotten while it was out.
struct LateCall: Sendable {
  var deployment: DeploymentID
  var identity: Identity
  var host: Int
}

/// A provider that wants less of us, or does not let us in.
struct Trouble: Sendable {
  var kind: FailureClass
  /// When it is tried again.
  var retry: Moment
  /// When the restraints of its pools end by themselves.
  var end: Moment
}

/// A pool's place in its provider's queue.
struct Hunger: Comparable, Sendable {
  var share: Int
  var pool: Int
  var stamp: UInt64

  static func < (one: Hunger, other: Hunger) -> Bool {
    (one.share, one.pool) < (other.share, other.pool)
  }
}

/// When something is to be looked at again.
struct Due: Comparable, Sendable {
  enum Target: Hashable, Sendable {
    /// Counts only while the deployment is due at that very time.
    case deployment(DeploymentID)
    case pool(Int)
    case publication(Int, Int)
    case inventory(Int)
  }
  var at: Moment
  var order: UInt64
  var target: Target

  static func < (one: Due, other: Due) -> Bool { (one.at, one.order) < (other.at, other.order) }
  static func == (one: Due, other: Due) -> Bool { one.order == other.order }
}
