public import DeploymentInterface
public import SafeTexts

/// One change of the stored state.
public enum StoreChange: Hashable, Sendable {
  /// The deployment as it now is.
  case deployment(Deployment)
  /// A deployment whose history is no longer kept.
  case erasedDeployment(DeploymentID)
  /// The pool as it now is.
  case pool(Pool)
  /// A pool that is no longer configured and has no resources.
  case erasedPool(PoolID)
  /// The provider as it now is.
  case provider(ProviderRecord)
  /// A provider that is no longer configured and has no resources.
  case erasedProvider(SafeText)
  /// The publication as it now is.
  case publication(PublicationRecord)
  /// A publication that is no longer kept.
  case erasedPublication(PoolID, Int)
  /// A waiting user.
  case waiter(WaitingUser)
  /// A user who no longer waits.
  case erasedWaiter(PoolID, SafeText)
  /// The configuration of the engine.
  case configuration(Configuration)
  /// The next numbers to use.
  case counters(Counters)
}

/// The next numbers to use; none is used twice in one store.
public struct Counters: Hashable, Codable, Sendable {
  /// The next deployment.
  public var deployment: Int64 = 1
  /// The next pool.
  public var pool: Int32 = 1
  /// The next place in a queue.
  public var position: Int64 = 1
  /// The counters of a new store.
  public init() {}
}

/// The content of a store, from which the core is loaded.
public struct StoredState: Hashable, Sendable {
  /// The configuration that the engine ran on.
  public var configuration = Configuration()
  /// The next numbers to use.
  public var counters = Counters()
  /// Every provider.
  public var providers: [ProviderRecord] = []
  /// Every pool.
  public var pools: [Pool] = []
  /// Every kept publication.
  public var publications: [PublicationRecord] = []
  /// Every kept deployment.
  public var deployments: [Deployment] = []
  /// Every waiting user.
  public var waiters: [WaitingUser] = []

  /// An empty store.
  public init() {}

  /// Lets a time without an engine pass for what goes by the clock on the wall: requests that can
  /// be undone, and log-outs. All else continues with what was left of it.
  package mutating func passGraces(_ absence: TimeSpan, at now: EngineTime) {
    func passed(_ deadline: Deadline) -> Deadline {
      var passed = deadline
      passed.at = max(now.moment, deadline.at - absence)
      return passed
    }
    guard absence > .zero else { return }
    for index in deployments.indices {
      if let due = deployments[index].pending?.due {
        deployments[index].pending?.due = passed(due)
      }
      guard deployments[index].awaitsReturn, let limit = deployments[index].stateDeadline else {
        continue
      }
      deployments[index].stateDeadline = passed(limit)
    }
  }
}
