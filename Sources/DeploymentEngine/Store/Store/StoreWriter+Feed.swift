import DeploymentEngine
import DeploymentInterface
import GRDB
import SafeTexts

extension StoreWriter {
  mutating func append(_ entry: JournalEntry) throws {
    position.journal.last += 1
    var insert = try DirectStatement(
      db,
      sql: """
        INSERT INTO journal (id, at, level, kind, pool, deployment, actor, message)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    insert.bind(position.journal.last)
    insert.bind(entry.at.milliseconds)
    insert.bind(entry.level.rawValue)
    insert.bind(entry.kind.rawValue)
    insert.bind(entry.pool.map { Int64($0.number) })
    insert.bind(entry.deployment?.number)
    insert.bind(entry.actor.text)
    insert.bind(entry.message.text)
    try insert.run()
  }

  /// Stores the reply to a request that has none; the first reply stays.
  func store(_ answer: Answer) throws {
    try run(
      "UPDATE request SET reply = ?, answered_at = ? WHERE key = ? AND reply IS NULL",
      [try PlainJSON.encode(answer.reply), now.utc.milliseconds, answer.key.text.text])
  }

  /// Stores a request of the drop box.
  func submit(_ dropped: DroppedRequest) throws {
    _ = try RequestRows.insert(dropped.request, until: dropped.expiresAt, at: now.utc, db)
  }

  /// Takes up the waiting requests, oldest first, and deletes the expired ones.
  mutating func takeRequests() throws -> (requests: [Request], more: Bool) {
    try run(
      """
      DELETE FROM request
      WHERE reply IS NULL AND expires_at <= ? AND (taken IS NULL OR taken < ?)
      """,
      [now.utc.milliseconds, epoch])
    let statement = try db.cachedStatement(
      sql: """
        SELECT id, body, key FROM request WHERE reply IS NULL AND (taken IS NULL OR taken < ?)
        ORDER BY id LIMIT ?
        """)
    let limit = StoreLimits.requestsPerCommit
    let rows = try Row.fetchAll(statement, arguments: [epoch, limit + 1])
    var requests: [Request] = []
    for row in rows.prefix(limit) {
      try run("UPDATE request SET taken = ? WHERE id = ?", [epoch, row[0] as Int64])
      if let request = PlainJSON.decode(Request.self, from: row[1]) {
        requests.append(request)
      } else {
        try store(Answer(RequestKey(row[2] as String), .unreadable))
      }
    }
    if let newest = rows.last?[0] as Int64? {
      try run(
        "DELETE FROM request WHERE id <= ? AND reply IS NOT NULL", [newest - StoreLimits.answers])
    }
    return (requests, rows.count > limit)
  }
}

extension Reply {
  fileprivate static let unreadable = Reply.refused(
    Refusal(.invalid, "this engine cannot read the request: it has another version"))
}
