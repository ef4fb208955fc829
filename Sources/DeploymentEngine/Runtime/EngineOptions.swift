public import DeploymentEngine
public import DeploymentInterface
public import EngineStore
public import Logging
public import SafeTexts

/// What an engine runs with.
public struct EngineOptions: Sendable {
  /// The store's path; created where there is none.
  public var storePath: String
  /// Who may open a store that is created.
  public var access: StoreAccess
  /// The kinds of providers that a configuration may name.
  public var drivers: [any Driver]
  /// What to run on; nil: what the store holds.
  public var configuration: Configuration?
  /// Gets one line for each event of the journal.
  public var logger: Logger
  /// Whether a holder of the store that is frozen is ended, where that is permitted.
  public var endsFrozenHolder: Bool
  /// How long calls in flight may take when the engine is stopped and nothing else is said.
  public var draining: TimeSpan
  /// Decides the jitter of pauses; nil: random.
  public var seed: UInt64?
  /// What tells the time.
  public var clock: EngineClock
  /// Called once, on the engine's thread, when the engine stops by itself, with the reason.
  public var onLost: @Sendable (SafeText) -> Void

  /// Options with their defaults.
  public init(
    storePath: String, access: StoreAccess = .owner, drivers: [any Driver],
    configuration: Configuration? = nil, logger: Logger, endsFrozenHolder: Bool = true,
    draining: TimeSpan = .seconds(5), seed: UInt64? = nil, clock: EngineClock = .system,
    onLost: @escaping @Sendable (SafeText) -> Void = { _ in }
  ) {
    self.storePath = storePath
    self.access = access
    self.drivers = drivers
    self.configuration = configuration
    self.logger = logger
    self.endsFrozenHolder = endsFrozenHolder
    self.draining = draining
    self.seed = seed
    self.clock = clock
    self.onLost = onLost
  }
}
