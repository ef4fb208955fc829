import DeploymentEngine
import Foundation
import GRDB

/// SQLite without us: tables without checks and indexes, prepared statements, the same durability.
struct PlainStore {
  private let queue: DatabaseQueue
  private let body: Data

  init(_ folder: String, bodyBytes: Int) throws {
    body = Data(repeating: 0x61, count: bodyBytes)
    queue = try DatabaseQueue(path: folder + "/plain.sqlite")
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = FULL;
          CREATE TABLE deployment (
            id INTEGER PRIMARY KEY, sequence INTEGER, pool INTEGER, state TEXT, level TEXT,
            user TEXT, name TEXT, body BLOB);
          CREATE TABLE pool (id INTEGER PRIMARY KEY, sequence INTEGER, name TEXT, body BLOB);
          CREATE TABLE journal (
            id INTEGER PRIMARY KEY, at INTEGER, kind TEXT, pool INTEGER, deployment INTEGER,
            actor TEXT, message TEXT);
          """)
    }
  }

  func fill(_ deployments: [Deployment]) throws {
    var outcome = Outcome()
    outcome.changes = deployments.map { .deployment($0) }
    _ = try write(outcome)
  }

  /// How many rows of an outcome are written here: what our store writes besides is its own affair.
  static func rows(of outcome: Outcome) -> Int {
    outcome.journal.count
      + outcome.changes.count { change in
        switch change {
        case .deployment, .pool: true
        default: false
        }
      }
  }

  /// Writes the rows of one outcome in one durable transaction.
  ///
  /// - Returns: how many deployments that were.
  func write(_ outcome: Outcome) throws -> Int {
    var deployments = 0
    try queue.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        for change in outcome.changes {
          switch change {
          case .deployment(let deployment):
            deployments += 1
            try put(deployment, db)
          case .pool(let pool): try put(pool, db)
          default: break
          }
        }
        for entry in outcome.journal { try append(entry, db) }
        return .commit
      }
    }
    return deployments
  }

  private func put(_ deployment: Deployment, _ db: Database) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO deployment VALUES (?, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
        sequence = excluded.sequence, pool = excluded.pool, state = excluded.state,
        level = excluded.level, user = excluded.user, name = excluded.name, body = excluded.body
        """
    ).execute(arguments: [
      deployment.id.number, deployment.pool.number, deployment.state.rawValue,
      deployment.placement.level?.rawValue, deployment.placement.user?.text,
      deployment.identity.name, body,
    ])
  }

  private func put(_ pool: Pool, _ db: Database) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO pool VALUES (?, 1, ?, ?)
        ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, body = excluded.body
        """
    ).execute(arguments: [pool.id.number, pool.name.text, body])
  }

  private func append(_ entry: JournalEntry, _ db: Database) throws {
    try db.cachedStatement(sql: "INSERT INTO journal VALUES (NULL, ?, ?, ?, ?, ?, ?)").execute(
      arguments: [
        entry.at.milliseconds, "\(entry.kind)", entry.pool?.number, entry.deployment?.number,
        entry.actor.text, entry.message.text,
      ])
  }
}
