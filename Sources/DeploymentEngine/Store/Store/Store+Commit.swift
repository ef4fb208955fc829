import Basics
public import DeploymentEngine
public import DeploymentInterface
import Foundation
import GRDB

extension Store {
  /// Stores the effects except the calls in one durable commit, and takes up requests in it.
  ///
  /// If this throws, nothing is stored.
  public func commit(
    _ outcome: Effects, takingRequests: Bool = false, at now: EngineTime
  ) throws(StoreFailure) -> Committed {
    do throws(StoreFailure) {
      return try commit(outcome, takingRequests, now, order: .given)
    } catch  where error.kind == .inconsistent {
      // Two deployments may have exchanged a name or a port: then no order of single rows works.
      return try commit(outcome, takingRequests, now, order: .emptied)
    }
  }

  private func commit(
    _ outcome: Effects, _ takingRequests: Bool, _ now: EngineTime, order: StoreWriter.Order
  ) throws(StoreFailure) -> Committed {
    let before = state.withLock { $0 }
    let dropped = takingRequests ? dropBox?.claim(StoreLimits.requestsPerCommit, at: now.utc) : nil
    let (committed, after) = try StoreConnection.attempt(lease.paths) {
      try queue.writeWithoutTransaction { db in
        var writer = StoreWriter(
          db: db, path: lease.paths.store, epoch: epoch, position: before, now: now)
        var taken: (requests: [Request], more: Bool) = ([], false)
        try db.inTransaction(.immediate) {
          try writer.begin()
          try writer.write(outcome, order: order)
          for one in dropped?.claimed ?? [] { try writer.submit(one.dropped) }
          if takingRequests { taken = try writer.takeRequests() }
          try writer.trim()
          return .commit
        }
        let committed = Committed(
          sequence: writer.position.commits, requests: taken.requests,
          moreRequests: taken.more || dropped?.hasMore == true, remarks: dropped?.remarks ?? [])
        return (committed, writer.position)
      }
    }
    state.withLock { $0 = after }
    lease.remember(commits: after.commits)
    if dropped != nil { dropBox?.removeClaimed() }
    return committed
  }

  /// Whether requests are waiting in the drop box.
  package var hasDroppedRequests: Bool { dropBox.map { !$0.isEmpty } ?? false }

  /// Whether requests are waiting that no engine has taken up.
  package func requestsWait() throws(StoreFailure) -> Bool {
    try StoreConnection.attempt(lease.paths) {
      try queue.writeWithoutTransaction { db in
        let statement = try db.cachedStatement(
          sql: """
            SELECT 1 FROM request WHERE reply IS NULL AND (taken IS NULL OR taken < ?) LIMIT 1
            """)
        return try Bool.fetchOne(statement, arguments: [epoch]) ?? false
      }
    }
  }
}
