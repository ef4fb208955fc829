import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A digest of all effects of an engine: the same in every process for the same seed.
package struct Trace: Hashable, Sendable {
  package private(set) var digest: UInt64 = 0x243f_6a88_85a3_08d3
  package private(set) var steps = 0

  package init() {}

  /// Adds the effects of a step.
  mutating func add(_ outcome: Effects) {
    steps += 1
    for change in outcome.changes { add(change) }
    for entry in outcome.journal {
      add(entry.at.milliseconds)
      add(entry.message.text)
    }
    for answer in outcome.answers { add(answer.key.text.text) }
    for call in outcome.calls {
      add(Int64(bitPattern: call.id.number))
      add(call.record.identity.name)
      add(call.task.map { $0.operation.word } ?? "")
      add(Int64(call.notices.count))
    }
  }

  private mutating func add(_ change: StoreChange) {
    switch change {
    case .deployment(let one):
      add(one.id.number)
      add(Int64(bitPattern: one.revision))
      add(one.state.rawValue)
      add(one.placement.user?.text ?? one.placement.word)
      add(one.nextActionAt?.at.milliseconds ?? -1)
      add(one.stateDeadline?.at.milliseconds ?? -1)
    case .erasedDeployment(let id): add(-id.number)
    case .pool(let pool):
      add(Int64(pool.id.number))
      add(Int64(pool.counts.total))
      add(Int64(pool.counts.l2))
      add(Int64(pool.counts.leaving))
      add(pool.now.text)
    case .erasedPool(let id): add(-Int64(id.number))
    case .provider(let one):
      add(one.name.text)
      add(Int64(one.preparing))
      add(Int64(one.removing))
    case .erasedProvider(let name): add(name.text)
    case .publication(let one):
      add(Int64(one.revision))
      add(one.state.rawValue)
    case .erasedPublication(_, let revision): add(-Int64(revision))
    case .waiter(let waiter): add(waiter.position)
    case .erasedWaiter(_, let user): add(user.text)
    case .configuration(let one): add(Int64(one.pools.count))
    case .counters(let one): add(one.deployment)
    }
  }

  private mutating func add(_ number: Int64) {
    digest = (digest ^ UInt64(bitPattern: number)) &* 0x9e37_79b9_7f4a_7c15
    digest ^= digest >> 29
  }

  private mutating func add(_ text: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    add(Int64(bitPattern: hash))
  }
}
