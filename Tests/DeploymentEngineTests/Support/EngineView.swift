import DeploymentEngine

/// Everything that can be seen of an engine at one moment; what the checkers judge.
struct EngineView {
  var now: EngineTime
  var configuration: Configuration
  var deployments: [Deployment]
  var pools: [Pool]
  var providers: [ProviderRecord]
  var publications: [PublicationRecord]
  var waiters: [Waiter]
  var nextWake: Moment?
  var isIdle: Bool
  /// Calls that have not come back, hung ones included.
  var flights: [Flight]

  init(_ engine: Engine, configuration: Configuration, flights: [Flight], at now: EngineTime) {
    self.now = now
    self.configuration = configuration
    self.deployments = engine.deployments
    self.pools = engine.pools
    self.providers = engine.providers
    self.publications = engine.publications
    self.waiters = engine.waiters
    self.nextWake = engine.nextWake
    self.isIdle = engine.isIdle
    self.flights = flights
  }

  /// The pool with this number.
  func pool(_ id: PoolID) -> Pool? { pools.first { $0.id == id } }
  /// The provider of a pool.
  func provider(of id: PoolID) -> ProviderRecord? {
    guard let pool = pool(id) else { return nil }
    return providers.first { $0.name == pool.provider }
  }
  /// The pools of a provider.
  func pools(of provider: ProviderRecord) -> Set<PoolID> {
    Set(pools.filter { $0.provider == provider.name }.map(\.id))
  }
}

/// A call that was made and has not come back.
struct Flight {
  var call: Call
  var issuedAt: Moment
  /// When the driver answers; nil: never by itself.
  var due: Moment?
  var answer: TaskState?

  /// When the engine gives up on it.
  var deadline: Moment { issuedAt + call.timeLimit }
}

extension Deployment {
  /// Something may exist outside.
  var exists: Bool { !phase.isHistory }
  /// Counts as supply: preparing or usable.
  var isSupply: Bool { state == .preparing || state == .usable }
  /// In a cache with nobody waiting for it.
  var isFree: Bool { placement.level != nil && placement.user == nil }
  /// Stands at this cache level, free, as supply.
  func isSupply(at level: CacheLevel) -> Bool {
    isSupply && isFree && placement.level == level
  }
}
