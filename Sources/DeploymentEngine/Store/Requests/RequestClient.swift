public import DeploymentEngine
public import DeploymentInterface
import GRDB
import Glibc
public import SafeTexts

/// Submits requests to the engine of a store, whether it runs in this process or in another one.
///
/// The store's owner writes them into the store. Members of its group, who may only read it, leave
/// them in its drop box; the engine then sets the `actor` to the user who made the file.
public final class RequestClient: Sendable {
  /// How long a submitted request is valid. After that, no engine takes it up.
  public static let validity = Request.validity

  private let paths: StorePaths
  private let queue: DatabaseQueue
  private let channel: any RequestChannel
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
    let isWritable = faccessat(AT_FDCWD, paths.store, W_OK, AT_EACCESS) == 0
    if isWritable || errno != EACCES || !DroppedRequests.isPossible(paths) {
      queue = try StoreConnection.open(paths, .requesting, patience: patience)
      channel = StoredRequests(paths: paths, queue: queue)
    } else {
      queue = try StoreConnection.open(paths, .reading, patience: patience)
      channel = DroppedRequests(paths, queue)
    }
  }

  /// Submits a request. A request with a known key is not stored again: it keeps its first reply.
  /// Throws if the key belongs to another request.
  ///
  /// An engine that starts more than `validity` later does not take it up.
  public func submit(_ request: Request) throws(StoreFailure) { try submit([request]) }

  /// Submits requests: all of them or, if it throws, none.
  public func submit(_ requests: [Request]) throws(StoreFailure) {
    _ = try channel.put(
      requests, allOrNone: true, validity: Self.validity, at: clock.now.utc)
  }

  /// The earlier request with a key and the reply to it; nil: the key is new, or the request has no
  /// reply yet.
  public func earlier(_ key: RequestKey) throws(StoreFailure) -> (request: Request, reply: Reply)? {
    try StoreConnection.attempt(paths) {
      try queue.read { db in
        guard let (body, reply) = try Self.reply(to: key, db),
          let request = PlainJSON.decode(Request.self, from: body)
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
    try StoreConnection.attempt(paths) { try queue.read { try Self.reply(to: key, $0)?.reply } }
  }

  /// Withdraws a request that no engine has taken up.
  ///
  /// - Returns: true if the request was removed and will never be carried out; false if it was
  ///   answered, is being carried out, or does not exist.
  public func withdraw(_ key: RequestKey) throws(StoreFailure) -> Bool {
    try channel.withdraw(key)
  }

  /// Whether a submitted request was neither answered nor withdrawn, so that it may still be
  /// carried out.
  public func isOpen(_ key: RequestKey) throws(StoreFailure) -> Bool { try channel.isOpen(key) }

  /// Submits requests and blocks until all are answered or the timeout has passed. Unanswered ones
  /// are then withdrawn and missing in the result.
  ///
  /// If an engine has already taken up a request, this waits for its reply for up to 0.5 s longer;
  /// `isOpen` then tells that it may still be carried out.
  public func ask(
    _ requests: [Request], timeout: TimeSpan
  ) throws(StoreFailure) -> [RequestKey: Reply] {
    var replies = try exchange(requests, validity: timeout, timeout: timeout)
    var late: [Request] = []
    for request in requests where replies[request.key] == nil {
      if try !withdraw(request.key) { late.append(request) }
    }
    replies.merge(try lateAnswers(to: late)) { $1 }
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
    guard timeout > .zero else {
      return try exchange(kept, validity: Request.forEver, timeout: .zero)
    }
    let replies = try exchange(requests, validity: Request.forEver, timeout: timeout)
    try channel.keep(kept.filter { replies[$0.key] == nil })
    return replies
  }

  /// Stores requests, and waits for the replies until the timeout has passed.
  private func exchange(
    _ requests: [Request], validity: TimeSpan, timeout: TimeSpan
  ) throws(StoreFailure) -> [RequestKey: Reply] {
    let others = try channel.put(
      requests, allOrNone: false, validity: validity, at: clock.now.utc)
    // The time begins when the requests are in the store.
    let end = clock.now.moment + timeout
    var replies: [RequestKey: Reply] = [:]
    for key in others { replies[key] = .refused(Refusal(.invalid, Self.otherRequest(key))) }
    let submitted = requests.filter { replies[$0.key] == nil }
    replies.merge(try answers(to: submitted)) { $1 }
    let count = Set(requests.map(\.key)).count
    // A watcher would wake all of several hundred waiting processes at each commit.
    var pause: Int64 = 2
    while replies.count < count, clock.now.moment < end {
      usleep(UInt32.random(in: 500...1000) * UInt32(pause))
      pause = min(pause * 2, 100)
      replies.merge(try answers(to: submitted.filter { replies[$0.key] == nil })) { $1 }
    }
    return replies
  }

  /// The replies so far. If the key belongs to another request, which was made at the same instant,
  /// the reply to that one is no answer.
  private func answers(to requests: [Request]) throws(StoreFailure) -> [RequestKey: Reply] {
    try StoreConnection.attempt(paths) {
      try queue.read { db in
        var replies: [RequestKey: Reply] = [:]
        for request in requests {
          guard let (body, reply) = try Self.reply(to: request.key, db) else { continue }
          let stored = PlainJSON.decode(Request.self, from: body)
          let isOther = stored.map { !request.repeats($0) } ?? false
          replies[request.key] =
            isOther ? .refused(Refusal(.invalid, Self.otherRequest(request.key))) : reply
        }
        return replies
      }
    }
  }

  private static func reply(
    to key: RequestKey, _ db: Database
  ) throws -> (body: String, reply: Reply)? {
    let statement = try db.cachedStatement(
      sql: "SELECT body, reply FROM request WHERE key = ? AND reply IS NOT NULL")
    guard let row = try Row.fetchOne(statement, arguments: [key.text.text]),
      let reply = PlainJSON.decode(Reply.self, from: row[1])
    else { return nil }
    return (row[0], reply)
  }

  /// The replies to requests that an engine has taken up; waits for them for up to 0.5 s.
  private func lateAnswers(
    to requests: [Request]
  ) throws(StoreFailure) -> [RequestKey: Reply] {
    var replies: [RequestKey: Reply] = [:]
    var rest = requests
    for _ in 0..<50 where !rest.isEmpty {
      replies.merge(try answers(to: rest)) { $1 }
      rest.removeAll { replies[$0.key] != nil }
      if !rest.isEmpty { usleep(10_000) }
    }
    // Its engine may have ended meanwhile, or replied just now.
    for request in rest { _ = try withdraw(request.key) }
    replies.merge(try answers(to: rest)) { $1 }
    return replies
  }
}

extension StoreFailure {
  static func otherRequest(_ key: RequestKey) -> StoreFailure {
    .init(.inconsistent, RequestClient.otherRequest(key))
  }
}
