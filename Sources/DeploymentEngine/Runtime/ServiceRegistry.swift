import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The services of all pools, made once for each configuration.
struct ServiceRegistry: Sendable {
  /// By the pool's name.
  private(set) var services: [String: any Service] = [:]
  /// What the core is told of them, by the pool's name.
  private(set) var offers: [String: ServiceOffer] = [:]

  /// The providers that can list what exists on them, by name.
  var inventories: [String: any Inventory] {
    providers.compactMapValues { $0 as? any Inventory }
  }

  private var providers: [String: any Provider] = [:]
  /// What the providers leave their notices in, for as long as this registry is in use.
  private var sinks: [NoticeSink] = []

  init() {}

  /// Ends what the providers keep running for themselves, all at the same time.
  func retire() {
    for provider in providers.values { provider.retire() }
  }

  /// Listens to the providers that speak unasked.
  ///
  /// - Parameter take: takes a notice with the name of its provider; must not block.
  mutating func watch(
    ownedBy owner: String, _ take: @escaping @Sendable (DriverNotice, SafeText) -> Void
  ) {
    for (name, provider) in providers.sorted(by: { $0.key < $1.key }) {
      guard let source = provider as? any NoticeSource else { continue }
      let sink = NoticeSink(owner: owner) { take($0, SafeText(name)) }
      sinks.append(sink)
      source.watch(sink)
    }
  }

  /// The services of a configuration.
  ///
  /// - Parameter before: the configuration until now. A pool that left it may still have
  ///   deployments, which only its own service can remove.
  init(
    _ configuration: Configuration, before: Configuration, drivers: [any Driver]
  ) {
    var all = configuration
    for pool in before.pools where !all.pools.contains(where: { $0.name == pool.name }) {
      all.pools.append(pool)
    }
    for provider in before.providers
    where !all.providers.contains(where: { $0.name == provider.name }) {
      all.providers.append(provider)
    }
    let providers = Self.providers(of: all, drivers)
    self.providers = providers.compactMapValues { try? $0.get() }
    for pool in all.pools {
      do {
        let service = try Self.service(of: pool, providers[pool.provider])
        services[pool.name] = service
        offers[pool.name] = .traits(service.traits)
      } catch {
        offers[pool.name] = .problem(error.sentence)
      }
    }
  }

  private typealias Made = Result<any Provider, Problem>

  private struct Problem: Error {
    var sentence: SafeText
  }

  private static func providers(
    of configuration: Configuration, _ drivers: [any Driver]
  ) -> [String: Made] {
    var made: [String: Made] = [:]
    for provider in configuration.providers {
      guard let driver = drivers.first(where: { $0.name == provider.driver }) else {
        made[provider.name] = .failure(
          Problem(
            sentence:
              "provider \(provider.name) wants the driver \(provider.driver), which is not here"))
        continue
      }
      do {
        made[provider.name] = .success(try driver.makeProvider(provider.parameters))
      } catch {
        made[provider.name] = .failure(
          Problem(sentence: "provider \(provider.name): \(error.parameter): \(error.sentence)"))
      }
    }
    return made
  }

  private static func service(
    of pool: PoolConfiguration, _ provider: Made?
  ) throws(Problem) -> any Service {
    guard let provider else {
      throw Problem(sentence: "there is no provider \(pool.provider)")
    }
    let maker = try provider.get()
    do {
      return try maker.makeService(pool.service)
    } catch {
      throw Problem(sentence: "its service cannot be made: \(error.parameter): \(error.sentence)")
    }
  }
}
