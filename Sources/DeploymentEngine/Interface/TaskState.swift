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
}

/// Why a task of a driver failed.
public struct DeploymentFailure: Error, Hashable, Sendable {
  /// The class of the error.
  public var kind: FailureClass
  /// The reason in one sentence.
  public var reason: SafeText
  /// The pause before a retry, if the provider asks for one; limited to the engine's longest pause.
  public var retryAfter: TimeSpan?

  /// A failure with its reason.
  public init(_ kind: FailureClass, _ reason: SafeText, retryAfter: TimeSpan? = nil) {
    self.kind = kind
    self.retryAfter = retryAfter
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
}
