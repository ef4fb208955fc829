public import DeploymentInterface
public import SafeTexts

/// The kinds of events in the journal.
public enum JournalKind: String, Hashable, Codable, Sendable, CaseIterable {
  /// A deployment was created.
  case created
  /// A deployment's state changed.
  case state
  /// A deployment was given to a user, reserved, or released.
  case assignment
  /// A request was accepted or refused.
  case request
  /// A call failed.
  case failure
  /// A driver's deployment wrote to its log.
  case driver
  /// A user logged in or out, or an agent reported.
  case session
  /// Something about a pool changed.
  case pool
  /// Something about a provider changed.
  case provider
  /// Something about a publication changed.
  case publication
  /// Something about the engine itself.
  case engine
}

/// One event of the journal.
public struct JournalEntry: Hashable, Sendable {
  /// When it happened.
  public var at: Timestamp
  /// Its severity.
  public var level: LogLevel
  /// Its kind.
  public var kind: JournalKind
  /// The pool concerned.
  public var pool: PoolID?
  /// The deployment concerned.
  public var deployment: DeploymentID?
  /// Who caused it; `engine` if nobody requested it.
  public var actor: SafeText
  /// What happened.
  public var message: SafeText

  /// An event from its parts.
  public init(
    at: Timestamp, level: LogLevel = .info, kind: JournalKind, pool: PoolID? = nil,
    deployment: DeploymentID? = nil, actor: SafeText = "engine", message: SafeText
  ) {
    self.at = at
    self.level = level
    self.kind = kind
    self.pool = pool
    self.deployment = deployment
    self.actor = actor
    self.message = message
  }
}
