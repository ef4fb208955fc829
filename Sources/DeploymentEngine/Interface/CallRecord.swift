public import SafeTexts

/// The deployment's own record, as a driver sees it.
public struct CallRecord: Hashable, Sendable {
  /// The deployment's number; 0 for a publication.
  public var id: Int64
  /// The pool's name.
  public var pool: SafeText
  /// What identifies its resource on the provider.
  public var identity: Identity
  /// Its cache level or its user.
  public var placement: Placement
  /// The publication it is made from, with the data that the driver stored for it.
  public var publication: PublicationReference?
  /// The data of the OS manager's latest *ready*.
  public var osData: SafeText?
  /// The time on both clocks when the call was decided.
  public var time: EngineTime

  /// A record from its parts.
  public init(
    id: Int64, pool: SafeText, identity: Identity, placement: Placement,
    publication: PublicationReference?, osData: SafeText? = nil, time: EngineTime
  ) {
    self.id = id
    self.pool = pool
    self.identity = identity
    self.placement = placement
    self.publication = publication
    self.osData = osData
    self.time = time
  }
}

/// The publication of a deployment, as a driver call sees it.
public struct PublicationReference: Hashable, Sendable {
  /// Its revision.
  public var revision: Int
  /// Its name.
  public var name: String
  /// The data that the driver stored for it.
  public var data: [UInt8]
  /// A reference from its parts.
  public init(revision: Int, name: String, data: [UInt8]) {
    self.revision = revision
    self.name = name
    self.data = data
  }
}
