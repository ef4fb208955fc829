import DeploymentInterface
import SafeTexts

/// How a deployment is counted and indexed; derived from its record alone.
struct CensusKey: Hashable, Sendable {
  /// The pool's counter.
  enum Count: Hashable, Sendable {
    case l1Ready, l1Waiting, l1Preparing, l2Ready, l2Waiting, l2Preparing
    case assigned, removing, error, history
  }
  /// The limit of the provider that it takes a place of.
  enum Quota: Hashable, Sendable {
    case none, preparing, removing, settingReady
    /// Its removal makes no progress; such ones have a limit of their own.
    case stuck
  }
  /// The index that it can be taken from.
  enum Index: Int, Hashable, Sendable, CaseIterable {
    /// Ready, of the active publication.
    case l1Ready
    /// Usable, waiting for the OS manager.
    case l1Waiting
    /// Being deployed.
    case l1Deploying
    /// Moving from L2.
    case l1Moving
    /// Usable at L2.
    case l2Usable
    /// Being deployed for L2.
    case l2Deploying
    /// Ready at L1, of an older publication.
    case l1OldReady
    /// Waiting for the OS at L1, of an older publication.
    case l1OldWaiting
    /// Usable at L2, of an older publication.
    case l2Old
    /// In error and removed by itself after a while.
    case keptError
    /// The same, of an older publication.
    case keptOldError
  }
  /// What a reserved one that is not ready does.
  enum Reservation: Hashable, Sendable { case moving, other }

  var count: Count
  var quota: Quota
  var index: Index?
  var isOutdated: Bool
  /// Who holds it or has it reserved, unless it is on its way out.
  var holder: SafeText?
  var reservation: Reservation?
  /// It neither is at L1 nor was anybody's, or nothing of it exists: it fills no place of `max`.
  var isOutsideMax: Bool
  /// It is in error and nothing of it exists outside.
  var isAbsent: Bool
  /// It is in error, of the active publication, fills a place, and nobody was let in to it.
  var hasFailedNew: Bool
  var uniqueId: SafeText
  /// The address at which users reach it, as it was given; nil if it has none of its own, as at L2.
  var address: SafeText?
  var isOperating: Bool
  /// The level at which it is counted although its removal was requested; nil if it was not.
  var ending: CacheLevel?

  init(_ deployment: Deployment, isOutdated: Bool) {
    count = Self.count(of: deployment)
    quota = Self.quota(of: deployment)
    index = Self.index(of: deployment, count: count, isOutdated: isOutdated)
    self.isOutdated = isOutdated && count != .history
    holder = deployment.holder
    reservation = Self.reservation(of: deployment)
    isAbsent = deployment.isAbsent
    isOutsideMax = deployment.placement.level == .l2 || deployment.isAbsent
    hasFailedNew =
      count == .error && !isOutdated && !deployment.isAbsent && deployment.isDisposable
    uniqueId = count == .history ? "" : deployment.uniqueId
    // What is suspended does not hold the address that it had while it ran.
    let hasAddress =
      count != .history && deployment.placement.level != .l2 && !deployment.sharesAddress
    address = hasAddress ? deployment.ip : nil
    isOperating = deployment.phase.operation != nil
    let isEnding = deployment.cancelRequested && !isOutdated
    ending = !isEnding ? nil : count == .l1Preparing ? .l1 : count == .l2Preparing ? .l2 : nil
  }

  private static func reservation(of deployment: Deployment) -> Reservation? {
    guard !deployment.isLeaving, case .cache(_, reservedFor: .some) = deployment.placement else {
      return nil
    }
    switch deployment.phase.operation?.kind {
    case .moveToCache: return .moving
    case .deployForCache, .deployForUser, .setReady, .notifyReadyFromOSManager, .cancel, .destroy,
      .publish, nil:
      return .other
    }
  }

  private static func count(of deployment: Deployment) -> Count {
    let isPreparing: Bool
    switch deployment.phase {
    case .removed, .canceled: return .history
    case .removable, .removing, .canceling: return .removing
    case .error: return .error
    case .preparing: isPreparing = true
    case .usable: isPreparing = false
    }
    let isWaiting = deployment.osState == .preparing
    switch deployment.placement {
    case .assigned, .cache(_, reservedFor: .some): return .assigned
    // Nobody else can be given what a user is logged in to.
    case .cache(_, reservedFor: nil) where deployment.inUse: return .assigned
    case .cache(.l1, reservedFor: nil):
      return isPreparing ? .l1Preparing : isWaiting ? .l1Waiting : .l1Ready
    case .cache(.l2, reservedFor: nil):
      return isPreparing ? .l2Preparing : isWaiting ? .l2Waiting : .l2Ready
    }
  }

  private static func quota(of deployment: Deployment) -> Quota {
    switch deployment.phase {
    case .preparing(let operation, _) where operation.isWaiting: .none
    case .preparing(let operation, _):
      switch operation.kind {
      case .deployForCache, .deployForUser, .moveToCache: .preparing
      case .setReady: .settingReady
      case .notifyReadyFromOSManager, .cancel, .destroy, .publish: .none
      }
    case .usable(let operation?):
      operation.kind == .setReady && !operation.isWaiting ? .settingReady : .none
    case .removing(let operation), .canceling(let operation):
      operation.isWaiting ? .none : operation.isStuck ? .stuck : .removing
    case .usable(nil), .removable, .removed, .canceled, .error: .none
    }
  }

  private static func index(
    of deployment: Deployment, count: Count, isOutdated: Bool
  ) -> Index? {
    guard !deployment.cancelRequested, deployment.pending == nil, !deployment.inUse else {
      return nil
    }
    if count == .error {
      guard deployment.isDisposable, !deployment.isLeaving else { return nil }
      return isOutdated ? .keptOldError : .keptError
    }
    let isIdle = deployment.phase == .usable(nil)
    let isMoving =
      switch deployment.phase.operation?.kind {
      case .moveToCache: true
      case .deployForCache, .deployForUser, .setReady, .notifyReadyFromOSManager, .cancel, .destroy,
        .publish, nil:
        false
      }
    switch count {
    case .l1Ready: return !isIdle ? nil : isOutdated ? .l1OldReady : .l1Ready
    case .l1Waiting: return !isIdle ? nil : isOutdated ? .l1OldWaiting : .l1Waiting
    case .l1Preparing: return isOutdated ? nil : isMoving ? .l1Moving : .l1Deploying
    case .l2Ready, .l2Waiting: return !isIdle ? nil : isOutdated ? .l2Old : .l2Usable
    case .l2Preparing: return isOutdated || isMoving ? nil : .l2Deploying
    case .assigned, .removing, .error, .history: return nil
    }
  }
}

extension PoolCounts {
  /// Adds one deployment (`by: 1`) or removes it (`by: -1`).
  mutating func add(_ key: CensusKey, by step: Int) {
    switch key.count {
    case .l1Ready:
      l1Ready += step
      if key.isOutdated { l1ReadyOutdated += step }
    case .l1Waiting: l1Waiting += step
    case .l1Preparing: l1Preparing += step
    case .l2Ready:
      l2Ready += step
      if key.isOutdated { l2ReadyOutdated += step }
    case .l2Waiting: l2Waiting += step
    case .l2Preparing: l2Preparing += step
    case .assigned: assigned += step
    case .removing:
      removing += step
      if key.isOutsideMax { leavingOutsideMax += step }
    case .error:
      error += step
      if key.isOutsideMax { leavingOutsideMax += step }
      if key.isAbsent { absent += step }
    case .history: break
    }
    guard key.isOutdated else { return }
    switch key.count {
    case .l1Ready, .l1Waiting, .l1Preparing: l1Outdated += step
    case .l2Ready, .l2Waiting, .l2Preparing: l2Outdated += step
    case .assigned, .removing, .error, .history: break
    }
  }
}

extension CensusKey {
  /// Whether it has an operation, or waits in a queue for one.
  var isBusy: Bool {
    switch count {
    case .l1Preparing, .l2Preparing, .removing: true
    case .assigned, .l1Ready, .l1Waiting, .l2Ready, .l2Waiting: quota != .none || isOperating
    case .error, .history: false
    }
  }
}

extension CensusKey {
  /// Something of it may exist outside.
  fileprivate var exists: Bool { count != .history && !isAbsent }
}

/// How the counting of a deployment changed.
struct CensusChange: Sendable {
  /// Nil for a new deployment.
  var before: CensusKey?
  var after: CensusKey

  /// Whether it takes a place of another limit of its provider, or of none.
  var movesQuota: Bool { before?.quota != after.quota }
  /// Whether its resource exists now and did not before.
  var appears: Bool { !existed && exists }
  /// Whether its resource existed before and no longer does.
  var disappears: Bool { existed && !exists }
  /// It is history from now on.
  var ends: Bool { before.map { $0.count != .history } ?? false && after.count == .history }

  private var existed: Bool { before?.exists ?? false }
  private var exists: Bool { after.exists }
}
