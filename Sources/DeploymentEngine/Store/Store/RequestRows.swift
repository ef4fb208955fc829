import DeploymentEngine
import DeploymentInterface
import GRDB
import SafeTexts

/// The rows of requests.
enum RequestRows {
  /// Stores a request, unless its key is known.
  ///
  /// - Returns: whether the key was not known.
  static func insert(
    _ request: Request, until end: Timestamp, at now: Timestamp, _ db: Database
  ) throws -> Bool {
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
        request.key.text.text, try PlainJSON.encode(request), now.milliseconds, end.milliseconds,
      ])
    return db.changesCount > 0
  }

  /// Whether the stored request with this key asks for the same.
  static func isRepeated(_ request: Request, _ db: Database) throws -> Bool {
    let body = try String.fetchOne(
      db, sql: "SELECT body FROM request WHERE key = ?", arguments: [request.key.text.text])
    guard let body, let earlier = PlainJSON.decode(Request.self, from: body) else { return false }
    return request.repeats(earlier)
  }

  /// Whether a stored request has a reply; nil: its key is not known.
  static func isAnswered(_ key: RequestKey, _ db: Database) throws -> Bool? {
    try Bool.fetchOne(
      db, sql: "SELECT reply IS NOT NULL FROM request WHERE key = ?", arguments: [key.text.text])
  }
}
