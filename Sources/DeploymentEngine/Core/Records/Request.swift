public import DeploymentInterface
public import SafeTexts

/// The key of a request: a repeated request with the same key gets the first answer again.
public struct RequestKey: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The key's text.
  public let text: SafeText
  /// A key from a text, which is sanitized and cut to 200 characters.
  public init(_ text: some StringProtocol) { self.text = SafeText(text, limit: 200) }
  /// The key's text.
  public var description: String { text.text }
}

/// A report of an OS manager's agent inside a deployment.
public enum GuestEvent: Hashable, Codable, Sendable {
  /// The guest is ready; with data of the OS manager, and what distinguishes this start of the
  /// guest from others, if the agent says that.
  case ready(SafeText?, boot: SafeText? = nil)
  /// The guest has this IP.
  case ip(SafeText)
  /// A user logged in.
  case login(SafeText)
  /// A user logged out.
  case logout(SafeText)
}

/// The content of a request to the engine.
public enum Verb: Hashable, Codable, Sendable {
  /// Cancels the running operation, delayed until no call is in flight.
  case cancel(DeploymentID)
  /// Removes the deployment.
  case destroy(DeploymentID)
  /// Moves the deployment to the other cache level.
  case move(DeploymentID, to: CacheLevel)
  /// Makes sure that the deployment can be used now.
  case ready(DeploymentID)
  /// Assigns a certain L1 deployment to a user.
  case assign(DeploymentID, user: SafeText)
  /// Assigns a deployment of the pool, which the engine chooses, to a user.
  case assignFromPool(SafeText, user: SafeText)
  /// Takes the deployment from its user, and removes it.
  case release(DeploymentID)
  /// Repeats the failed operation, with the same identity.
  case retry(DeploymentID)
  /// Makes the deployment history without a call: the operator cleaned up by hand.
  case forget(DeploymentID)
  /// Takes back the request that waits for its not-before time.
  case undo(DeploymentID)
  /// Takes a user who waits in a pool off its queue.
  case unwait(SafeText, user: SafeText)
  /// Prepares the pool's next publication.
  case publish(SafeText)
  /// The same, also in the place of the last ready deployment; or, where one rolls out already,
  /// lets that one have it.
  case forcePublication(SafeText)
  /// Cancels the publication that is being prepared.
  case cancelPublication(SafeText)
  /// Creates nothing and refuses new users.
  case pause(SafeText)
  /// Ends the pause.
  case resume(SafeText)
  /// Ends the restraint.
  case lift(SafeText)
  /// Overrides the configured sizes; nil resets them.
  case resize(SafeText, SizeOverrides?)
  /// Stops all calls to the provider, or allows them again.
  case maintenance(SafeText, Bool)
  /// Reports an agent's event, by the deployment's unique id.
  case notify(SafeText, GuestEvent)
  /// Removes an orphan.
  case removeOrphan(OrphanName)
  /// Notes that somebody removed an orphan without the engine.
  case noteRemoval(OrphanName)
  /// Gives an orphan a record again, as a deployment of this user.
  case adopt(OrphanName, user: SafeText)
  /// Reads the engine's configuration file again.
  ///
  /// `force`: also if deployments are removed or a provider becomes another one; `closeAll`: also
  /// if the file has no pools.
  case reload(force: Bool, closeAll: Bool)
}

/// A request to the engine.
public struct Request: Hashable, Codable, Sendable {
  /// Its key.
  public var key: RequestKey
  /// Who makes the request.
  public var actor: SafeText
  /// What is requested.
  public var verb: Verb
  /// The revision of the deployment that the requester saw; the request is refused if it differs.
  public var ifRevision: UInt64?
  /// The earliest time at which it is carried out; applies to cancel, destroy and release.
  public var notBefore: Timestamp?
  /// When a report was made for which no engine ran, and which was kept for the next one.
  public var keptSince: Timestamp?
  /// The process that waits for the user of this request. When it ends before the user is let in,
  /// the user no longer waits; nil: the user waits until served. With `unwait`: only while nobody
  /// else has asked for the user since.
  public var asker: Asker?

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
  /// The kind of refusal; determines the exit code.
  public enum Kind: String, Hashable, Codable, Sendable {
    /// The state does not permit it.
    case notPermitted
    /// The subject of the request changed since the requester read it.
    case stale
    /// There is no such deployment, pool or provider.
    case notFound
    /// The request itself is invalid.
    case invalid
  }
  /// The kind of refusal.
  public var kind: Kind
  /// The reason in one sentence.
  public var sentence: SafeText

  /// A refusal with its sentence.
  public init(_ kind: Kind, _ sentence: SafeText) {
    self.kind = kind
    self.sentence = sentence
  }
}

/// The engine's answer to a request. Stored with the request's key.
public enum Reply: Hashable, Codable, Sendable {
  /// It was or will be carried out; with the deployment concerned and a note about what happens.
  case accepted(DeploymentID?, note: SafeText)
  /// It was refused, and nothing changed.
  case refused(Refusal)
}
