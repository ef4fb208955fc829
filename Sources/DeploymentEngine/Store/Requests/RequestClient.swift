public import DeploymentEngine
public import DeploymentInterface
import Foundation
import GRDB
import Posix
public import SafeTexts

/// Submits requests to the engine of a store, whether it runs in this process or in another one.
public final class RequestClient: Sendable {
  /// How long a submitted request is valid. After that, no engine takes it up.
  public static let validity = TimeSpan.seconds(60)

  private let paths: StorePaths
  private let queue: DatabaseQueue
  private let clock: EngineClock

  /// Opens the existing store at a path.
  ///
  /// - Parameter patience: how long to wait for an engine that is starting; see `StoreReader`.
  public convenience init(path: String, patience: TimeSpan = .zero) throws(StoreFailure) {
    try self.init(path: path, clock: .system, patience: patience)
  }

  /// Opens the store at a path, with the clock that decides whether requests are valid.
  init(path: String, clock: EngineClock, patience: TimeSpan = .zero) throws(StoreFailure) {
    paths = StorePaths(path)
    self.clock = clock
    queue = try StoreConnection.open(paths, .requesting, patience: patience)
  }

  /// Submits a request. A request with a known key is not stored again: it keeps its first reply.
  /// Throws if the key belongs to another request.
  ///
  /// An engine that starts more than `validity` later does not take it up.
  public func submit(_ request: Request) throws(StoreFailure) { try submit([request]) }

  /// Submits requests in one transaction: all of them or, if it throws, none.
  public func submit(_ requests: [Request]) throws(StoreFailure) {
    try write { db in
      let others = try put(requests, validity: Self.validity, db)
      if let key = others.first { throw StoreFailure(.inconsistent, Self.otherRequest(key)) }
    }
  }

  /// The earlier request with a key and the reply to it; nil: the key is new, or the request has no
  /// reply yet.
  public func earlier(_ key: RequestKey) throws(StoreFailure) -> (request: Request, reply: Reply)? {
    try StoreConnection.attempt(paths) {
      try queue.read { db in
        let row = try Row.fetchOne(
          db, sql: "SELECT body, reply FROM request WHERE key = ? AND reply IS NOT NULL",
          arguments: [key.text.text])
        guard let row, let request = PlainJSON.decode(Request.self, from: row[0]),
          let reply = PlainJSON.decode(Reply.self, from: row[1])
        else { return nil }
        return (request, reply)
      }
    }
  }

  /// The sentence that a key was used before.
  public static func otherRequest(_ key: RequestKey) -> SafeText {
    "key \(key) was used for another request: choose another key"
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
    var replies = try exchange(requests, validity: timeout, timeout: timeout)
    for key in requests.map(\.key) where replies[key] == nil {
      if try !withdraw(key) { replies[key] = try lateAnswer(to: key) }
    }
    return replies
  }

  /// Submits reports from inside deployments, and blocks as `ask` does. What happened has happened,
  /// so unanswered ones are not withdrawn: they wait, in order, for the next engine.
  ///
  /// - Parameter timeout: zero if no engine runs.
  public func report(
    _ requests: [Request], timeout: TimeSpan
  ) throws(StoreFailure) -> [RequestKey: Reply] {
    let time = clock.now.utc
    let kept = requests.map { request in
      var request = request
      request.keptSince = time
      return request
    }
    guard timeout > .zero else { return try exchange(kept, validity: Self.forEver, timeout: .zero) }
    let replies = try exchange(requests, validity: Self.forEver, timeout: timeout)
    try write { db in
      for request in kept where replies[request.key] == nil {
        try db.execute(
          sql: "UPDATE request SET body = ? WHERE key = ? AND reply IS NULL",
          arguments: [try PlainJSON.encode(request), request.key.text.text])
      }
    }
    return replies
  }

  private static let forEver = TimeSpan.hours(24 * 365 * 100)

  /// Stores requests, and waits for the replies until the timeout has passed.
  private func exchange(
    _ requests: [Request], validity: TimeSpan, timeout: TimeSpan
  ) throws(StoreFailure) -> [RequestKey: Reply] {
    let others = try write { try put(requests, validity: validity, $0) }
    // The time begins when the requests are in the store.
    let end = clock.now.moment + timeout
    var replies: [RequestKey: Reply] = [:]
    for key in others { replies[key] = .refused(Refusal(.invalid, Self.otherRequest(key))) }
    let keys = requests.map(\.key).filter { replies[$0] == nil }
    replies.merge(try answers(to: keys)) { $1 }
    let count = Set(requests.map(\.key)).count
    // A watcher would wake all of several hundred waiting processes at each commit.
    var pause: Int64 = 2
    while replies.count < count, clock.now.moment < end {
      usleep(UInt32.random(in: 500...1000) * UInt32(pause))
      pause = min(pause * 2, 100)
      replies.merge(try answers(to: keys)) { $1 }
    }
    return replies
  }

  /// Stores requests unless a key belongs to another request; returns those keys.
  private func put(
    _ requests: [Request], validity: TimeSpan, _ db: Database
  ) throws -> [RequestKey] {
    let now = clock.now.utc
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
      if db.changesCount == 0, try !isRepeated(request, db) { others.append(request.key) }
    }
    return others
  }

  private func isRepeated(_ request: Request, _ db: Database) throws -> Bool {
    let body = try String.fetchOne(
      db, sql: "SELECT body FROM request WHERE key = ?", arguments: [request.key.text.text])
    guard let body, let earlier = PlainJSON.decode(Request.self, from: body) else { return false }
    return request.repeats(earlier)
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

extension Request {
  /// Whether this asks for the same as an earlier request, by any user, at any time.
  package func repeats(_ earlier: Request) -> Bool {
    guard ifRevision == earlier.ifRevision else { return false }
    // The level of a move follows from where the deployment is when the request is made.
    if case (.move(let one, _), .move(let other, _)) = (verb, earlier.verb) { return one == other }
    return verb == earlier.verb
  }
}
