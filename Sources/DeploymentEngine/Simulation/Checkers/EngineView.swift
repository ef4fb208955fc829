package import DeploymentEngine
package import DeploymentInterface

/// The visible state of an engine at one moment, for the checkers.
package struct EngineView {
  package var now: EngineTime
  package var configuration: Configuration
  package var deployments: [Deployment]
  package var pools: [Pool]
  package var providers: [ProviderRecord]
  package var publications: [PublicationRecord]
  /// The number of existing deployments that the engine counts for each publication.
  package var publicationUses: [Int]
  package var waiters: [WaitingUser]
  package var nextWake: Moment?
  package var isIdle: Bool
  /// Calls in flight, hung ones included.
  package var flights: [Flight]

  package init(
    _ engine: Engine, configuration: Configuration, flights: [Flight], at now: EngineTime
  ) {
    self.now = now
    self.configuration = configuration
    self.deployments = engine.deployments
    self.pools = engine.pools
    self.providers = engine.providers
    self.publications = engine.publications
    self.publicationUses = engine.publicationUses
    self.waiters = engine.waiters
    self.nextWake = engine.nextWake
    self.isIdle = engine.isIdle
    self.flights = flights
  }

  /// The number of calls to a provider that are out long after their time limit. Those on what was
  /// forgotten meanwhile may be among them.
  func hung(on provider: ProviderRecord) -> ClosedRange<Int> {
    let own = Set(
      deployments.filter { $0.exists && pool($0.pool)?.provider == provider.name }.map(\.id))
    let late = flights.filter { $0.deadline + .seconds(5) <= now.moment }
      .compactMap { flight -> DeploymentID? in
        if case .deployment(let id) = flight.call.subject { id } else { nil }
      }
    let existing = Set(deployments.filter(\.exists).map(\.id))
    let certain = late.count { own.contains($0) }
    return certain...(certain + late.count { !existing.contains($0) })
  }

  /// The pool with this id.
  package func pool(_ id: PoolID) -> Pool? { pools.first { $0.id == id } }
  /// The provider of a pool.
  package func provider(of id: PoolID) -> ProviderRecord? {
    guard let pool = pool(id) else { return nil }
    return providers.first { $0.name == pool.provider }
  }
  /// The pools of a provider.
  package func pools(of provider: ProviderRecord) -> Set<PoolID> {
    Set(pools.filter { $0.provider == provider.name }.map(\.id))
  }
}

/// A call in flight. A class, since it is passed around a lot.
package final class Flight {
  package let call: Call
  package let issuedAt: Moment
  /// When the driver answers; nil if it never answers on its own.
  package let due: Moment?
  package let answer: TaskState?

  init(call: Call, issuedAt: Moment, due: Moment?, answer: TaskState?) {
    self.call = call
    self.issuedAt = issuedAt
    self.due = due
    self.answer = answer
  }

  /// The deadline of the call.
  package var deadline: Moment { issuedAt + call.timeLimit }
}

extension Deployment {
  /// Whether external resources may exist.
  package var exists: Bool { !phase.isHistory }
  /// Whether it counts as supply: preparing or usable.
  package var isSupply: Bool { state == .preparing || state == .usable }
  /// Whether it is in a cache and not reserved.
  package var isFree: Bool { placement.level != nil && placement.user == nil }
  /// Whether a user who asks can be given it.
  package var canBeGiven: Bool {
    isFree && placement.level == .l1 && isReady && !inUse && pending == nil
  }
  /// Whether it is unreserved supply at this cache level.
  package func isSupply(at level: CacheLevel) -> Bool {
    isSupply && isFree && placement.level == level
  }
}
