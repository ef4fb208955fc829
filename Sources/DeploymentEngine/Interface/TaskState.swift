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
  /// The name of the identity is taken by something that is not ours. The deployment becomes an
  /// error at once, and the name is left aside for a while; it does not count for restraint.
  case nameTaken
  /// What the deployment stands for no longer exists, or is switched off for good. Nothing is
  /// created in its place under the same identity.
  case gone

  /// Whether it ends the operation; after all others the same call is made again.
  public var endsOperation: Bool {
    switch self {
    case .permanent, .nameTaken, .gone: true
    case .transient, .throttled, .denied, .unknown, .portTaken: false
    }
  }
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
  /// Whether the driver knows that nothing exists outside; such an error takes no place in the pool
  /// or at its provider.
  public var leavesNothing: Bool

  /// A failure with its reason.
  public init(
    _ kind: FailureClass, _ reason: SafeText, retryAfter: TimeSpan? = nil,
    leavesNothing: Bool = false
  ) {
    self.kind = kind
    self.retryAfter = retryAfter
    self.leavesNothing = leavesNothing
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
  /// The name of the identity is taken by something that is not ours.
  public static func nameTaken(_ reason: String) -> Self {
    .init(.nameTaken, SafeText(reason), leavesNothing: true)
  }
  /// It no longer exists.
  public static func gone(_ reason: String) -> Self {
    .init(.gone, SafeText(reason), leavesNothing: true)
  }
}
