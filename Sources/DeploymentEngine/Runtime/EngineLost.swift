public import SafeTexts

/// An engine has ended by itself: another one has its store, or the store is damaged.
public struct EngineLost: Error, Hashable, Sendable {
  /// One sentence for a person.
  public let sentence: SafeText

  /// An end with its reason.
  public init(_ sentence: SafeText) { self.sentence = sentence }
}
