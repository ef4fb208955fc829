public import DeploymentEngine
public import DeploymentInterface
public import EngineStore
public import Logging
public import SafeTexts

/// Options of an engine.
public struct EngineOptions: Sendable {
  /// Path of the store, which is created if it does not exist.
  public var storePath: String
  /// Who may open the store if it is created.
  public var access: StoreAccess
  /// The drivers that a configuration may name.
  public var drivers: [any Driver]
  /// The configuration; nil to continue with the stored one.
  public var configuration: Configuration?
  /// Receives one line for each event of the journal.
  public var logger: Logger
  /// Whether a frozen process that holds the store is killed, if that is permitted.
  public var endsFrozenHolder: Bool
  /// Time limit for calls in flight when the engine stops, unless the caller gives another.
  public var draining: TimeSpan
  /// Seed of the jitter in delays; nil for a random one.
  public var seed: UInt64?
  /// The clock.
  public var clock: EngineClock
  /// Reads the configuration file again; nil: there is none, and requests to reload are refused.
  public var reload: (@Sendable (ReloadConsent) -> ReloadResult)?
  /// Called once, on the engine's thread, with the reason when the engine stops on its own.
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

/// What a person has agreed to who asks the engine to read its configuration file again.
public struct ReloadConsent: Hashable, Sendable {
  /// Deployments may be removed, and providers may become others.
  public var force: Bool
  /// The file may have no pools.
  public var closeAll: Bool

  /// A consent; to nothing by default.
  public init(force: Bool = false, closeAll: Bool = false) {
    self.force = force
    self.closeAll = closeAll
  }
}

/// What came of reading the configuration file again.
public enum ReloadResult: Sendable {
  /// The configuration, and a note for who has asked.
  case configuration(Configuration, note: SafeText)
  /// It is not taken over, for this reason.
  case refused(SafeText)
}
