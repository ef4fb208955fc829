public import DeploymentInterface
public import SafeTexts

/// One change of what is stored.
public enum StoreChange: Hashable, Sendable {
  /// The deployment as it now is.
  case deployment(Deployment)
  /// History that is no longer kept.
  case erasedDeployment(DeploymentID)
  /// The pool as it now is.
  case pool(Pool)
  /// A pool that left the configuration and has nothing any more.
  case erasedPool(PoolID)
  /// The provider as it now is.
  case provider(ProviderRecord)
  /// A provider that left the configuration and has nothing any more.
  case erasedProvider(SafeText)
  /// The publication as it now is.
  case publication(PublicationRecord)
  /// A publication that is no longer kept.
  case erasedPublication(PoolID, Int)
  /// A user who waits.
  case waiter(WaitingUser)
  /// A user who waits no longer.
  case erasedWaiter(PoolID, SafeText)
  /// What the engine runs on.
  case configuration(Configuration)
  /// The numbers that are given out next.
  case counters(Counters)
}

/// The numbers that are given out next; never given twice in one store.
public struct Counters: Hashable, Codable, Sendable {
  /// The next deployment.
  public var deployment: Int64 = 1
  /// The next pool.
  public var pool: Int32 = 1
  /// The next place in a queue.
  public var position: Int64 = 1
  /// A store that has given out nothing.
  public init() {}
}

/// What a store holds, as the core is loaded with it.
public struct StoredState: Hashable, Sendable {
  /// What the engine ran on.
  public var configuration = Configuration()
  /// The numbers that are given out next.
  public var counters = Counters()
  /// Every provider.
  public var providers: [ProviderRecord] = []
  /// Every pool.
  public var pools: [Pool] = []
  /// Every publication that is kept.
  public var publications: [PublicationRecord] = []
  /// Every deployment that is kept.
  public var deployments: [Deployment] = []
  /// Every user who waits.
  public var waiters: [WaitingUser] = []

  /// An empty store.
  public init() {}
}
