import DeploymentInterface
import DequeModule
import HeapModule
import SafeTexts

/// The queues of a provider that a deployment can wait in; in one at most.
enum WorkQueue: Hashable, Sendable {
  /// To be removed or cancelled.
  case removal
  /// For a deploy or a move that an operator asked for.
  case start
  /// To be made ready for the user who holds it.
  case ready
  /// To be removed or cancelled once more, after a long time without progress.
  case stuck
}

/// What waits for a place on a provider, each queue in the order in which it was asked for.
///
/// An entry counts only while its deployment still waits in that queue.
struct WorkQueues: Sendable {
  private var removals = Deque<DeploymentID>()
  private var starts = Deque<DeploymentID>()
  private var readies = Deque<DeploymentID>()
  private var stuck = Deque<DeploymentID>()
  private var refills = Heap<RefillCandidate>()

  mutating func append(_ id: DeploymentID, to queue: WorkQueue) {
    switch queue {
    case .removal: removals.append(id)
    case .start: starts.append(id)
    case .ready: readies.append(id)
    case .stuck: stuck.append(id)
    }
  }

  mutating func popFirst(_ queue: WorkQueue) -> DeploymentID? {
    switch queue {
    case .removal: removals.popFirst()
    case .start: starts.popFirst()
    case .ready: readies.popFirst()
    case .stuck: stuck.popFirst()
    }
  }

  mutating func insert(_ candidate: RefillCandidate) { refills.insert(candidate) }

  /// The emptiest of the pools that need something.
  mutating func popEmptiest() -> RefillCandidate? { refills.popMin() }
}

/// A pool that needs something created or moved, in the queue of its provider.
struct RefillCandidate: Comparable, Sendable {
  /// How full the pool is, in millionths of what it wants.
  var share: Int
  var pool: Int
  /// The plan that asked; an entry of an older plan is stale.
  var stamp: UInt64

  static func < (one: RefillCandidate, other: RefillCandidate) -> Bool {
    (one.share, one.pool) < (other.share, other.pool)
  }
}
