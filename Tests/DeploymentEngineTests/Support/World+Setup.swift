import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import Testing

extension World {
  /// A world whose complaints are issues of the test that runs.
  convenience init(
    configuration: Configuration, services: [String: ServiceOffer], seed: UInt64 = 1,
    startingAt start: EngineTime = .start
  ) {
    self.init(
      configuration: configuration, services: services, seed: seed, startingAt: start,
      complained: { Issue.record("\($0.checker): \($0)") })
  }

  /// A world with pools on one provider, run until nothing more happens at its first instant.
  convenience init(
    _ pools: PoolSetup..., limits: ProviderLimits = ProviderLimits(), seed: UInt64 = 1,
    script: (inout ScriptedDriver) -> Void = { _ in }
  ) {
    let provider = ProviderConfiguration(name: "here", driver: "scripted", limits: limits)
    let configuration = Configuration(providers: [provider], pools: pools.map(\.configuration))
    let services = Dictionary(
      pools.map { ($0.configuration.name, $0.offer) }, uniquingKeysWith: { first, _ in first })
    self.init(configuration: Configuration(providers: [provider]), services: [:], seed: seed)
    script(&driver)
    self.services = services
    self.file = configuration
    step(.configured(configuration, services: services))
    drain()
  }
}
