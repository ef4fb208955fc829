public import SafeTexts

/// Why an engine did not start.
public struct EngineStartFailure: Error, Hashable, Sendable {
  /// What stood in the way.
  public enum Cause: Hashable, Sendable {
    /// The store.
    case store(StoreFailure)
    /// Another engine.
    case lease(LeaseFailure)
  }

  /// What stood in the way.
  public let cause: Cause

  /// A failure with its cause.
  public init(_ cause: Cause) { self.cause = cause }

  /// One sentence for a person.
  public var sentence: SafeText {
    switch cause {
    case .store(let failure): failure.sentence
    case .lease(let failure): failure.sentence
    }
  }
}
