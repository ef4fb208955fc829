package import Basics
package import DeploymentEngine
import DeploymentInterface

/// A configuration so small that everything runs out and is reused all the time.
package struct SmallWorld {
  package var configuration = Configuration()
  package var services: [String: ServiceOffer] = [:]
  /// The providers that can list their resources.
  package var lists: Set<String> = []

  package init(random: inout SplitMix64) {
    for name in ["x", "y"] {
      configuration.providers.append(
        ProviderConfiguration(
          name: name, driver: "dice",
          limits: ProviderLimits(
            preparing: 1 + random.below(3), removing: 1 + random.below(2),
            deployments: 4 + random.below(12), settingReady: 1 + random.below(2))))
    }
    var orphans = random.fork()
    for index in configuration.providers.indices {
      guard orphans.percent(75) else { continue }
      lists.insert(configuration.providers[index].name)
      let graces: [TimeSpan] = [
        .zero, .seconds(30), .minutes(6), .minutes(30), .hours(3),
      ]
      configuration.providers[index].orphans = OrphanRule(
        removes: orphans.percent(60), grace: orphans.pick(graces) ?? .hours(1),
        most: orphans.pick([1, 2, 3, 10]) ?? 10)
    }
    add("a", provider: "x", levels: .l1AndL2, &random)
    add("b", provider: random.percent(50) ? "x" : "y", levels: random.pick([.none, .l1]), &random)
    add("c", provider: "y", levels: .l1AndL2, publishes: true, &random)
  }

  private mutating func add(
    _ name: String, provider: String, levels: CacheLevels?, publishes: Bool = false,
    _ random: inout SplitMix64
  ) {
    let levels = levels ?? .l1
    let max = 1 + random.below(6)
    let range = MACRange(first: MACAddress(0x10), last: MACAddress(0x12))
    var pool = PoolConfiguration(
      name: name, provider: provider,
      sizes: Sizes(
        initial: levels == .none ? 0 : random.below(max + 1),
        l1: levels == .none ? 0 : random.below(max + 1),
        l2: levels == .l1AndL2 ? random.below(3) : 0, max: max),
      names: NamePattern(prefix: name + "-", digits: 1))
    pool.macs = random.percent(25) ? range : nil
    pool.onLogout = random.percent(50) ? .remove : .keep
    pool.logoutGrace = [.zero, .seconds(30), .minutes(2)][max % 3]
    pool.restrain = RestraintRule(count: random.below(4), within: .minutes(3))
    pool.deadlines = PoolDeadlines(
      preparing: .minutes(5), osReady: .minutes(4), removing: .minutes(6))
    pool.errorRetention = .minutes(Int64(1 + random.below(10)))
    pool.historyRetention = .minutes(Int64(random.below(10)))
    pool.unusedAfter = random.percent(30) ? .minutes(7) : nil
    configuration.pools.append(pool)
    services[name] = .traits(
      ServiceTraits(
        cacheLevels: levels, publishes: publishes, waitsForOS: random.percent(35),
        usesPort: random.percent(30)))
  }
}
