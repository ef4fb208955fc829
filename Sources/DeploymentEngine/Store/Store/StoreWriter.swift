import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import SafeTexts

/// Writes one commit, inside its transaction.
struct StoreWriter {
  /// The order in which rows replace others.
  enum Order {
    /// One row after another, as given: nearly always possible, and cheapest.
    case given
    /// All rows that will be replaced are deleted first.
    case emptied
  }

  let db: Database
  let path: String
  let epoch: Int64
  var position: Store.Position
  let now: EngineTime

  /// Counts the commit. Throws if the store no longer belongs to this engine.
  mutating func begin() throws {
    try run(
      "UPDATE meta SET commits = ? WHERE epoch = ? AND commits = ?",
      [position.commits + 1, epoch, position.commits])
    guard db.changesCount == 1 else { throw StoreFailure.lost(path) }
    position.commits += 1
  }

  mutating func write(_ outcome: Effects, order: Order) throws {
    if order == .emptied {
      for change in outcome.changes { try takeOut(change) }
    }
    for change in outcome.changes { try put(change) }
    for entry in outcome.journal { try append(entry) }
    for answer in outcome.answers { try store(answer) }
  }

  func run(_ sql: String, _ arguments: StatementArguments) throws {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  private mutating func put(_ change: StoreChange) throws {
    switch change {
    case .deployment(let deployment): try put(deployment)
    case .pool(let pool):
      try run(
        """
        INSERT INTO pool (id, sequence, name, body) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, body = excluded.body
        """,
        [pool.id.number, position.commits, pool.name.text, body(pool)])
    case .provider(let provider):
      try run(
        """
        INSERT INTO provider (name, sequence, body) VALUES (?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence, body = excluded.body
        """,
        [provider.name.text, position.commits, body(provider)])
    case .publication(let publication):
      try run(
        """
        INSERT INTO publication (pool, revision, sequence, state, body) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (pool, revision) DO UPDATE
        SET sequence = excluded.sequence, state = excluded.state, body = excluded.body
        """,
        [
          publication.pool.number, publication.revision, position.commits,
          publication.state.rawValue, body(publication),
        ])
    case .waiter(let waiter):
      try run(
        """
        INSERT INTO waiter (pool, user, sequence, position, body) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (pool, user) DO UPDATE
        SET sequence = excluded.sequence, position = excluded.position, body = excluded.body
        """,
        [
          waiter.pool.number, waiter.user.text, position.commits, waiter.position, body(waiter),
        ])
    case .configuration(let configuration):
      try run(
        """
        INSERT INTO configuration (one, sequence, body) VALUES (1, ?, ?)
        ON CONFLICT (one) DO UPDATE SET sequence = excluded.sequence, body = excluded.body
        """,
        [position.commits, try PlainJSON.encode(configuration)])
    case .counters(let counters):
      try run(
        "UPDATE meta SET next_deployment = ?, next_pool = ?, next_position = ?",
        [counters.deployment, counters.pool, counters.position])
    case .erasedDeployment, .erasedPool, .erasedProvider, .erasedPublication, .erasedWaiter:
      try takeOut(change)
      try bury(change)
    }
  }

  /// Most writes change neither the identity of a deployment nor whether it is history. The indexes
  /// then need no update.
  private func put(_ deployment: Deployment) throws {
    let identity = deployment.identity
    let body = deployment.encoded(at: now)
    var update = try DirectStatement(
      db,
      sql: """
        UPDATE deployment SET sequence = ?, state = ?, level = ?, user = ?, body = ?
        WHERE id = ? AND gone = ? AND name = ? AND mac IS ? AND port IS ?
        """)
    update.bind(position.commits)
    update.bind(deployment.state.rawValue)
    update.bind(deployment.placement.level?.rawValue)
    update.bind(deployment.placement.namedUser?.text)
    update.bind(body)
    update.bind(deployment.id.number)
    update.bind(deployment.phase.isHistory ? 1 : 0)
    update.bind(identity.name)
    update.bind(identity.mac.map { Int64($0.number) })
    update.bind(identity.port.map { Int64($0) })
    try update.run()
    if db.changesCount == 0 { try putWhole(deployment, body) }
  }

  private func putWhole(_ deployment: Deployment, _ body: [UInt8]) throws {
    let identity = deployment.identity
    try run(
      """
      INSERT INTO deployment
        (id, sequence, pool, state, gone, level, user, name, mac, port, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        sequence = excluded.sequence, state = excluded.state, gone = excluded.gone,
        level = excluded.level, user = excluded.user, name = excluded.name, mac = excluded.mac,
        port = excluded.port, body = excluded.body
      """,
      [
        deployment.id.number, position.commits, deployment.pool.number,
        deployment.state.rawValue, deployment.phase.isHistory,
        deployment.placement.level?.rawValue, deployment.placement.namedUser?.text, identity.name,
        identity.mac.map { Int64($0.number) }, identity.port, Data(body),
      ])
  }

  private func body(_ record: some StoredRecord) -> Data { Data(record.encoded(at: now)) }
}
