import DeploymentEngine
import DeploymentInterface
import EngineStore
import SafeTexts

/// The processes that wait until a user is let in, and what they wait for.
///
/// A process that is killed cannot withdraw its request. The engine notices that it has ended.
struct AskerWatch {
  private struct Wait: Hashable {
    var pool: PoolID
    var user: SafeText
  }
  private var waits: [Asker: Set<Wait>] = [:]

  /// The askers of a store that was loaded.
  init(_ state: StoredState) {
    for waiter in state.waiters { note(.waiter(waiter)) }
    for deployment in state.deployments { note(.deployment(deployment)) }
  }

  /// Notes the asker of a changed record.
  mutating func note(_ change: StoreChange) {
    switch change {
    case .waiter(let waiter):
      guard let asker = waiter.promise.asker else { return }
      waits[asker, default: []].insert(Wait(pool: waiter.pool, user: waiter.user))
    case .deployment(let deployment):
      guard let asker = deployment.promise?.asker, let user = deployment.placement.user else {
        return
      }
      waits[asker, default: []].insert(Wait(pool: deployment.pool, user: user))
    case .erasedDeployment, .pool, .erasedPool, .provider, .erasedProvider, .publication,
      .erasedPublication, .erasedWaiter, .configuration, .counters:
      break
    }
  }

  /// What the processes waited for that have ended since the last call.
  mutating func takeEnded() -> [Event] {
    guard !waits.isEmpty else { return [] }
    var events: [Event] = []
    for (asker, waited) in waits where asker.hasEnded {
      waits[asker] = nil
      let sorted = waited.sorted { ($0.pool, $0.user) < ($1.pool, $1.user) }
      events += sorted.map { .askerEnded(asker, user: $0.user, pool: $0.pool) }
    }
    return events
  }
}
