import DeploymentInterface
import SafeTexts

extension StaticProvider: Inventory {
  /// The claims of this engine on machines of this provider.
  func things(ownedBy owner: String) async throws(DeploymentFailure) -> [ExternalResource] {
    let places = Set(hosts.map(\.place))
    return try claims.all().values.compactMap { claim in
      guard claim.owner == owner, places.contains(claim.host.place),
        let id = DeploymentID(parsing: claim.deployment)
      else { return nil }
      return ExternalResource(
        kind: "claim", name: SafeText(claim.host.name), purpose: .deployment(id))
    }.sorted { $0.name < $1.name }
  }

  /// Releases the machine and touches nothing on it.
  func remove(_ thing: ExternalResource, ownedBy owner: String) async throws(DeploymentFailure) {
    guard case .deployment(let id) = thing.purpose else {
      throw .init(.permanent, "only claims of deployments can be removed")
    }
    try claims.release(owner, id.description)
  }
}
