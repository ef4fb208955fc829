import DeploymentInterface
import DequeModule
import SafeTexts

/// A publication with its state in this run only.
struct LivePublication: Sendable {
  var record: PublicationRecord
  var call: CallInFlight?
  /// The number of deployments made from it that exist.
  var uses = 0
  /// The number of its failed removals, in a row.
  var failedRemovals = 0
}

/// What can be asked of a pool's entry.
extension PoolEntry {
  /// The place in the queue of the user who is served next.
  var firstPosition: Int64 { waiters.first?.position ?? .max }
  /// Whether any of its resources still exists.
  var hasAnything: Bool {
    record.counts.existing > 0 || publications.contains { $0.record.state != .removed }
  }

  /// The number of errors that are removed by themselves after a while.
  var keptErrors: Int { count(.keptError) + count(.keptOldError) }

  /// The publication with this revision.
  func publication(_ revision: Int?) -> LivePublication? {
    publications.first { $0.record.revision == revision }
  }
  /// The publication that is being prepared.
  var publishing: PublicationRecord? {
    publications.first { $0.record.state == .publishing }?.record
  }
}

/// What every plan asks of a pool: of the table, since a question to an entry copies the entry.
extension PoolTable {
  /// Somebody waits, or may be served by another one sooner.
  func needsServing(_ index: Int) -> Bool {
    !self[index].waiters.isEmpty || !self[index].reserved.isEmpty
  }

  /// The fill level in millionths of its target; the emptiest pool is served first.
  func share(of index: Int) -> Int {
    let (sizes, counts) = (self[index].record.sizes, self[index].record.counts)
    let wanted = max(1, max(sizes.initial, sizes.l1 + counts.assigned) + sizes.l2)
    return (counts.total + counts.l2) * 1_000_000 / wanted
  }
}

extension PoolTable {
  /// The deployment that a user holds or has reserved.
  func holder(_ user: SafeText, in index: Int) -> DeploymentID? {
    self[index].holders[self[index].settings.users.key(user)]
  }

  /// A user who waits; nil: the user does not wait.
  func waiter(_ user: SafeText, in index: Int) -> WaitingUser? {
    place(of: user, in: index).map { self[index].waiters[$0] }
  }

  /// The place of a user in the queue.
  func place(of user: SafeText, in index: Int) -> Int? {
    guard isWaiting(user, in: index) else { return nil }
    let users = self[index].settings.users
    let key = users.key(user)
    return self[index].waiters.firstIndex { users.key($0.user) == key }
  }

  /// The latest publication with this name, of any pool.
  func publication(named name: String) -> PublicationRecord? {
    for index in indices.reversed() {
      let found = self[index].publications.last { $0.record.name == name }
      if let found { return found.record }
    }
    return nil
  }

  /// Whether a user waits.
  func isWaiting(_ user: SafeText, in index: Int) -> Bool {
    self[index].waitingUsers.contains(self[index].settings.users.key(user))
  }
}
