import DeploymentEngine
import DeploymentInterface
import SafeTexts

@testable import EngineRuntime

/// Commits of a store's life at random: things come, change and go.
struct RandomHistory {
  var records: RandomRecords
  private var nextDeployment: Int64 = 1
  private var nextPosition: Int64 = 1
  private(set) var replica = Replica()

  init(seed: UInt64, now: EngineTime) { records = RandomRecords(seed: seed, now: now) }

  /// Pools and a provider, which everything else stands on.
  mutating func beginning() -> Effects {
    var outcome = Effects()
    outcome.changes = [.provider(records.provider("here"))]
    outcome.changes += (1...3).map { .pool(records.pool($0)) }
    replica.apply(outcome.changes)
    return outcome
  }

  mutating func next() -> Effects {
    var outcome = Effects()
    for _ in 0..<records.number(1...12) {
      let change = change()
      replica.apply([change])
      outcome.changes.append(change)
    }
    if records.bool() {
      outcome.journal.append(
        JournalEntry(at: records.now.utc, kind: .engine, message: records.text()))
    }
    return outcome
  }

  private mutating func change() -> StoreChange {
    switch records.number(0...13) {
    case 0...2: newDeployment()
    case 3...6: changedDeployment()
    case 7...8: erasedDeployment()
    case 9: .pool(records.pool(Int32(records.number(1...3))))
    case 10:
      records.bool()
        ? .publication(records.publication(1, records.number(1...5)))
        : .erasedPublication(PoolID(1), records.number(1...5))
    case 11: newWaiter()
    case 12: erasedWaiter()
    default:
      records.bool()
        ? .provider(records.provider("there")) : .erasedProvider("there")
    }
  }

  private mutating func newDeployment() -> StoreChange {
    defer { nextDeployment += 1 }
    return .deployment(records.deployment(nextDeployment, pool: Int32(records.number(1...3))))
  }

  private mutating func changedDeployment() -> StoreChange {
    guard let old = someDeployment() else { return newDeployment() }
    return .deployment(records.deployment(old.id.number, pool: old.pool.number))
  }

  private mutating func erasedDeployment() -> StoreChange {
    guard let old = someDeployment() else { return newDeployment() }
    return .erasedDeployment(old.id)
  }

  private mutating func someDeployment() -> Deployment? {
    let ids = replica.deployments.keys.sorted()
    return ids.isEmpty ? nil : replica.deployments[records.pick(ids)]
  }

  private mutating func newWaiter() -> StoreChange {
    defer { nextPosition += 1 }
    return .waiter(records.waiter(Int32(records.number(1...3)), nextPosition))
  }

  private mutating func erasedWaiter() -> StoreChange {
    let positions = replica.waiters.keys.sorted()
    guard !positions.isEmpty, let waiter = replica.waiters[records.pick(positions)] else {
      return newWaiter()
    }
    return .erasedWaiter(waiter.pool, waiter.user)
  }
}
