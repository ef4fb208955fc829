import DeploymentEngine

extension EngineView {
  /// A pool's counts, counted anew from its deployments.
  func recount(_ pool: Pool) -> PoolCounts {
    var counts = PoolCounts()
    for deployment in deployments where deployment.pool == pool.id && deployment.exists {
      count(deployment, in: pool, into: &counts)
    }
    return counts
  }

  private func count(_ deployment: Deployment, in pool: Pool, into counts: inout PoolCounts) {
    switch deployment.state {
    case .removed, .canceled: return
    case .error: counts.error += 1
    case .removable, .removing, .canceling: counts.removing += 1
    case .preparing, .usable:
      guard deployment.isFree, let level = deployment.placement.level else {
        counts.assigned += 1
        return
      }
      let outdated =
        deployment.publication != nil && deployment.publication != pool.activePublication
      switch level {
      case .l1: countL1(deployment, outdated, into: &counts)
      case .l2: countL2(deployment, outdated, into: &counts)
      }
    }
  }

  private func countL1(_ item: Deployment, _ outdated: Bool, into counts: inout PoolCounts) {
    if outdated { counts.l1Outdated += 1 }
    if item.state == .preparing {
      counts.l1Preparing += 1
    } else if item.osState == .preparing {
      counts.l1Waiting += 1
    } else {
      counts.l1Ready += 1
      if outdated { counts.l1ReadyOutdated += 1 }
    }
  }

  private func countL2(_ item: Deployment, _ outdated: Bool, into counts: inout PoolCounts) {
    if outdated { counts.l2Outdated += 1 }
    if item.state == .preparing {
      counts.l2Preparing += 1
    } else if item.osState == .preparing {
      counts.l2Waiting += 1
    } else {
      counts.l2Ready += 1
      if outdated { counts.l2ReadyOutdated += 1 }
    }
  }

  /// Deploys and moves that a driver was really told to start and that are still `preparing`.
  func preparing(on provider: ProviderRecord) -> Int {
    startedCount(on: provider) { deployment, kind in
      guard case .preparing(let operation) = deployment.phase, operation.kind == kind else {
        return false
      }
      switch kind {
      case .deployForCache, .deployForUser, .moveToCache: return true
      case .setReady, .notifyReadyFromOSManager, .cancel, .destroy, .publish: return false
      }
    }
  }

  /// Removals and cancels that a driver was really told to start and that have not ended.
  func removing(on provider: ProviderRecord) -> Int {
    startedCount(on: provider) { deployment, kind in
      switch deployment.phase {
      case .removing(let operation), .canceling(let operation): operation.kind == kind
      case .preparing, .usable, .removable, .removed, .canceled, .error: false
      }
    }
  }

  /// `setReady` for users who wait to be let in, started and not ended.
  func settingReady(on provider: ProviderRecord) -> Int {
    startedCount(on: provider) { deployment, kind in
      kind == .setReady && deployment.admission == .wanted && deployment.operation == .setReady
        && deployment.isSupply
    }
  }

  /// Everything that exists on a provider.
  func existing(on provider: ProviderRecord) -> Int {
    let pools = pools(of: provider)
    return deployments.count { $0.exists && pools.contains($0.pool) }
  }

  private func startedCount(
    on provider: ProviderRecord, where counts: (Deployment, OperationKind) -> Bool
  ) -> Int {
    let pools = pools(of: provider)
    return deployments.count { deployment in
      guard pools.contains(deployment.pool), deployment.exists,
        let kind = started[.deployment(deployment.id)]
      else { return false }
      return counts(deployment, kind)
    }
  }
}
