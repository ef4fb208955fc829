public import DeploymentEngine
public import SafeTexts

/// A store is held by another engine, which may not be ended.
public struct LeaseFailure: Error, Hashable, Sendable {
  /// One sentence that names the holder, and says what to do.
  public let sentence: SafeText
  /// Who holds it.
  public let holder: LeaseStatus

  /// A failure with its sentence.
  public init(sentence: SafeText, holder: LeaseStatus) {
    self.sentence = sentence
    self.holder = holder
  }
}
