import DeploymentInterface

/// Clones one base for all deployments.
struct LibvirtService: Service {
  typealias Deployment = LibvirtDeployment
  typealias PublicationType = LibvirtPublication

  let host: LibvirtConnection
  let plan: LibvirtPlan
  let connection: VirtConnection

  var cacheLevels: CacheLevels { plan.level2 == .none ? .l1 : .l1AndL2 }
  var osManager: (any OSManager)? { plan.osManager == .notify ? LibvirtOSManager() : nil }
  func makeDeployment() -> LibvirtDeployment { .init() }
  func makePublication() -> LibvirtPublication? { .init() }
}

extension DeploymentEnvironment<LibvirtService> {
  /// The mark of its domain.
  var mark: Mark { Mark(owner: owner, id: record.id, name: record.identity.name) }
  /// The MAC address of its network card.
  var cardAddress: String { record.identity.mac?.description ?? mark.fallbackMAC }
  var plan: LibvirtPlan { service.plan }
  var connection: VirtConnection { service.connection }
  var isCachedAtL2: Bool {
    if case .cache(.l2, _) = record.placement { true } else { false }
  }
  var isCached: Bool {
    if case .cache(_, reservedFor: nil) = record.placement { true } else { false }
  }
}
