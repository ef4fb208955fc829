import DeploymentEngine

/// Whether an action can be asked for, judged by what is shown: pure, and in the engine's own words. The
/// engine judges again, by what is then true.
enum Permission {
  /// Why an action on a deployment would be refused; nil: it is permitted.
  static func refusal(of action: ActionID, for deployment: Deployment, in pool: Pool?) -> SafeText? {
    switch action {
    case .cancel: cancel(deployment)
    case .destroy: destroy(deployment)
    case .move: move(deployment, pool)
    case .ready: ready(deployment)
    case .assign: assign(deployment, pool)
    case .release: release(deployment)
    case .retry, .forget:
      deployment.state == .error ? nil : "it is not in error, it is \(deployment.state.rawValue)"
    case .undo: deployment.pending == nil ? "nothing waits to be carried out" : nil
    case .copyReason: deployment.reason == nil ? "there is no reason to copy" : nil
    default: nil
    }
  }

  private static func cancel(_ deployment: Deployment) -> SafeText? {
    switch deployment.phase {
    case .preparing, .usable(.some):
      deployment.cancelRequested ? "a cancel is already requested" : nil
    case .usable(nil): "nothing is running on it"
    case .removable, .removing: "it is already being removed"
    case .canceling: "it is already being cancelled"
    case .removed, .canceled: "it is history"
    case .error: "nothing is running on it: it is in error"
    }
  }

  private static func destroy(_ deployment: Deployment) -> SafeText? {
    switch deployment.phase {
    case .preparing, .usable, .removable, .error: nil
    case .removing: "it is already being removed"
    case .canceling: "it is already being cancelled"
    case .removed, .canceled: "it is history"
    }
  }

  private static func move(_ deployment: Deployment, _ pool: Pool?) -> SafeText? {
    if deployment.placement.isAssigned { return "assigned deployments cannot return to the cache" }
    if pool?.traits?.cacheLevels != .l1AndL2 { return "the service of its pool has no L2 cache" }
    if deployment.placement.user != nil { return "it is reserved for a user" }
    return usableNow(deployment)
  }

  private static func ready(_ deployment: Deployment) -> SafeText? { usableNow(deployment) }

  private static func assign(_ deployment: Deployment, _ pool: Pool?) -> SafeText? {
    switch deployment.placement {
    case .assigned(let user): "it is already assigned to \(user)"
    case .cache(_, .some(let user)): "it is reserved for \(user)"
    case .cache(.l2, nil): "an L2 item goes through L1 before it is assigned"
    case .cache(.l1, nil):
      if pool?.state == .paused {
        "its pool is paused"
      } else if deployment.inUse {
        "somebody is logged in on it"
      } else {
        usableNow(deployment)
      }
    }
  }

  private static func release(_ deployment: Deployment) -> SafeText? {
    guard deployment.placement.isAssigned else { return "it is not assigned to anybody" }
    return destroy(deployment)
  }

  private static func usableNow(_ deployment: Deployment) -> SafeText? {
    deployment.state == .usable ? nil : "it is not usable, it is \(deployment.state.rawValue)"
  }
}

extension Permission {
  /// Why an action on a pool would be refused; nil: it is permitted.
  static func refusal(of action: ActionID, for pool: Pool) -> SafeText? {
    switch action {
    case .l1More: pool.sizes.l1 < pool.sizes.max ? nil : "L1 cannot be larger than max"
    case .l1Fewer: pool.sizes.l1 > 0 ? nil : "L1 is already 0"
    case .l2More: hasL2(pool) ? nil : "its service has no L2 cache"
    case .l2Fewer: pool.sizes.l2 > 0 ? nil : "L2 is already 0"
    case .resetSizes: pool.overrides.isEmpty ? "its sizes are those of the configuration" : nil
    case .publish: pool.traits?.publishes == true ? nil : "its service does not publish"
    case .cancelPublication:
      pool.traits?.publishes == true ? nil : "its service does not publish"
    case .pause: pool.isPaused ? "it is already paused" : nil
    case .resume: pool.isPaused ? nil : "it is not paused"
    case .lift: pool.restraint == nil ? "it is not restrained" : nil
    case .maintenanceOn: pool.inMaintenance ? "its provider is already in maintenance" : nil
    case .maintenanceOff: pool.inMaintenance ? nil : "its provider is not in maintenance"
    default: nil
    }
  }

  private static func hasL2(_ pool: Pool) -> Bool { pool.traits?.cacheLevels == .l1AndL2 }
}
