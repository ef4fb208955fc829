import DeploymentInterface
import SafeTexts

extension Permission {
  /// Why this may not be asked of this pool now, in one sentence; nil: it may.
  ///
  /// For `assign` this says whether the pool takes new users; what it can give to one is known
  /// only when the engine looks for it. A user who holds a deployment of the pool is served anyway.
  ///
  /// - Parameters:
  ///   - asked: the request.
  ///   - pool: the pool as it is now.
  ///   - publishing: the revision that is being prepared; nil: none is.
  public static func refusal(
    of asked: PoolRequest, on pool: Pool, publishing: Int?
  ) -> Refusal? {
    switch asked {
    case .assign: newUsers(pool).map(notPermitted)
    case .publish: publish(pool, publishing).map(notPermitted)
    case .cancelPublication:
      publishing == nil ? notPermitted("nothing of \(pool.name) is being published") : nil
    case .pause: pool.isPaused ? notPermitted("pool \(pool.name) is paused already") : nil
    case .resume: pool.isPaused ? nil : notPermitted("pool \(pool.name) is not paused")
    case .lift:
      pool.restraint == nil ? notPermitted("pool \(pool.name) is not restrained") : nil
    case .resize(let overrides):
      pool.sizes(with: pool.overrides(after: overrides)).problem(with: pool.traits?.cacheLevels)
        .map { Refusal(.invalid, SafeText($0)) }
    }
  }

  /// Why this may not be asked of this provider now, in one sentence; nil: it may.
  public static func refusal(of asked: ProviderRequest, on provider: ProviderRecord) -> Refusal? {
    switch asked {
    case .maintenance(let isOn):
      provider.inMaintenance == isOn
        ? notPermitted("provider \(provider.name) is \(isOn ? "already" : "not") in maintenance")
        : nil
    }
  }

  /// Why this may not be asked of a resource without a record now, in one sentence; nil: it may, as
  /// far as this resource itself is concerned.
  ///
  /// - Parameters:
  ///   - asked: the request.
  ///   - orphan: the resource.
  ///   - provider: the provider on which it exists.
  public static func refusal(
    of asked: OrphanRequest, on orphan: Orphan, of provider: ProviderRecord
  ) -> Refusal? {
    let name = OrphanName(
      provider: provider.name, kind: orphan.thing.kind, name: orphan.thing.name)
    if orphan.cause == .laterState {
      return notPermitted("this store is an old copy: a later state of it made \(name)")
    }
    switch asked {
    case .remove:
      return provider.inMaintenance
        ? notPermitted("provider \(provider.name) is in maintenance") : nil
    case .adopt:
      guard case .deployment = orphan.thing.purpose, orphan.thing.identity != nil else {
        return notPermitted("it is only a part of a deployment: \(name) can only be removed")
      }
      return nil
    }
  }

  private static func newUsers(_ pool: Pool) -> String? {
    if pool.inMaintenance { return "provider \(pool.provider) is in maintenance" }
    return pool.state == .paused ? "pool \(pool.name) is paused and takes no new users" : nil
  }

  private static func publish(_ pool: Pool, _ publishing: Int?) -> String? {
    guard pool.traits?.publishes ?? false else {
      return "the service of \(pool.name) does not publish"
    }
    if pool.inMaintenance { return "provider \(pool.provider) is in maintenance" }
    if !pool.isConfigured { return "pool \(pool.name) left the configuration" }
    if let revision = publishing {
      return "revision \(revision) of \(pool.name) is being published already"
    }
    return nil
  }

  private static func notPermitted(_ sentence: String) -> Refusal {
    Refusal(.notPermitted, SafeText(sentence))
  }
}

extension Pool {
  /// The sizes over the configured ones after a request; nil resets them.
  func overrides(after asked: SizeOverrides?) -> SizeOverrides {
    asked.map { overrides.merged(with: $0) } ?? SizeOverrides()
  }

  /// The sizes with these over the configured ones.
  func sizes(with overrides: SizeOverrides) -> Sizes { overrides.applied(to: configuredSizes) }
}
