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
  /// It may work later (throttled, out of quota, out of reach); tried again with growing pauses.
  case transient
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

  /// A failure with its reason.
  public init(_ kind: FailureClass, _ reason: SafeText) {
    self.kind = kind
    self.reason = reason.isEmpty ? "the driver gave no reason" : reason
  }
}
