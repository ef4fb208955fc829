import DeploymentInterface
import SafeTexts

extension Permission {
  /// Why this request about a pool is refused now, in one sentence; nil if it is permitted.
  ///
  /// For `assign` this checks whether the pool takes new users; only the engine knows what it can
  /// give to one. A user who holds a deployment of the pool is always served.
  /// - Parameter publishing: the revision that is being prepared, if any.
  public static func refusal(
    of asked: PoolRequest, on pool: Pool, publishing: Int?
  ) -> Refusal? {
    switch asked {
    case .assign: newUsers(pool).map(notPermitted)
    case .unwait:
      pool.waiting == 0 && pool.counts.assigned == 0
        ? notPermitted("nobody waits in \(pool.name)") : nil
    case .publish: publish(pool, publishing).map(notPermitted)
    case .forcePublication:
      pool.counts.l1Outdated > 0 ? nil : publish(pool, publishing).map(notPermitted)
    case .cancelPublication:
      publishing == nil ? notPermitted("no publication of \(pool.name) is in preparation") : nil
    case .pause: pool.isPaused ? notPermitted("pool \(pool.name) is already paused") : nil
    case .resume:
      left(pool).map(notPermitted)
        ?? (pool.isPaused ? nil : notPermitted("pool \(pool.name) is not paused"))
    case .lift:
      pool.restraint == nil ? notPermitted("pool \(pool.name) is not restrained") : nil
    case .resize(let overrides):
      pool.sizes(with: pool.overrides(after: overrides)).problem(with: pool.traits?.cacheLevels)
        .map { Refusal(.invalid, SafeText($0)) }
    }
  }

  /// Why this request about a provider is refused now, in one sentence; nil if it is permitted.
  public static func refusal(of asked: ProviderRequest, on provider: ProviderRecord) -> Refusal? {
    switch asked {
    case .maintenance(let isOn):
      provider.inMaintenance == isOn
        ? notPermitted("provider \(provider.name) is \(isOn ? "already" : "not") in maintenance")
        : nil
    }
  }

  /// Why this request about an orphan is refused now, in one sentence; nil if the orphan itself
  /// permits it.
  /// - Parameter provider: the provider on which it exists.
  public static func refusal(
    of asked: OrphanRequest, on orphan: Orphan, of provider: ProviderRecord
  ) -> Refusal? {
    let name = OrphanName(
      provider: provider.name, kind: orphan.thing.kind, name: orphan.thing.name)
    if orphan.cause == .laterState, asked != .noteRemoval {
      return notPermitted("this store is an old copy: a later state of it made \(name)")
    }
    switch asked {
    case .remove:
      return provider.inMaintenance
        ? notPermitted("provider \(provider.name) is in maintenance") : nil
    case .noteRemoval: return nil
    case .adopt:
      guard case .deployment = orphan.thing.purpose, orphan.thing.identity != nil else {
        return notPermitted("it is only a part of a deployment: \(name) can only be removed")
      }
      return nil
    }
  }

  private static func left(_ pool: Pool) -> String? {
    pool.isConfigured
      ? nil : "pool \(pool.name) left the configuration: it takes no new users until it returns"
  }

  /// Why a pool takes no new users; nil if it takes them. A restrained one does: only creation is
  /// stopped, in `Engine.creationGate`.
  static func newUsers(_ pool: Pool) -> String? {
    if let sentence = left(pool) { return sentence }
    if pool.inMaintenance { return "provider \(pool.provider) is in maintenance" }
    return pool.state == .paused ? "pool \(pool.name) is paused and takes no new users" : nil
  }

  private static func publish(_ pool: Pool, _ publishing: Int?) -> String? {
    guard pool.traits?.publishes ?? false else {
      return "the service of \(pool.name) does not publish"
    }
    if pool.inMaintenance { return "provider \(pool.provider) is in maintenance" }
    if !pool.isConfigured { return "pool \(pool.name) is no longer in the configuration" }
    if let revision = publishing {
      return "revision \(revision) of \(pool.name) is already being published"
    }
    return nil
  }

  private static func notPermitted(_ sentence: String) -> Refusal {
    Refusal(.notPermitted, SafeText(sentence))
  }
}

extension Pool {
  /// The overrides after a request; nil resets them.
  func overrides(after asked: SizeOverrides?) -> SizeOverrides {
    asked.map { overrides.merged(with: $0) } ?? SizeOverrides()
  }

  /// The sizes with these overrides.
  func sizes(with overrides: SizeOverrides) -> Sizes { overrides.applied(to: configuredSizes) }
}
