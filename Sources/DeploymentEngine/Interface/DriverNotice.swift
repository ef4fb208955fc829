public import SafeTexts

/// What a driver says unasked of something that it made.
///
/// It decides nothing: the engine looks at the thing itself, with a call like any other.
public struct DriverNotice: Hashable, Sendable {
  /// What there is to say.
  public enum Kind: Hashable, Sendable {
    /// It may not be as it was left. What has happened, as a sentence about it.
    case changed(SafeText)
    /// Who is logged in to it now; at most `Limits.loggedInUsers` count.
    case users([SafeText])
  }
  /// The mark of the engine that made it.
  public var owner: String
  /// Of what.
  public var deployment: DeploymentID
  /// What.
  public var kind: Kind

  /// A notice from its parts.
  public init(owner: String, deployment: DeploymentID, kind: Kind) {
    self.owner = owner
    self.deployment = deployment
    self.kind = kind
  }
}

/// A provider that can say when something is no longer as it was left.
public protocol NoticeSource: Provider {
  /// Tells of what happens from now on, for as long as somebody holds the sink: a source refers to
  /// it weakly.
  func watch(_ sink: NoticeSink)
}

/// Where a provider leaves its notices; what is not of this engine is not taken.
public final class NoticeSink: Sendable {
  /// The mark of the engine that listens.
  public let owner: String
  private let take: @Sendable (DriverNotice) -> Void

  /// A sink.
  ///
  /// - Parameters:
  ///   - owner: the owner whose notices it takes; it ignores those of others.
  ///   - take: called on any thread; must not block.
  public init(owner: String, _ take: @escaping @Sendable (DriverNotice) -> Void) {
    self.owner = owner
    self.take = take
  }

  /// Tells the engine. Does not block.
  public func tell(_ notice: DriverNotice) {
    guard notice.owner == owner else { return }
    var notice = notice
    switch notice.kind {
    case .changed(let sentence):
      notice.kind = .changed(SafeText(sentence.text, limit: Limits.noticeBytes))
    case .users(let users): notice.kind = .users(Array(users.prefix(Limits.loggedInUsers)))
    }
    take(notice)
  }
}
