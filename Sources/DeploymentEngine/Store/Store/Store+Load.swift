public import DeploymentEngine
public import DeploymentInterface
import Foundation
import GRDB

extension Store {
  /// The complete stored state, from which the core continues.
  ///
  /// - Parameter absence: how long no engine has run. That time counts against no deadline.
  public func load(
    at now: EngineTime, absence: TimeSpan = .zero
  ) throws(StoreFailure) -> StoredState {
    let path = lease.paths.store
    let then = EngineTime(moment: now.moment, utc: now.utc - absence)
    var state = try StoreConnection.attempt(lease.paths) {
      try queue.read { try StoredRows(path: path, now: then).state($0) }
    }
    state.passGraces(absence, at: now)
    return state
  }
}

/// Reads the rows of a store. Columns are decoded by position, because looking up their names is
/// too slow for 100,000 rows.
struct StoredRows {
  let path: String
  let now: EngineTime

  func state(_ db: Database) throws -> StoredState {
    var state = StoredState()
    let numbers = try Row.fetchOne(
      db, sql: "SELECT next_deployment, next_pool, next_position FROM meta")
    if let numbers {
      state.counters.deployment = numbers[0]
      state.counters.pool = numbers[1]
      state.counters.position = numbers[2]
    }
    state.configuration = try configuration(db, since: -1) ?? .init()
    state.providers = try providers(db, since: -1)
    state.pools = try pools(db, since: -1)
    state.publications = try publications(db, since: -1)
    state.deployments = try deployments(db, since: -1)
    state.waiters = try waiters(db, since: -1)
    return state
  }

  func configuration(_ db: Database, since sequence: Int64) throws -> DeploymentEngine
    .Configuration?
  {
    let statement = try db.cachedStatement(
      sql: "SELECT body FROM configuration WHERE sequence > ?")
    guard let body = try String.fetchOne(statement, arguments: [sequence]) else { return nil }
    do {
      return try JSONDecoder().decode(DeploymentEngine.Configuration.self, from: Data(body.utf8))
    } catch {
      throw StoreFailure.damaged(path, "its configuration cannot be read")
    }
  }

  func providers(_ db: Database, since sequence: Int64) throws -> [ProviderRecord] {
    try records(
      db, "SELECT body, name FROM provider WHERE sequence > ? ORDER BY name", since: sequence
    ) { "the provider \($0[1] as String)" }
  }

  func pools(_ db: Database, since sequence: Int64) throws -> [Pool] {
    try records(
      db, "SELECT body, name FROM pool WHERE sequence > ? ORDER BY id", since: sequence
    ) { "the pool \($0[1] as String)" }
  }

  func publications(_ db: Database, since sequence: Int64) throws -> [PublicationRecord] {
    try records(
      db,
      "SELECT body, pool, revision FROM publication WHERE sequence > ? ORDER BY pool, revision",
      since: sequence
    ) { "publication \($0[2] as Int) of pool \($0[1] as Int)" }
  }

  func waiters(_ db: Database, since sequence: Int64) throws -> [WaitingUser] {
    try records(
      db, "SELECT body, user FROM waiter WHERE sequence > ? ORDER BY position", since: sequence
    ) { "the waiting user \($0[1] as String)" }
  }

  /// The deployments changed since a commit. One with an unreadable record does not hide the
  /// others: it becomes an error that an operator must resolve.
  func deployments(_ db: Database, since sequence: Int64) throws -> [Deployment] {
    let columns = "body, id, pool, level, user, name, mac, port, state"
    let sql =
      sequence < 0
      ? "SELECT \(columns) FROM deployment WHERE ?1 < 0 ORDER BY id"
      : "SELECT \(columns) FROM deployment WHERE sequence > ? ORDER BY id"
    let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: [sequence])
    var deployments: [Deployment] = []
    while let row = try rows.next() {
      do {
        deployments.append(try decoded(row))
      } catch let error as UnreadableRecord {
        deployments.append(UnreadableDeployment(row: row, why: error.why).deployment(at: now))
      }
    }
    return deployments
  }

  private func records<Record: StoredRecord>(
    _ db: Database, _ sql: String, since sequence: Int64, what: (Row) -> String
  ) throws -> [Record] {
    let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: [sequence])
    var records: [Record] = []
    while let row = try rows.next() {
      do {
        records.append(try decoded(row))
      } catch let error as UnreadableRecord {
        throw StoreFailure.damaged(path, "the record of \(what(row)) cannot be read: \(error.why)")
      }
    }
    return records
  }

  private func decoded<Record: StoredRecord>(_ row: Row) throws -> Record {
    let bytes = try row.withUnsafeData(atIndex: 0) { $0.map { [UInt8]($0) } ?? [] }
    return try Record(decoding: bytes, at: now)
  }
}
