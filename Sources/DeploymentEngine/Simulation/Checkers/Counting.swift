package import DeploymentEngine
import DeploymentInterface

extension PoolCounts {
  /// Counts one deployment, independently of the engine's code; `step` is 1 or −1.
  mutating func count(_ one: Deployment, activePublication: Int?, by step: Int) {
    switch one.state {
    case .removed, .canceled: return
    case .error:
      error += step
      if one.placement.level == .l2 || one.isAbsent { leavingOutsideMax += step }
      if one.isAbsent { absent += step }
    case .removable, .removing, .canceling:
      removing += step
      if one.placement.level == .l2 { leavingOutsideMax += step }
    case .preparing, .usable:
      guard one.isFree, !one.inUse, let level = one.placement.level else {
        assigned += step
        return
      }
      let isOld = one.publication != nil && one.publication != activePublication
      switch level {
      case .l1: countL1(one, isOld, step)
      case .l2: countL2(one, isOld, step)
      }
    }
  }

  private mutating func countL1(_ one: Deployment, _ isOld: Bool, _ step: Int) {
    if isOld { l1Outdated += step }
    if one.state == .preparing {
      l1Preparing += step
    } else if one.osState == .preparing {
      l1Waiting += step
    } else {
      l1Ready += step
      if isOld { l1ReadyOutdated += step }
    }
  }

  private mutating func countL2(_ one: Deployment, _ isOld: Bool, _ step: Int) {
    if isOld { l2Outdated += step }
    if one.state == .preparing {
      l2Preparing += step
    } else if one.osState == .preparing {
      l2Waiting += step
    } else {
      l2Ready += step
      if isOld { l2ReadyOutdated += step }
    }
  }
}

extension EngineView {
  /// A pool's counts, recounted from its deployments.
  package func recount(_ pool: Pool) -> PoolCounts {
    var counts = PoolCounts()
    for one in deployments where one.pool == pool.id {
      counts.count(one, activePublication: pool.activePublication, by: 1)
    }
    return counts
  }

  /// Number of deploys and moves that occupy a `preparing` slot.
  package func preparing(on provider: ProviderRecord) -> Int {
    placed(on: provider, at: .preparing)
  }

  /// Number of removals and cancels that have not ended.
  package func removing(on provider: ProviderRecord) -> Int {
    placed(on: provider, at: .removing)
  }

  /// Number of `setReady` operations that have begun and not ended.
  package func settingReady(on provider: ProviderRecord) -> Int {
    placed(on: provider, at: .settingReady)
  }

  package func placed(on provider: ProviderRecord, at place: Place) -> Int {
    let pools = pools(of: provider)
    return deployments.count { pools.contains($0.pool) && $0.place == place }
  }

  /// Number of deployments that exist on a provider.
  package func existing(on provider: ProviderRecord) -> Int {
    let pools = pools(of: provider)
    return deployments.count { $0.exists && !$0.isAbsent && pools.contains($0.pool) }
  }
}

/// The limited slots of a provider.
package enum Place: Hashable, CaseIterable, Sendable {
  case preparing, removing, settingReady, stuck
}

extension Deployment {
  /// The slot that it occupies; nil if none, also while it is queued.
  package var place: Place? {
    switch phase {
    case .preparing(let operation, _), .usable(.some(let operation)):
      if operation.step == .queued || operation.step == .again { return nil }
      switch operation.kind {
      case .deployForCache, .deployForUser, .moveToCache: return .preparing
      case .setReady: return .settingReady
      case .notifyReadyFromOSManager, .cancel, .destroy, .publish: return nil
      }
    case .removing(let operation), .canceling(let operation):
      if operation.step == .again { return nil }
      return operation.isStuck ? .stuck : .removing
    case .usable(nil), .removable, .removed, .canceled, .error: return nil
    }
  }
}
