public import DeploymentInterface
public import SafeTexts

/// The key of a request: repeating a request with its key gives the first answer again.
public struct RequestKey: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The key's text.
  public let text: SafeText
  /// A key with this text, made inert.
  public init(_ text: some StringProtocol) { self.text = SafeText(text, limit: 200) }
  /// The key's text.
  public var description: String { text.text }
}

/// What an OS manager's agent says from inside a deployment.
public enum GuestEvent: Hashable, Codable, Sendable {
  /// The inside is ready; with whatever the OS manager sends along.
  case ready(SafeText?)
  /// It thinks that this is its IP.
  case ip(SafeText)
  /// A user logged in.
  case login(SafeText)
  /// A user logged out.
  case logout(SafeText)
}

/// What may be asked of the engine.
public enum Verb: Hashable, Codable, Sendable {
  /// Cancels the running operation, delayed until no call is in flight.
  case cancel(DeploymentID)
  /// Removes it.
  case destroy(DeploymentID)
  /// Moves it to the other cache level.
  case move(DeploymentID, to: CacheLevel)
  /// Makes sure that it can be used now.
  case ready(DeploymentID)
  /// Gives this very L1 item to a user.
  case assign(DeploymentID, user: SafeText)
  /// Gives a user a deployment of the pool; the engine chooses.
  case assignFromPool(SafeText, user: SafeText)
  /// Takes it from its user and removes it.
  case release(DeploymentID)
  /// Does the failed operation again, with the same identity.
  case retry(DeploymentID)
  /// "I cleaned up by hand": history, without a call.
  case forget(DeploymentID)
  /// Takes back the request that waits for its not-before time.
  case undo(DeploymentID)
  /// Prepares the pool's next publication.
  case publish(SafeText)
  /// Cancels the publication that is being prepared.
  case cancelPublication(SafeText)
  /// Creates nothing and refuses new users.
  case pause(SafeText)
  /// Ends the pause.
  case resume(SafeText)
  /// Ends the restraint.
  case lift(SafeText)
  /// Puts sizes over the configured ones; nil resets them.
  case resize(SafeText, SizeOverrides?)
  /// Makes no call to the provider at all, or does again.
  case maintenance(SafeText, Bool)
  /// What an agent says, by the deployment's unique id.
  case notify(SafeText, GuestEvent)
  /// Removes something that exists without a record.
  case removeOrphan(OrphanName)
  /// Gives it a record again, as a deployment of this user.
  case adopt(OrphanName, user: SafeText)
}

/// Something asked of the engine.
public struct Request: Hashable, Codable, Sendable {
  /// Its key.
  public var key: RequestKey
  /// Who asks.
  public var actor: SafeText
  /// What is asked.
  public var verb: Verb
  /// The revision of the deployment that the asker saw; another one refuses the request.
  public var ifRevision: UInt64?
  /// Not carried out before; applies to cancel, destroy and release.
  public var notBefore: Timestamp?

  /// A request from its parts.
  public init(
    key: RequestKey, actor: SafeText, verb: Verb, ifRevision: UInt64? = nil,
    notBefore: Timestamp? = nil
  ) {
    self.key = key
    self.actor = actor
    self.verb = verb
    self.ifRevision = ifRevision
    self.notBefore = notBefore
  }
}

/// Why a request changes nothing.
public struct Refusal: Error, Hashable, Codable, Sendable {
  /// What kind of refusal; decides the exit code.
  public enum Kind: String, Hashable, Codable, Sendable {
    /// The state does not permit it.
    case notPermitted
    /// What the request is about changed since the asker looked.
    case stale
    /// There is no such deployment, pool or provider.
    case notFound
    /// The request itself makes no sense.
    case invalid
  }
  /// What kind of refusal.
  public var kind: Kind
  /// One sentence for a person.
  public var sentence: SafeText

  /// A refusal with its sentence.
  public init(_ kind: Kind, _ sentence: SafeText) {
    self.kind = kind
    self.sentence = sentence
  }
}

/// The engine's answer to a request. Stored with the request's key.
public enum Reply: Hashable, Codable, Sendable {
  /// It will be, or has been, carried out; with the deployment concerned and a word about what
  /// happens.
  case accepted(DeploymentID?, note: SafeText)
  /// It is not, and nothing has changed.
  case refused(Refusal)
}
