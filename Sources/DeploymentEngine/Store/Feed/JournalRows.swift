import DeploymentEngine
import DeploymentInterface
import GRDB
import SafeTexts

/// Reads rows of the journal.
enum JournalRows {
  private static let columns = "id, at, level, kind, pool, deployment, actor, message"

  static func after(
    _ sequence: Int64, of deployment: DeploymentID?, limit: Int, _ db: Database
  ) throws -> [NumberedEntry] {
    let only = deployment == nil ? "" : "deployment = ? AND"
    let statement = try db.cachedStatement(
      sql: "SELECT \(columns) FROM journal WHERE \(only) id > ? ORDER BY id LIMIT ?")
    return try entries(statement, first(deployment) + [sequence, limit])
  }

  static func tail(
    of deployment: DeploymentID?, limit: Int, _ db: Database
  ) throws -> [NumberedEntry] {
    let only = deployment == nil ? "" : "WHERE deployment = ?"
    let statement = try db.cachedStatement(
      sql: "SELECT \(columns) FROM journal \(only) ORDER BY id DESC LIMIT ?")
    return try entries(statement, first(deployment) + [limit]).reversed()
  }

  private static func first(_ deployment: DeploymentID?) -> StatementArguments {
    deployment.map { [$0.number] } ?? []
  }

  private static func entries(
    _ statement: Statement, _ arguments: StatementArguments
  ) throws -> [NumberedEntry] {
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    var entries: [NumberedEntry] = []
    while let row = try rows.next() { entries.append(entry(row)) }
    return entries
  }

  private static func entry(_ row: Row) -> NumberedEntry {
    NumberedEntry(
      sequence: row[0],
      entry: JournalEntry(
        at: Timestamp(milliseconds: row[1]), level: LogLevel(rawValue: row[2]) ?? .info,
        kind: JournalKind(rawValue: row[3]) ?? .engine,
        pool: (row[4] as Int32?).map { PoolID($0) },
        deployment: (row[5] as Int64?).map { DeploymentID($0) },
        actor: SafeText(row[6] as String), message: SafeText(row[7] as String)))
  }
}
