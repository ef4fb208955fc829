import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The providers and services that an engine has made for its configuration.
///
/// A provider is made once, and stays across a change of the configuration that changes neither
/// its driver nor its parameters. One that was replaced or removed is retired.
struct ServiceRegistry: Sendable {
  /// A service with the provider that made it.
  struct Registered: Sendable {
    let service: any Service
    let provider: RegisteredProvider
  }

  private struct Entry {
    let configuration: ProviderConfiguration
    let provider: RegisteredProvider
    /// Where the provider leaves its notices; it refers to this weakly.
    var sink: NoticeSink?
  }

  private struct Problem: Error {
    var sentence: SafeText
  }

  /// By the pool's name.
  private(set) var services: [String: Registered] = [:]
  /// What the core is told of the services, by the pool's name.
  private(set) var offers: [String: ServiceOffer] = [:]
  private var entries: [String: Entry] = [:]
  /// What the registry was made for, with what has left the configuration since and may still have
  /// deployments: only their own service can remove them.
  private var pools: [PoolConfiguration]
  private var providers: [ProviderConfiguration]

  /// A registry that has made nothing yet.
  ///
  /// - Parameter before: what the engine ran on until now.
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

  /// Makes what a configuration names and is not there yet.
  ///
  /// What the configuration no longer names stays until `keepOnly`.
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
      // The engine keeps within every limit at all times, so a list that ends is one of them.
      guard let capacity = entries[name]?.provider.provider.capacity else { continue }
      let limit = limited.providers[index].limits.deployments
      limited.providers[index].limits.deployments = min(limit, max(0, capacity))
    }
    return limited
  }

  /// Forgets what a configuration does not name: nothing of it exists any more.
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

  /// Listens to the providers that send notices and are not listened to yet.
  ///
  /// - Parameter take: takes a notice with the name of its provider; must not block.
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

  /// Retires all providers. Waits for them, but not for long where a call does not come back: that
  /// provider is retired when it does.
  mutating func retireAll() {
    let leaving = entries.sorted { $0.key < $1.key }.map(\.value.provider)
    (entries, services, offers) = ([:], [:], [:])
    RegisteredProvider.retire(leaving)
  }

  /// - Returns: why providers could not be made, by name.
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
        sentence: "provider \(name) wants the driver \(configuration.driver), which is not here")
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
      throw Problem(sentence: "its service cannot be made: \(error.parameter): \(error.sentence)")
    }
  }
}

extension ProviderConfiguration {
  /// Whether a driver is given the same; limits and rules are the engine's own.
  fileprivate func makesTheSame(as other: ProviderConfiguration) -> Bool {
    driver == other.driver && parameters == other.parameters
  }
}
