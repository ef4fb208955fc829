import DeploymentInterface
import SafeTexts

/// A publication with its state in this run only.
struct LivePublication: Sendable {
  var record: PublicationRecord
  var call: CallInFlight?
  /// The number of its failed removals, in a row.
  var failedRemovals = 0
}

/// What can be asked of a pool's entry.
extension PoolEntry {
  /// Somebody waits, or may be served by another one sooner.
  var needsServing: Bool { !waiters.isEmpty || !reserved.isEmpty }
  /// The place in the queue of the user who is served next.
  var firstPosition: Int64 { waiters.first?.position ?? .max }
  /// Whether any of its resources still exists.
  var hasAnything: Bool {
    record.counts.existing > 0 || publications.contains { $0.record.state != .removed }
  }

  /// The publication with this revision.
  func publication(_ revision: Int?) -> LivePublication? {
    publications.first { $0.record.revision == revision }
  }
  /// The publication that is being prepared.
  var publishing: PublicationRecord? {
    publications.first { $0.record.state == .publishing }?.record
  }

  /// The fill level in millionths of its target; the emptiest pool is served first.
  var share: Int {
    let sizes = record.sizes
    let wanted = max(1, max(sizes.initial, sizes.l1 + record.counts.assigned) + sizes.l2)
    return (record.counts.total + record.counts.l2) * 1_000_000 / wanted
  }
}

extension PoolTable {
  /// The deployment that a user holds or has reserved.
  func holder(_ user: SafeText, in index: Int) -> DeploymentID? {
    self[index].holders[self[index].settings.users.key(user)]
  }

  /// Whether a user waits.
  func isWaiting(_ user: SafeText, in index: Int) -> Bool {
    self[index].waitingUsers.contains(self[index].settings.users.key(user))
  }
}
