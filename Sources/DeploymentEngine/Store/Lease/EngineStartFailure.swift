public import SafeTexts

/// The reason why an engine did not start.
public struct EngineStartFailure: Error, Hashable, Sendable {
  /// The obstacle.
  public enum Cause: Hashable, Sendable {
    /// The store cannot be used.
    case store(StoreFailure)
    /// Another engine holds the store.
    case lease(LeaseFailure)
  }

  /// The obstacle.
  public let cause: Cause

  /// A failure with its cause.
  public init(_ cause: Cause) { self.cause = cause }

  /// One sentence for the user.
  public var sentence: SafeText {
    switch cause {
    case .store(let failure): failure.sentence
    case .lease(let failure): failure.sentence
    }
  }
}
