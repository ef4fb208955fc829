import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The providers and services that an engine has created for its configuration.
///
/// A provider persists across changes of the configuration unless its driver or its parameters
/// change. A replaced or removed one is retired.
struct ServiceRegistry: Sendable {
  /// A service with the provider that created it.
  struct Registered: Sendable {
    let service: any Service
    let provider: RegisteredProvider
  }

  private struct Entry {
    let configuration: ProviderConfiguration
    let provider: RegisteredProvider
    /// Receives the provider's notices; the provider refers to it weakly.
    var sink: NoticeSink?
  }

  private struct Problem: Error {
    var sentence: SafeText
  }

  /// Services by the pool's name.
  private(set) var services: [String: Registered] = [:]
  /// What the services offer, for the core, by the pool's name.
  private(set) var offers: [String: ServiceOffer] = [:]
  private var entries: [String: Entry] = [:]
  /// The configured pools, and the removed ones that may still have deployments: only their own
  /// service can remove those.
  private var pools: [PoolConfiguration]
  private var providers: [ProviderConfiguration]

  /// An empty registry.
  ///
  /// - Parameter before: the configuration in force until now.
  init(before: Configuration) {
    pools = before.pools
    providers = before.providers
  }

  /// The providers that can list what exists on them, by name.
  var inventories: [String: any Inventory] {
    entries.compactMapValues { $0.provider.provider as? any Inventory }
  }

  /// The provider with this name.
  func provider(named name: SafeText) -> RegisteredProvider? { entries[name.text]?.provider }

  /// Creates the providers and services of a configuration that do not exist yet.
  ///
  /// Those that the configuration no longer names stay until `keepOnly`.
  ///
  /// - Returns: the configuration with the limits that the providers declare.
  mutating func configure(_ new: Configuration, drivers: [any Driver]) -> Configuration {
    pools = new.pools + pools.filter { old in !new.pools.contains { $0.name == old.name } }
    providers =
      new.providers + providers.filter { old in !new.providers.contains { $0.name == old.name } }
    let problems = makeProviders(drivers)
    makeServices(problems)
    var limited = new
    for index in limited.providers.indices {
      let name = limited.providers[index].name
      // A driver's capacity is a limit like the configured ones.
      guard let capacity = entries[name]?.provider.provider.capacity else { continue }
      let limit = limited.providers[index].limits.deployments
      limited.providers[index].limits.deployments = min(limit, max(0, capacity))
    }
    return limited
  }

  /// Drops the pools and providers that a configuration does not name, after their last deployment
  /// is gone.
  mutating func keepOnly(_ configuration: Configuration) {
    for pool in pools where !configuration.pools.contains(where: { $0.name == pool.name }) {
      services[pool.name] = nil
      offers[pool.name] = nil
    }
    for provider in providers
    where !configuration.providers.contains(where: { $0.name == provider.name }) {
      entries.removeValue(forKey: provider.name)?.provider.leave()
    }
    pools.removeAll { pool in !configuration.pools.contains { $0.name == pool.name } }
    providers.removeAll { one in !configuration.providers.contains { $0.name == one.name } }
  }

  /// Subscribes to the providers that send notices and have no sink yet.
  ///
  /// - Parameter take: receives a notice with the name of its provider; must not block.
  mutating func watch(
    ownedBy owner: String, _ take: @escaping @Sendable (DriverNotice, SafeText) -> Void
  ) {
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) where entry.sink == nil {
      guard let source = entry.provider.provider as? any NoticeSource else { continue }
      let sink = NoticeSink(owner: owner) { take($0, SafeText(name)) }
      entries[name]?.sink = sink
      source.watch(sink)
    }
  }

  /// Retires all providers and waits for them, but only briefly for one with a call that does not
  /// return: that one is retired later.
  mutating func retireAll() {
    let leaving = entries.sorted { $0.key < $1.key }.map(\.value.provider)
    (entries, services, offers) = ([:], [:], [:])
    RegisteredProvider.retire(leaving)
  }

  /// - Returns: why providers could not be created, by name.
  private mutating func makeProviders(_ drivers: [any Driver]) -> [String: Problem] {
    var problems: [String: Problem] = [:]
    for configuration in providers {
      let name = configuration.name
      if entries[name]?.configuration.makesTheSame(as: configuration) == true { continue }
      entries.removeValue(forKey: name)?.provider.leave()
      do throws(Problem) {
        entries[name] = Entry(
          configuration: configuration, provider: try Self.make(configuration, drivers))
      } catch {
        problems[name] = error
      }
    }
    return problems
  }

  private mutating func makeServices(_ problems: [String: Problem]) {
    services = [:]
    offers = [:]
    for pool in pools {
      do throws(Problem) {
        let made = try Self.service(of: pool, entries[pool.provider], problems[pool.provider])
        services[pool.name] = made
        offers[pool.name] = .traits(made.service.traits)
      } catch {
        offers[pool.name] = .problem(error.sentence)
      }
    }
  }

  private static func make(
    _ configuration: ProviderConfiguration, _ drivers: [any Driver]
  ) throws(Problem) -> RegisteredProvider {
    let name = configuration.name
    guard let driver = drivers.first(where: { $0.name == configuration.driver }) else {
      throw Problem(
        sentence: "provider \(name) needs the driver \(configuration.driver), which does not exist")
    }
    do throws(ParameterProblem) {
      return RegisteredProvider(try driver.makeProvider(configuration.parameters))
    } catch {
      throw Problem(sentence: "provider \(name): \(error.parameter): \(error.sentence)")
    }
  }

  private static func service(
    of pool: PoolConfiguration, _ entry: Entry?, _ problem: Problem?
  ) throws(Problem) -> Registered {
    guard let entry else {
      throw problem ?? Problem(sentence: "there is no provider \(pool.provider)")
    }
    do throws(ParameterProblem) {
      let service = try entry.provider.provider.makeService(pool.service)
      return Registered(service: service, provider: entry.provider)
    } catch {
      throw Problem(
        sentence: "its service cannot be created: \(error.parameter): \(error.sentence)")
    }
  }
}

extension ProviderConfiguration {
  /// Whether the driver gets the same input; limits and rules concern only the engine.
  fileprivate func makesTheSame(as other: ProviderConfiguration) -> Bool {
    driver == other.driver && parameters == other.parameters
  }
}
