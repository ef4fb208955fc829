import DeploymentEngine
import DeploymentInterface
import GRDB
import SafeTexts

/// Reads the changes since a commit. Erasures come first, because a record can be erased and then
/// created again.
struct ChangeFeed {
  let rows: StoredRows

  func changes(_ db: Database, since sequence: Int64) throws -> [StoreChange] {
    var changes = try erasures(db, since: sequence)
    if let configuration = try rows.configuration(db, since: sequence) {
      changes.append(.configuration(configuration))
    }
    changes += try rows.providers(db, since: sequence).map(StoreChange.provider)
    changes += try rows.pools(db, since: sequence).map(StoreChange.pool)
    changes += try rows.publications(db, since: sequence).map(StoreChange.publication)
    changes += try rows.deployments(db, since: sequence).map(StoreChange.deployment)
    changes += try rows.waiters(db, since: sequence).map(StoreChange.waiter)
    return changes
  }

  private func erasures(_ db: Database, since sequence: Int64) throws -> [StoreChange] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT kind, number, revision, name FROM tombstone WHERE sequence > ? ORDER BY id
        """)
    return try Row.fetchAll(statement, arguments: [sequence]).compactMap(erasure)
  }

  private func erasure(_ row: Row) -> StoreChange? {
    let number = row[1] as Int64? ?? 0
    let pool = PoolID(Int32(truncatingIfNeeded: number))
    let name = SafeText(row[3] as String? ?? "")
    switch row[0] as String {
    case "deployment": return .erasedDeployment(DeploymentID(number))
    case "pool": return .erasedPool(pool)
    case "provider": return .erasedProvider(name)
    case "publication": return .erasedPublication(pool, row[2] as Int? ?? 0)
    case "waiter": return .erasedWaiter(pool, name)
    default: return nil
    }
  }
}
