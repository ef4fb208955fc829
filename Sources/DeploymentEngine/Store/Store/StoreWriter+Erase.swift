import DeploymentEngine
import DeploymentInterface
import GRDB
import SafeTexts

extension StoreWriter {
  /// Deletes the row of a record.
  func takeOut(_ change: StoreChange) throws {
    switch change {
    case .deployment(let deployment): try takeOut(.erasedDeployment(deployment.id))
    case .pool(let pool): try takeOut(.erasedPool(pool.id))
    case .provider(let provider): try takeOut(.erasedProvider(provider.name))
    case .publication(let publication):
      try takeOut(.erasedPublication(publication.pool, publication.revision))
    case .waiter(let waiter): try takeOut(.erasedWaiter(waiter.pool, waiter.user))
    case .erasedDeployment(let id):
      try run("DELETE FROM deployment WHERE id = ?", [id.number])
    case .erasedPool(let id): try run("DELETE FROM pool WHERE id = ?", [id.number])
    case .erasedProvider(let name): try run("DELETE FROM provider WHERE name = ?", [name.text])
    case .erasedPublication(let pool, let revision):
      try run(
        "DELETE FROM publication WHERE pool = ? AND revision = ?", [pool.number, revision])
    case .erasedWaiter(let pool, let user):
      try run("DELETE FROM waiter WHERE pool = ? AND user = ?", [pool.number, user.text])
    case .configuration, .counters: break
    }
  }

  /// Records the erasure for readers.
  mutating func bury(_ change: StoreChange) throws {
    switch change {
    case .erasedDeployment(let id): try bury("deployment", number: id.number)
    case .erasedPool(let id): try bury("pool", number: Int64(id.number))
    case .erasedProvider(let name): try bury("provider", name: name.text)
    case .erasedPublication(let pool, let revision):
      try bury("publication", number: Int64(pool.number), revision: revision)
    case .erasedWaiter(let pool, let user):
      try bury("waiter", number: Int64(pool.number), name: user.text)
    case .deployment, .pool, .provider, .publication, .waiter, .configuration, .counters: break
    }
  }

  private mutating func bury(
    _ kind: String, number: Int64? = nil, revision: Int? = nil, name: String? = nil
  ) throws {
    position.tombstones.last += 1
    try run(
      """
      INSERT INTO tombstone (id, sequence, kind, number, revision, name) VALUES (?, ?, ?, ?, ?, ?)
      """,
      [position.tombstones.last, position.commits, kind, number, revision, name])
  }

  /// Trims the journal and the tombstones to their limits, in batches of bounded size.
  mutating func trim() throws {
    if let upTo = Self.surplus(position.journal, limit: Int64(Limits.journalEntries)) {
      try run("DELETE FROM journal WHERE id <= ?", [upTo])
      position.journal.first = upTo + 1
    }
    if let upTo = Self.surplus(position.tombstones, limit: StoreLimits.tombstones) {
      let last = try Int64.fetchOne(
        db.cachedStatement(sql: "SELECT sequence FROM tombstone WHERE id = ?"), arguments: [upTo])
      try run("DELETE FROM tombstone WHERE id <= ?", [upTo])
      position.tombstones.first = upTo + 1
      position.forgotten = max(position.forgotten, last ?? 0)
      try run("UPDATE meta SET forgotten = ?", [position.forgotten])
    }
  }

  private static func surplus(_ span: Store.Span, limit: Int64) -> Int64? {
    guard span.count > limit + StoreLimits.slack else { return nil }
    return min(span.last - limit, span.first + StoreLimits.trimmedPerCommit - 1)
  }
}
