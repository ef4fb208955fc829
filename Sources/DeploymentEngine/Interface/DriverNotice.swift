public import SafeTexts

/// An unsolicited notice of a driver about a deployment that it made.
///
/// It decides nothing: the engine checks the deployment with an ordinary call.
public struct DriverNotice: Hashable, Sendable {
  /// The content of a notice.
  public enum Kind: Hashable, Sendable {
    /// It may have changed. The text is a sentence about what happened.
    case changed(SafeText)
    /// All users who are logged in to it now; the first `Limits.loggedInUsers` are used.
    case users([SafeText])
  }
  /// The ownership tag of the engine that made it.
  public var owner: String
  /// The deployment.
  public var deployment: DeploymentID
  /// The content.
  public var kind: Kind

  /// A notice from its parts.
  public init(owner: String, deployment: DeploymentID, kind: Kind) {
    self.owner = owner
    self.deployment = deployment
    self.kind = kind
  }
}

/// A provider that can report changes of the deployments on it.
public protocol NoticeSource: Provider {
  /// Reports changes from now on, as long as the sink exists: the source must refer to it weakly.
  func watch(_ sink: NoticeSink)
}

/// Receives the notices of a provider, and drops those for other engines.
public final class NoticeSink: Sendable {
  /// The ownership tag of the engine that listens.
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

  /// Passes a notice to the engine. Does not block.
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
