public import SafeTexts

/// A provider that can say what exists with an engine's mark, whether or not anybody has a record
/// of it.
public protocol Inventory: Provider {
  /// Everything that carries this mark; sorted by name.
  ///
  /// - Parameter owner: the mark of the engine that made it.
  func things(ownedBy owner: String) async throws(DeploymentFailure) -> [ExternalResource]
  /// Removes one of them, with all that belongs to it; what is gone already is done. Only what
  /// still carries the mark is touched.
  func remove(_ thing: ExternalResource, ownedBy owner: String) async throws(DeploymentFailure)
}

/// Something that exists outside.
public struct ExternalResource: Hashable, Sendable {
  /// What it was made for.
  public enum Purpose: Hashable, Sendable, CustomStringConvertible {
    /// A deployment, by its number.
    case deployment(DeploymentID)
    /// A publication, by its name.
    case publication(String)

    /// As it is shown: `d7`, `publication lab-r1`.
    public var description: String {
      switch self {
      case .deployment(let id): id.description
      case .publication(let name): "publication \(name)"
      }
    }
  }
  /// What it is, in the words of its platform: `domain`, `volume`.
  public var kind: SafeText
  /// Its name there; unique together with its kind.
  public var name: SafeText
  /// What it was made for.
  public var purpose: Purpose
  /// What identifies the whole deployment by which its driver finds it again; nil: it is a part of
  /// one, or cannot be found without what was stored.
  public var identity: Identity?

  /// A thing from its parts.
  public init(kind: SafeText, name: SafeText, purpose: Purpose, identity: Identity? = nil) {
    self.kind = kind
    self.name = name
    self.purpose = purpose
    self.identity = identity
  }
}
