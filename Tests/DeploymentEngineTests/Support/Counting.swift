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

  /// Deploys and moves that hold a place in `preparing`.
  func preparing(on provider: ProviderRecord) -> Int {
    placed(on: provider, at: .preparing)
  }

  /// Removals and cancels that have not ended.
  func removing(on provider: ProviderRecord) -> Int {
    placed(on: provider, at: .removing)
  }

  /// `setReady`, begun and not ended.
  func settingReady(on provider: ProviderRecord) -> Int {
    placed(on: provider, at: .settingReady)
  }

  private func placed(on provider: ProviderRecord, at place: Place) -> Int {
    let pools = pools(of: provider)
    return deployments.count { pools.contains($0.pool) && $0.place == place }
  }

  /// Everything that exists on a provider.
  func existing(on provider: ProviderRecord) -> Int {
    let pools = pools(of: provider)
    return deployments.count { $0.exists && pools.contains($0.pool) }
  }
}

/// What a provider has only so many of.
enum Place: Hashable { case preparing, removing, settingReady }

extension Deployment {
  /// The place that it holds; one that waits for its turn holds none.
  var place: Place? {
    switch phase {
    case .preparing(let operation), .usable(.some(let operation)):
      if operation.step == .queued { return nil }
      switch operation.kind {
      case .deployForCache, .deployForUser, .moveToCache: return .preparing
      case .setReady: return .settingReady
      case .notifyReadyFromOSManager, .cancel, .destroy, .publish: return nil
      }
    case .removing, .canceling: return .removing
    case .usable(nil), .removable, .removed, .canceled, .error: return nil
    }
  }
}
