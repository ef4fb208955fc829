import DeploymentEngine
import DeploymentInterface
import EngineSimulation

/// The configuration of a scenario.
struct ScenarioSetup {
  private var limits = ProviderLimits()
  private var pools: [PoolSetup] = []
  private var script: [(Method, Behaviour)] = []

  /// Reads one line of it.
  mutating func read(_ line: Substring) throws(ScenarioProblem) {
    let words = line.split(separator: " ").dropFirst()
    switch line.prefix(4) {
    case "prov": try readProvider(words, line)
    case "pool": pools.append(try pool(words, line))
    default: script.append(try ScenarioReader.driver(words, line))
    }
  }

  /// A world whose engine knows the provider `here` and no pool yet.
  var world: World {
    let world = World(configuration: Configuration(providers: [provider]), services: [:])
    for (method, behaviour) in script { world.driver.always(method, behaviour) }
    return world
  }

  /// Tells the engine of a world the pools.
  func start(_ world: World) {
    world.services = Dictionary(
      pools.map { ($0.configuration.name, $0.offer) }, uniquingKeysWith: { first, _ in first })
    world.reconfigure { $0.pools = pools.map(\.configuration) }
  }

  private var provider: ProviderConfiguration {
    ProviderConfiguration(name: "here", driver: "scripted", limits: limits)
  }

  private mutating func readProvider(
    _ words: ArraySlice<Substring>, _ line: Substring
  ) throws(ScenarioProblem) {
    for (name, value) in try values(words, line) {
      switch (name, Int(value)) {
      case ("preparing", let limit?): limits.preparing = limit
      case ("removing", let limit?): limits.removing = limit
      case ("deployments", let limit?): limits.deployments = limit
      default: throw ScenarioProblem(line, "a provider has no `\(name)=\(value)`")
      }
    }
  }

  private func pool(
    _ words: ArraySlice<Substring>, _ line: Substring
  ) throws(ScenarioProblem) -> PoolSetup {
    guard let name = words.first else { throw ScenarioProblem(line, "the pool has no name") }
    var sizes = Sizes(max: 20)
    var (levels, publishes, waitsForOS) = (CacheLevels.l1AndL2, false, false)
    var policy = LogoutPolicy.keep
    for (key, value) in try values(words.dropFirst(), line) {
      switch (key, Int(value)) {
      case ("initial", let size?): sizes.initial = size
      case ("l1", let size?): sizes.l1 = size
      case ("l2", let size?): sizes.l2 = size
      case ("max", let size?): sizes.max = size
      case ("publishes", nil): publishes = true
      case ("os", nil): waitsForOS = true
      case ("levels", nil):
        guard let read = CacheLevels(rawValue: value) else {
          throw ScenarioProblem(line, "there are no levels `\(value)`")
        }
        levels = read
      case ("onLogout", nil):
        guard let read = LogoutPolicy(rawValue: value) else {
          throw ScenarioProblem(line, "there is no policy `\(value)`")
        }
        policy = read
      default: throw ScenarioProblem(line, "a pool has no `\(key)=\(value)`")
      }
    }
    return .pool(
      String(name), levels: levels, publishes: publishes, waitsForOS: waitsForOS
    ) {
      $0.sizes = sizes
      $0.onLogout = policy
    }
  }

  private func values(
    _ words: ArraySlice<Substring>, _ line: Substring
  ) throws(ScenarioProblem) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for word in words {
      let parts = word.split(separator: "=")
      guard let name = parts.first, parts.count <= 2 else {
        throw ScenarioProblem(line, "`\(word)` is not a setting")
      }
      pairs.append((String(name), parts.count == 2 ? String(parts[1]) : ""))
    }
    return pairs
  }
}
