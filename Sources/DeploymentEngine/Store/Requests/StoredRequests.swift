import DeploymentEngine
import DeploymentInterface
import GRDB
import SafeTexts

/// Writes requests into the store itself; possible for users who may write it.
struct StoredRequests: RequestChannel {
  let paths: StorePaths
  let queue: DatabaseQueue

  func put(
    _ requests: [Request], allOrNone: Bool, validity: TimeSpan, at now: Timestamp
  ) throws(StoreFailure) -> [RequestKey] {
    try write { db in
      let open = try Int.fetchOne(db, sql: "SELECT count(*) FROM request WHERE reply IS NULL") ?? 0
      if open + requests.count > StoreLimits.openRequests {
        throw StoreFailure(
          .full,
          """
          \(open) requests are already waiting in \(paths.store): try again when an engine has \
          read them
          """)
      }
      var others: [RequestKey] = []
      for request in requests {
        let isNew = try RequestRows.insert(request, until: now + validity, at: now, db)
        if !isNew, try !RequestRows.isRepeated(request, db) { others.append(request.key) }
      }
      if allOrNone, let key = others.first { throw StoreFailure.otherRequest(key) }
      return others
    }
  }

  func withdraw(_ key: RequestKey) throws(StoreFailure) -> Bool {
    try write { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT reply, taken, (SELECT epoch FROM meta) FROM request WHERE key = ?",
        arguments: [key.text.text])
      guard let row, (row[0] as String?) == nil else { return false }
      let taken = row[1] as Int64?
      guard taken == nil || isOrphaned(taken: taken, epoch: row[2]) else { return false }
      try db.execute(sql: "DELETE FROM request WHERE key = ?", arguments: [key.text.text])
      return true
    }
  }

  func keep(_ reports: [Request]) throws(StoreFailure) {
    try write { db in
      for report in reports {
        try db.execute(
          sql: "UPDATE request SET body = ? WHERE key = ? AND reply IS NULL",
          arguments: [try PlainJSON.encode(report), report.key.text.text])
      }
    }
  }

  func isOpen(_ key: RequestKey) throws(StoreFailure) -> Bool {
    try StoreConnection.attempt(paths) {
      try queue.read { try RequestRows.isAnswered(key, $0) == false }
    }
  }

  /// Whether the engine that took a request up ended before it replied, and no engine runs now. No
  /// engine can take it up during this transaction, because that would be a write as well.
  private func isOrphaned(taken: Int64?, epoch: Int64) -> Bool {
    taken == epoch && LeaseStatus.query(store: paths.store) == .none
  }

  private func write<Value>(_ body: (Database) throws -> Value) throws(StoreFailure) -> Value {
    try StoreConnection.attempt(paths) {
      try queue.writeWithoutTransaction { db in
        var value: Value?
        try db.inTransaction(.immediate) {
          value = try body(db)
          return .commit
        }
        guard let value else { throw StoreFailure.lost(paths.store) }
        return value
      }
    }
  }
}
