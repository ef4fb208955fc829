import DeploymentEngine
import DeploymentInterface
import GRDBSQLite
import SafeTexts

/// SQLite without us: the same rows in transactions of the same size with the same durability, by
/// prepared statements of its C interface. What a row holds is there beforehand.
struct PlainStore {
  /// The tables that the rows go into.
  enum Tables: String, CaseIterable {
    /// The engine's own: the same checks and the same indexes.
    case ours = "our tables"
    /// Columns and primary keys, nothing else.
    case bare = "bare tables"
  }

  private let database: PlainDatabase
  private let deployment: PlainStatement
  private let pool: PlainStatement
  private let journal: PlainStatement
  private var body: [UInt8]
  private var commits: Int64 = 0
  private var entries: Int64 = 0

  /// - Parameter store: an engine's store, whose tables are taken for a model.
  init(_ folder: String, _ tables: Tables, like store: String, bodyBytes: Int) throws {
    body = [UInt8](repeating: 0x61, count: max(8, bodyBytes))
    database = try PlainDatabase("\(folder)/plain-\(tables).sqlite")
    try database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    switch tables {
    case .ours: try database.run(try Self.schema(of: store))
    case .bare: try database.run(Self.bareSchema)
    }
    deployment = try database.statement(
      """
      INSERT INTO deployment
        (id, sequence, pool, state, gone, level, user, name, mac, port, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        sequence = excluded.sequence, state = excluded.state, level = excluded.level,
        user = excluded.user, body = excluded.body
      """)
    pool = try database.statement(
      """
      INSERT INTO pool (id, sequence, name, body) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, body = excluded.body
      """)
    journal = try database.statement(
      """
      INSERT INTO journal (id, at, level, kind, pool, deployment, actor, message)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """)
  }

  private static func schema(of store: String) throws -> String {
    try PlainDatabase(store).texts(
      """
      SELECT sql FROM sqlite_schema
      WHERE tbl_name IN ('deployment', 'pool', 'journal') AND sql IS NOT NULL ORDER BY rowid
      """
    ).joined(separator: ";\n")
  }

  private static let bareSchema = """
    CREATE TABLE deployment (
      id INTEGER PRIMARY KEY, sequence INTEGER, pool INTEGER, state TEXT, gone INTEGER, level TEXT,
      user TEXT, name TEXT, mac INTEGER, port INTEGER, body BLOB);
    CREATE TABLE pool (id INTEGER PRIMARY KEY, sequence INTEGER, name TEXT, body BLOB);
    CREATE TABLE journal (
      id INTEGER PRIMARY KEY, at INTEGER, level TEXT, kind TEXT, pool INTEGER, deployment INTEGER,
      actor TEXT, message TEXT);
    """

  /// How many rows of an outcome are written here: what our store writes besides is its own affair.
  static func rows(of outcome: Effects) -> Int {
    outcome.journal.count
      + outcome.changes.count { change in
        switch change {
        case .deployment, .pool: true
        default: false
        }
      }
  }

  /// Writes the rows of one outcome in one durable transaction.
  mutating func write(_ outcome: Effects) throws {
    commits += 1
    // Other bytes each time: a row that does not change, SQLite does not write.
    withUnsafeBytes(of: commits) { body.replaceSubrange(0..<8, with: $0) }
    try database.run("BEGIN IMMEDIATE")
    for change in outcome.changes {
      switch change {
      case .deployment(let deployment): try put(deployment)
      case .pool(let pool): try put(pool)
      default: break
      }
    }
    for entry in outcome.journal { try append(entry) }
    try database.run("COMMIT")
  }

  private func put(_ deployment: Deployment) throws {
    let identity = deployment.identity
    self.deployment.bind(1, deployment.id.number)
    self.deployment.bind(2, commits)
    self.deployment.bind(3, Int64(deployment.pool.number))
    self.deployment.bind(4, deployment.state.rawValue)
    self.deployment.bind(5, deployment.phase.isHistory ? 1 : 0)
    self.deployment.bind(6, deployment.placement.level?.rawValue)
    self.deployment.bind(7, deployment.placement.user?.text)
    self.deployment.bind(8, identity.name)
    self.deployment.bind(9, identity.mac.map { Int64($0.number) })
    self.deployment.bind(10, identity.port.map { Int64($0) })
    self.deployment.bind(11, body)
    try self.deployment.run()
  }

  private func put(_ pool: Pool) throws {
    self.pool.bind(1, Int64(pool.id.number))
    self.pool.bind(2, commits)
    self.pool.bind(3, pool.name.text)
    self.pool.bind(4, body)
    try self.pool.run()
  }

  private mutating func append(_ entry: JournalEntry) throws {
    entries += 1
    journal.bind(1, entries)
    journal.bind(2, entry.at.milliseconds)
    journal.bind(3, entry.level.rawValue)
    journal.bind(4, entry.kind.rawValue)
    journal.bind(5, entry.pool.map { Int64($0.number) })
    journal.bind(6, entry.deployment?.number)
    journal.bind(7, entry.actor.text)
    journal.bind(8, entry.message.text)
    try journal.run()
  }
}
