public import DeploymentEngine
public import DeploymentInterface
import Foundation
import GRDB
import Posix
import SafeTexts

/// Leaves requests in a store for the engine that runs on it, in whichever process that is.
public final class RequestClient: Sendable {
  /// How long a request that is submitted waits for an engine before it is no longer taken up.
  public static let validity = TimeSpan.seconds(60)

  private let paths: StorePaths
  private let queue: DatabaseQueue
  private let clock: EngineClock

  /// Opens the store at a path, which must exist.
  public convenience init(path: String) throws(StoreFailure) {
    try self.init(path: path, clock: .system)
  }

  /// Opens the store at a path, with the clock that the validity of requests is reckoned by.
  init(path: String, clock: EngineClock) throws(StoreFailure) {
    paths = StorePaths(path)
    self.clock = clock
    queue = try StoreConnection.open(paths, .requesting)
  }

  /// Leaves a request. One whose key is already there is not left again: it keeps its first answer.
  ///
  /// An engine that comes more than `validity` later does not take it up.
  public func submit(_ request: Request) throws(StoreFailure) { try submit([request]) }

  /// Leaves requests, each as `submit` does, in one transaction: all of them or, where it throws,
  /// none.
  public func submit(_ requests: [Request]) throws(StoreFailure) {
    try submit(requests, validity: Self.validity)
  }

  /// The answer to a request; nil while there is none.
  public func answer(to key: RequestKey) throws(StoreFailure) -> Reply? {
    try answers(to: [key])[key]
  }

  /// Takes back a request that no engine has taken up.
  ///
  /// - Returns: true: it is gone and will never be carried out. False: it was answered, or is being
  ///   carried out, or was not there.
  public func withdraw(_ key: RequestKey) throws(StoreFailure) -> Bool {
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

  /// Leaves requests and blocks until all are answered or the time is over; the unanswered ones
  /// are then taken back and absent from what is returned.
  ///
  /// What an engine has taken up is waited for a little longer: it is being carried out.
  public func ask(
    _ requests: [Request], timeout: TimeSpan
  ) throws(StoreFailure) -> [RequestKey: Reply] {
    let keys = requests.map(\.key)
    let changed = Semaphore()
    let watcher = StoreWatcher(path: paths.store) { changed.signal() }
    defer { watcher.stop() }
    try submit(requests, validity: timeout)
    let end = clock.now.moment + timeout
    var replies = try answers(to: keys)
    while replies.count < Set(keys).count, clock.now.moment < end {
      let left = (end - clock.now.moment).milliseconds
      _ = changed.wait(atMost: .milliseconds(max(1, min(left, 1000))))
      replies = try answers(to: keys)
    }
    for key in keys where replies[key] == nil {
      if try !withdraw(key) { replies[key] = try lateAnswer(to: key) }
    }
    return replies
  }

  private func submit(_ requests: [Request], validity: TimeSpan) throws(StoreFailure) {
    let now = clock.now.utc
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
      for request in requests {
        // Nobody waited for it any more, so it was never taken up: it may be left anew.
        try db.execute(
          sql: """
            DELETE FROM request
            WHERE key = ? AND reply IS NULL AND taken IS NULL AND expires_at <= ?
            """,
          arguments: [request.key.text.text, now.milliseconds])
        try db.execute(
          sql: """
            INSERT INTO request (key, body, submitted_at, expires_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO NOTHING
            """,
          arguments: [
            request.key.text.text, try PlainJSON.encode(request), now.milliseconds,
            (now + validity).milliseconds,
          ])
      }
    }
  }

  private func answers(to keys: [RequestKey]) throws(StoreFailure) -> [RequestKey: Reply] {
    try StoreConnection.attempt(paths) {
      try queue.read { db in
        var replies: [RequestKey: Reply] = [:]
        let statement = try db.cachedStatement(sql: "SELECT reply FROM request WHERE key = ?")
        for key in keys {
          let text = try String.fetchOne(statement, arguments: [key.text.text])
          if let text { replies[key] = PlainJSON.decode(Reply.self, from: text) }
        }
        return replies
      }
    }
  }

  /// The engine that took it up ended before it answered, and none has come after it. Nobody can
  /// take it up while this transaction lasts: that, too, would be a write.
  private func isOrphaned(taken: Int64?, epoch: Int64) -> Bool {
    taken == epoch && LeaseStatus.query(store: paths.store) == .none
  }

  private func lateAnswer(to key: RequestKey) throws(StoreFailure) -> Reply? {
    for _ in 0..<50 {
      if let reply = try answer(to: key) { return reply }
      usleep(10_000)
      if try withdraw(key) { return nil }
    }
    return nil
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
