public import DeploymentEngine
public import DeploymentInterface
import Foundation
import GRDB
import Posix
import SafeTexts

/// Submits requests to the engine of a store, whether it runs in this process or in another one.
public final class RequestClient: Sendable {
  /// How long a submitted request is valid. After that, no engine takes it up.
  public static let validity = TimeSpan.seconds(60)

  private let paths: StorePaths
  private let queue: DatabaseQueue
  private let clock: EngineClock

  /// Opens the existing store at a path.
  public convenience init(path: String) throws(StoreFailure) {
    try self.init(path: path, clock: .system)
  }

  /// Opens the store at a path, with the clock that decides whether requests are valid.
  init(path: String, clock: EngineClock) throws(StoreFailure) {
    paths = StorePaths(path)
    self.clock = clock
    queue = try StoreConnection.open(paths, .requesting)
  }

  /// Submits a request. A request with a known key is not stored again: it keeps its first reply.
  ///
  /// An engine that starts more than `validity` later does not take it up.
  public func submit(_ request: Request) throws(StoreFailure) { try submit([request]) }

  /// Submits requests in one transaction: all of them or, if it throws, none.
  public func submit(_ requests: [Request]) throws(StoreFailure) {
    try submit(requests, validity: Self.validity)
  }

  /// The reply to a request; nil until the engine has answered it.
  public func answer(to key: RequestKey) throws(StoreFailure) -> Reply? {
    try answers(to: [key])[key]
  }

  /// Withdraws a request that no engine has taken up.
  ///
  /// - Returns: true if the request was removed and will never be carried out; false if it was
  ///   answered, is being carried out, or does not exist.
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

  /// Submits requests and blocks until all are answered or the timeout has passed. Unanswered ones
  /// are then withdrawn and missing in the result.
  ///
  /// If an engine has already taken up a request, this waits for its reply for up to 0.5 s longer.
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
        // It has expired without being taken up, so it may be submitted again.
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

  /// Whether the engine that took a request up ended before it replied, and no engine runs now. No
  /// engine can take it up during this transaction, because that would be a write as well.
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
