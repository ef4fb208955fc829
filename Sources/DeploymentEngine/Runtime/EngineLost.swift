public import SafeTexts

/// An engine has ended on its own: another engine holds its store, or the store is damaged.
public struct EngineLost: Error, Hashable, Sendable {
  /// The reason, in one sentence for the user.
  public let sentence: SafeText

  /// An error with its reason.
  public init(_ sentence: SafeText) { self.sentence = sentence }
}
