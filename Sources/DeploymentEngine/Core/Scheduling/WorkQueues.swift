import DeploymentInterface
import DequeModule
import HeapModule
import SafeTexts

/// The queues of a provider; a deployment waits in at most one.
enum WorkQueue: Hashable, Sendable {
  /// Removals and cancels.
  case removal
  /// Deploys and moves that no user waits for.
  case start
  /// Deploys and moves that a user waits for.
  case userStart
  /// `setReady` for the user who holds the deployment.
  case ready
  /// To be removed or cancelled once more, after a long time without progress.
  case stuck
}

/// The queues of one provider, each in the order of the requests.
///
/// An entry is valid only while its deployment still waits in that queue.
struct WorkQueues: Sendable {
  private var removals = Deque<DeploymentID>()
  private var starts = Deque<DeploymentID>()
  private var userStarts = Deque<DeploymentID>()
  private var readies = Deque<DeploymentID>()
  private var stuck = Deque<DeploymentID>()
  private var refills = Heap<RefillCandidate>()

  mutating func append(_ id: DeploymentID, to queue: WorkQueue) {
    switch queue {
    case .removal: removals.append(id)
    case .start: starts.append(id)
    case .userStart: userStarts.append(id)
    case .ready: readies.append(id)
    case .stuck: stuck.append(id)
    }
  }

  mutating func popFirst(_ queue: WorkQueue) -> DeploymentID? {
    switch queue {
    case .removal: removals.popFirst()
    case .start: starts.popFirst()
    case .userStart: userStarts.popFirst()
    case .ready: readies.popFirst()
    case .stuck: stuck.popFirst()
    }
  }

  mutating func insert(_ candidate: RefillCandidate) { refills.insert(candidate) }

  /// Removes and returns the emptiest pool that needs a deployment.
  mutating func popEmptiest() -> RefillCandidate? { refills.popMin() }
}

/// A pool that needs deployments created or moved, in the queue of its provider.
struct RefillCandidate: Comparable, Sendable {
  /// The fill level of the pool, in millionths of its target.
  var share: Int
  var pool: Int
  /// The number of the plan; an entry of an older plan is stale.
  var stamp: UInt64

  static func < (one: RefillCandidate, other: RefillCandidate) -> Bool {
    (one.share, one.pool) < (other.share, other.pool)
  }
}
