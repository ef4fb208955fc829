public import DeploymentEngine
public import SafeTexts

/// The failure to take the lease of a store because another engine holds it.
public struct LeaseFailure: Error, Hashable, Sendable {
  /// One sentence that names the holder and says what to do.
  public let sentence: SafeText
  /// The holder of the lease.
  public let holder: LeaseStatus

  /// A failure with its sentence.
  public init(sentence: SafeText, holder: LeaseStatus) {
    self.sentence = sentence
    self.holder = holder
  }
}
