import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import SafeTexts

/// The effect of a configuration on a store that already has one: what must not happen by mistake.
struct ConfigurationChange {
  /// The settings of the file.
  let settings: Settings
  /// The kinds of providers that a configuration may name.
  let drivers: [any Driver]
  /// What the store has.
  let stored: StoredState

  /// Whether the store has pools that a file without any would close.
  private var hasPools: Bool {
    stored.configuration.pools.contains { !stored.configuration.departed.contains($0.name) }
  }

  /// Why the file is not taken for what somebody wants; nil: it may be.
  private var absence: String? {
    guard hasPools, !settings.namesPools else { return nil }
    return "it names no pools, so it may have been cut; write `pools: []` to close all pools"
  }

  /// The sentence about the pools that a file which says that there are none would close.
  private var closing: String? {
    guard hasPools, settings.namesPools, settings.configuration.pools.isEmpty else { return nil }
    let pools = stored.configuration.pools.count - stored.configuration.departed.count
    return "it closes \(pools == 1 ? "the only pool" : "all \(pools) pools"); confirm with "
      + "`dashboard reload --close-all` or `dashboard engine --accept`"
  }

  /// What speaks against taking the file over, in one sentence each.
  ///
  /// - Parameters:
  ///   - consent: what a person has agreed to.
  ///   - noticesRemovals: whether the removal of cached deployments needs consent, too.
  func objections(_ consent: ReloadConsent, noticesRemovals: Bool) -> [String] {
    if let absence { return [absence] }
    if let closing, !consent.closeAll { return [closing] }
    if consent.force { return [] }
    let ground = movedGround.map(\.sentence)
    guard ground.isEmpty, closing == nil, noticesRemovals, let removal else { return ground }
    return ["\(removal); confirm with `dashboard reload --force`"]
  }

  /// A sentence for each provider that is another one now, though deployments stand on the old one.
  var movedGround: [(provider: String, sentence: String)] {
    settings.configuration.providers.compactMap { new in
      let before = stored.configuration.providers.first { $0.name == new.name }
      guard let before, let change = difference(before, new) else { return nil }
      let standing = names(on: SafeText(new.name))
      guard !standing.isEmpty else { return nil }
      let shown = standing.prefix(Self.shownNames).joined(separator: ", ")
      let more = standing.count - Self.shownNames
      return (
        new.name,
        "provider `\(new.name)`: \(change), and \(counted(standing.count, "deployment")) of the "
          + "old one \(standing.count == 1 ? "exists" : "exist"): \(shown)"
          + "\(more > 0 ? " and \(more) more" : ""); remove them first, give the new provider "
          + "another name, or confirm with `dashboard reload --force` or "
          + "`dashboard engine --accept`"
      )
    }
  }

  /// The number of names in a sentence.
  private static let shownNames = 8

  /// The sentence about the cached deployments that the file would remove; nil: none.
  var removal: String? {
    let losses = stored.pools.compactMap { pool -> (SafeText, Int)? in
      guard pool.isConfigured else { return nil }
      let count = removed(from: pool)
      return count > 0 ? (pool.name, count) : nil
    }
    guard !losses.isEmpty else { return nil }
    let sum = losses.reduce(0) { $0 + $1.1 }
    let parts = losses.map { "\($0.1) of \($0.0)" }.joined(separator: ", ")
    return "it would remove \(counted(sum, "cached deployment")) (\(parts))"
  }

  private func removed(from pool: Pool) -> Int {
    let new = settings.configuration.pools.first { SafeText($0.name) == pool.name }
    guard let new else {
      let old = stored.configuration.pools.first { SafeText($0.name) == pool.name }
      return old?.onRemoved == .keep ? 0 : pool.counts.l1 + pool.counts.l2
    }
    return max(0, surplus(pool, new.sizes) - surplus(pool, pool.configuredSizes))
  }

  private func surplus(_ pool: Pool, _ configured: Sizes) -> Int {
    let plan = CachePlanner.plan(
      sizes: pool.overrides.applied(to: configured), counts: pool.counts,
      gates: PlannerGates(
        cacheLevels: pool.traits?.cacheLevels ?? .l1AndL2, movableL2: pool.counts.l2Ready))
    return [plan.l1, plan.l2].reduce(0) {
      $0 + ($1.action == .shrink ? $1.count - $1.fromL2 : 0)
    }
  }

  /// The names of the deployments on a provider.
  private func names(on provider: SafeText) -> [String] {
    let pools = Set(stored.pools.filter { $0.provider == provider }.map(\.id))
    return stored.deployments.filter { pools.contains($0.pool) && !$0.phase.isHistory }
      .map(\.name.text)
  }

  /// How the new provider is another one; nil: it is the same.
  private func difference(
    _ before: ProviderConfiguration, _ new: ProviderConfiguration
  ) -> String? {
    if before.driver != new.driver {
      return "its driver changes from `\(before.driver)` to `\(new.driver)`"
    }
    let known = drivers.first { $0.name == new.driver }?.providerParameters ?? []
    let changed = known.filter {
      $0.kind.isGround && before.parameters[$0.name] != new.parameters[$0.name]
    }
    guard !changed.isEmpty else { return nil }
    let names = changed.map { "`\($0.name)`" }.joined(separator: ", ")
    return "\(names) \(changed.count == 1 ? "changes" : "change")"
  }
}

extension Parameter.Kind {
  /// Whether a change of such a parameter may mean another platform: an address, a folder, a
  /// program. Lists of hosts and limits only change what one platform has.
  fileprivate var isGround: Bool {
    switch self {
    case .text, .list, .map: true
    case .choice, .duration, .bool, .integer, .number, .numbers, .rows: false
    }
  }
}
