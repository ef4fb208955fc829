/// The engine as a value: told what happened and when, it answers what to do.
///
/// It reads no clock, throws no dice that are not seeded, and knows no database, process or screen.
public struct Engine: Sendable {
  /// The engine on what a store holds. Everything in flight gets its next check at once.
  ///
  /// - Parameters:
  ///   - seed: decides the jitter of pauses, and nothing else.
  public init(seed: UInt64, loading state: StoredState, at now: EngineTime) {
    _ = (seed, state, now)
  }

  /// Tells it one event; what is to be done is collected until `takeOutcome`.
  public mutating func handle(_ event: Event, at now: EngineTime) {}

  /// Everything to be done since the last call: commit all but `calls` in one transaction, then call.
  public mutating func takeOutcome() -> Outcome { Outcome() }

  /// One event with its outcome.
  public mutating func step(_ event: Event, at now: EngineTime) -> Outcome {
    handle(event, at: now)
    return takeOutcome()
  }

  /// When something is due next; nil: nothing is. A `tick` then makes it happen.
  public var nextWake: Moment? { nil }

  /// Nothing is in flight and no plan is open. Restrained, exhausted, waiting for OS and kept errors
  /// count as idle.
  public var isIdle: Bool { true }

  /// Every deployment, by number.
  public var deployments: [Deployment] { [] }
  /// A deployment by its number.
  public func deployment(_ id: DeploymentID) -> Deployment? { nil }
  /// Every pool, by number.
  public var pools: [Pool] { [] }
  /// A pool by its name.
  public func pool(named name: SafeText) -> Pool? { nil }
  /// Every provider, by name.
  public var providers: [ProviderRecord] { [] }
  /// Every publication, by pool and revision.
  public var publications: [PublicationRecord] { [] }
  /// Every user who waits, in the order of service.
  public var waiters: [Waiter] { [] }
}
