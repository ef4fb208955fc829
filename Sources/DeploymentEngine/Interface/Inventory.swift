public import SafeTexts

/// A provider that can list the resources with an engine's ownership tag, with or without a record.
public protocol Inventory: Provider {
  /// All resources with this tag, sorted by name.
  ///
  /// - Parameter owner: the ownership tag of the engine that made them.
  func things(ownedBy owner: String) async throws(DeploymentFailure) -> [ExternalResource]
  /// Removes a resource with all its parts; succeeds if it is already gone. Only resources that
  /// still have the tag are touched.
  func remove(_ thing: ExternalResource, ownedBy owner: String) async throws(DeploymentFailure)
}

/// A resource that exists on a provider.
public struct ExternalResource: Hashable, Sendable {
  /// What it was made for.
  public enum Purpose: Hashable, Sendable, CustomStringConvertible {
    /// A deployment, by its number.
    case deployment(DeploymentID)
    /// A publication, by its name.
    case publication(String)

    /// The displayed form: `d7`, `publication lab-r1`.
    public var description: String {
      switch self {
      case .deployment(let id): id.description
      case .publication(let name): "publication \(name)"
      }
    }
  }
  /// Its kind in the terms of its platform: `domain`, `volume`.
  public var kind: SafeText
  /// Its name there; unique together with its kind.
  public var name: SafeText
  /// What it was made for.
  public var purpose: Purpose
  /// The identity by which the driver finds the whole deployment again; nil if the resource is only
  /// a part of one, or cannot be found without the driver's stored data.
  public var identity: Identity?

  /// A resource from its parts.
  public init(kind: SafeText, name: SafeText, purpose: Purpose, identity: Identity? = nil) {
    self.kind = kind
    self.name = name
    self.purpose = purpose
    self.identity = identity
  }
}
