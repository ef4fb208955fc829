public import SafeTexts

/// The answer of a task method.
public enum TaskState: Hashable, Sendable {
  /// It continues; `checkState` is called after `suggestedTime`.
  case running
  /// It is done.
  case finished
  /// It failed, for this reason.
  case error(DeploymentFailure)
}

/// The class of an error; determines what the engine does.
public enum FailureClass: String, Hashable, Codable, Sendable, CaseIterable {
  /// A retry would not help; the deployment enters `error`.
  case permanent
  /// A retry may work later (unreachable, no room); retried with growing pauses.
  case transient
  /// The provider throttles us (too many requests, an exhausted quota): retried like `transient`,
  /// and until then no pool of the provider creates anything.
  case throttled
  /// The provider rejects our credentials (a wrong or expired password): retried like `transient`,
  /// and no pool of the provider creates anything until one attempt has worked.
  case denied
  /// The call hung, threw or gave an invalid answer: it may have worked. Retried with the same
  /// identity.
  case unknown
  /// Another process uses the port of the identity; retried with another port.
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

/// Why a task of a driver failed.
public struct DeploymentFailure: Error, Hashable, Sendable {
  /// The class of the error.
  public var kind: FailureClass
  /// The reason in one sentence.
  public var reason: SafeText
  /// The pause before a retry, if the provider asks for one; limited to the engine's longest pause.
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

  /// A retry would not help.
  public static func permanent(_ reason: String) -> Self { .init(.permanent, SafeText(reason)) }
  /// A retry may work later.
  public static func transient(_ reason: String) -> Self { .init(.transient, SafeText(reason)) }
  /// It may have worked.
  public static func unknown(_ reason: String) -> Self { .init(.unknown, SafeText(reason)) }
  /// Another process uses the port of the identity.
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
