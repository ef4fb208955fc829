package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// What the deployments of a pool tell about it: calls that fail for now, and strangers in the
/// cache.
struct PoolTrouble: Sendable {
  /// Deployments of the pool whose operation has failed at least once and is tried again.
  private(set) var failing: Set<DeploymentID> = []
  /// Cached deployments that somebody is logged in to.
  private(set) var used: Set<DeploymentID> = []

  var isEmpty: Bool { failing.isEmpty && used.isEmpty }

  mutating func note(_ deployment: Deployment) {
    if deployment.isFailingForNow { failing.insert(deployment.id) }
    if deployment.isUsedInCache { used.insert(deployment.id) }
  }

  mutating func forget(_ id: DeploymentID) {
    failing.remove(id)
    used.remove(id)
  }

  /// The sentence about the calls that fail; nil: none does.
  static func failing(_ deployments: [Deployment]) -> SafeText? {
    let worst = deployments.max {
      ($0.failures, $1.id.number) < ($1.failures, $0.id.number)
    }
    guard let worst else { return nil }
    let removals = deployments.count { $0.state == .removing || $0.state == .canceling }
    let preparing = deployments.count - removals
    let counts = [(preparing, "preparing"), (removals, "being removed")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let reason = worst.reason.map { ": \($0)" } ?? ""
    return "\(counts), attempt \(worst.failures + 1)\(reason)"
  }
}

extension Deployment {
  fileprivate var failures: Int { phase.operation?.failures ?? 0 }
  /// Whether its operation has failed and is tried again.
  var isFailingForNow: Bool { failures > 0 }
  /// Whether somebody is logged in to it though it is nobody's.
  var isUsedInCache: Bool { inUse && !placement.isAssigned && !phase.isHistory }
}

extension StoredState {
  /// The sentence about the calls of a pool that fail for now; nil: none does.
  package func failing(in pool: PoolID) -> SafeText? {
    PoolTrouble.failing(deployments.filter { $0.pool == pool && $0.isFailingForNow })
  }

  func usersInCache(of pool: PoolID) -> [SafeText] {
    deployments.filter { $0.pool == pool && $0.isUsedInCache }.flatMap(\.loggedIn)
  }
}

extension Pool {
  /// Whether it has fewer ready deployments than it should.
  var isShort: Bool { counts.l1Ready < sizes.l1 || counts.l2Ready < sizes.l2 }

  /// What an operator set over the configuration, for a sentence; nil: nothing.
  package var overrideWords: String? {
    guard !overrides.isEmpty else { return nil }
    let parts = [
      ("initial", overrides.initial, configuredSizes.initial),
      ("l1", overrides.l1, configuredSizes.l1), ("l2", overrides.l2, configuredSizes.l2),
      ("max", overrides.max, configuredSizes.max),
    ]
    return parts.compactMap { name, set, configured in
      set.map { "\(name) \($0) (configured: \(configured))" }
    }.joined(separator: ", ")
  }
}
