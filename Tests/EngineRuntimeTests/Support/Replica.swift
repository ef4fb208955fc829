import DeploymentEngine
import DeploymentInterface
import SafeTexts

@testable import EngineRuntime

/// What somebody knows of a store who began with nothing and was told every change.
struct Replica {
  var configuration = Configuration()
  var providers: [SafeText: ProviderRecord] = [:]
  var pools: [PoolID: Pool] = [:]
  var publications: [[Int]: PublicationRecord] = [:]
  var deployments: [DeploymentID: Deployment] = [:]
  var waiters: [Int64: WaitingUser] = [:]

  mutating func apply(_ changes: [StoreChange]) {
    for change in changes { apply(change) }
  }

  private mutating func apply(_ change: StoreChange) {
    switch change {
    case .deployment(let deployment): deployments[deployment.id] = deployment
    case .erasedDeployment(let id): deployments[id] = nil
    case .pool(let pool): pools[pool.id] = pool
    case .erasedPool(let id): pools[id] = nil
    case .provider(let provider): providers[provider.name] = provider
    case .erasedProvider(let name): providers[name] = nil
    case .publication(let publication):
      publications[[Int(publication.pool.number), publication.revision]] = publication
    case .erasedPublication(let pool, let revision):
      publications[[Int(pool.number), revision]] = nil
    case .waiter(let waiter): waiters[waiter.position] = waiter
    case .erasedWaiter(let pool, let user):
      waiters = waiters.filter { $0.value.pool != pool || $0.value.user != user }
    case .configuration(let configuration): self.configuration = configuration
    case .counters: break
    }
  }

  /// In the order in which a store gives it.
  var state: StoredState {
    var state = StoredState()
    state.configuration = configuration
    state.providers = providers.values.sorted { $0.name < $1.name }
    state.pools = pools.values.sorted { $0.id < $1.id }
    state.publications = publications.values.sorted {
      ($0.pool, $0.revision) < ($1.pool, $1.revision)
    }
    state.deployments = deployments.values.sorted { $0.id < $1.id }
    state.waiters = waiters.values.sorted { $0.position < $1.position }
    return state
  }
}
