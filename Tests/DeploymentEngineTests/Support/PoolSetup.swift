import DeploymentEngine
import DeploymentInterface
import EngineSimulation

/// A pool with what its service can do.
struct PoolSetup {
  var configuration: PoolConfiguration
  var offer: ServiceOffer

  /// A pool on the provider `here`.
  static func pool(
    _ name: String = "lab", initial: Int = 0, l1: Int = 0, l2: Int = 0, max: Int = 20,
    levels: CacheLevels = .l1AndL2, publishes: Bool = false, waitsForOS: Bool = false,
    usesPort: Bool = false, provider: String = "here",
    edit: (inout PoolConfiguration) -> Void = { _ in }
  ) -> PoolSetup {
    var configuration = PoolConfiguration(
      name: name, provider: provider,
      sizes: Sizes(initial: initial, l1: l1, l2: l2, max: max),
      names: NamePattern(prefix: name + "-", digits: 3))
    edit(&configuration)
    let traits = ServiceTraits(
      cacheLevels: levels, publishes: publishes, waitsForOS: waitsForOS, usesPort: usesPort)
    return PoolSetup(configuration: configuration, offer: .traits(traits))
  }

  /// A pool that makes deployments for users only.
  static func onDemand(_ name: String = "lab", max: Int = 20) -> PoolSetup {
    pool(name, max: max, levels: .none)
  }
}
