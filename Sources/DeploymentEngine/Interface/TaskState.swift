public import SafeTexts

/// What a task method answers. Nothing else exists for a task.
public enum TaskState: Hashable, Sendable {
  /// It goes on; `checkState` will be asked after `suggestedTime`.
  case running
  /// It is done.
  case finished
  /// It failed, for this reason.
  case error(DeploymentFailure)
}

/// What kind of error it is; decides what the engine does.
public enum FailureClass: String, Hashable, Codable, Sendable, CaseIterable {
  /// Trying again would not help; the deployment becomes an `error`.
  case permanent
  /// It may work later (out of reach, no room); tried again with growing pauses.
  case transient
  /// The provider wants less of us (too many requests, a quota that is used up): as transient, and
  /// until then no pool of the provider creates anything.
  case throttled
  /// The provider does not let us in (a password that is wrong or over): as transient, and no pool
  /// of the provider creates anything until one attempt has worked.
  case denied
  /// The call hung, threw or answered nonsense: it may have worked. Tried again with the same
  /// identity.
  case unknown
  /// The port of the identity is taken by a stranger; tried again with another one.
  case portTaken
}

/// Why a driver could not do what it was asked for.
public struct DeploymentFailure: Error, Hashable, Sendable {
  /// What kind of error.
  public var kind: FailureClass
  /// One sentence for a person.
  public var reason: SafeText
  /// How long to wait before it is tried again, where the provider has said so; what is more than
  /// the engine's longest pause counts as that.
  public var retryAfter: TimeSpan?

  /// A failure with its reason.
  public init(_ kind: FailureClass, _ reason: SafeText, retryAfter: TimeSpan? = nil) {
    self.kind = kind
    self.retryAfter = retryAfter
    self.reason = reason.isEmpty ? "the driver gave no reason" : reason
  }

  /// Trying again would not help.
  public static func permanent(_ reason: String) -> Self { .init(.permanent, SafeText(reason)) }
  /// It may work later.
  public static func transient(_ reason: String) -> Self { .init(.transient, SafeText(reason)) }
  /// It may have worked.
  public static func unknown(_ reason: String) -> Self { .init(.unknown, SafeText(reason)) }
  /// The port of the identity is taken by another program.
  public static func portTaken(_ reason: String) -> Self { .init(.portTaken, SafeText(reason)) }
}
