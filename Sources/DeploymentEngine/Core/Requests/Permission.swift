import DeploymentInterface
import SafeTexts

/// Decides whether a request is permitted, for the engine, the command line and the screen alike.
public enum Permission {
  /// Why this request about a deployment is refused now, in one sentence; nil if it is permitted.
  public static func refusal(
    of asked: DeploymentRequest, on deployment: Deployment, in pool: Pool
  ) -> Refusal? {
    sentence(asked, deployment, pool).map { Refusal(.notPermitted, SafeText($0)) }
  }

  private static func sentence(
    _ asked: DeploymentRequest, _ deployment: Deployment, _ pool: Pool
  ) -> String? {
    let name = deployment.name
    if deployment.phase.isHistory, asked != .undo {
      return "\(name) is history: it is \(deployment.state.rawValue)"
    }
    switch asked {
    case .cancel: return cancel(deployment)
    case .destroy: return destroy(deployment)
    case .move(let level): return move(deployment, to: level, pool)
    case .ready: return ready(deployment)
    case .assign: return assign(deployment, pool)
    case .release: return release(deployment)
    case .retry: return retry(deployment, pool)
    case .forget:
      return deployment.canBeForgotten
        ? nil
        : "only a deployment in error or with a stuck removal can be forgotten; \(name) is "
          + stateWords(deployment)
    case .undo:
      return deployment.pending == nil ? "there is nothing to undo on \(name)" : nil
    }
  }

  private static func cancel(_ deployment: Deployment) -> String? {
    if deployment.cancelRequested {
      return "cancelling \(deployment.name) has already been requested"
    }
    if let pending = pendingWords(deployment) { return pending }
    return deployment.state == .preparing
      ? nil
      : "no operation runs on \(deployment.name) that could be cancelled: it is "
        + stateWords(deployment)
  }

  private static func destroy(_ deployment: Deployment) -> String? {
    if deployment.cancelRequested {
      return "the removal of \(deployment.name) has already been requested"
    }
    if let pending = pendingWords(deployment) { return pending }
    switch deployment.state {
    case .preparing, .usable, .removable, .error: return nil
    case .removing, .canceling, .removed, .canceled:
      return "\(deployment.name) is already \(stateWords(deployment))"
    }
  }

  private static func move(
    _ deployment: Deployment, to level: CacheLevel, _ pool: Pool
  ) -> String? {
    let name = deployment.name
    if deployment.placement.isAssigned {
      return "assigned deployments cannot return to the cache: \(name) is held by "
        + (deployment.placement.user?.text ?? "a user")
    }
    if let user = deployment.placement.user { return "\(name) is reserved for \(user)" }
    guard pool.traits?.cacheLevels.contains(.l2) ?? false else {
      return "the service of \(pool.name) has no L2 cache to move \(name) to or from"
    }
    if deployment.placement.level == level { return "\(name) is already at \(level.rawValue)" }
    if let pending = pendingWords(deployment) { return pending }
    if let user = deployment.loggedIn.first { return "\(user) is logged in to \(name)" }
    guard deployment.phase == .usable(nil) else {
      return "only a usable deployment can be moved; \(name) is \(stateWords(deployment))"
    }
    // `max` includes L1 but not L2: another L1 deployment would have to leave again at once.
    let filled = pool.counts.total + pool.counts.leaving
    if level == .l1, filled >= pool.sizes.max {
      return "pool \(pool.name) is full: \(filled) of \(pool.sizes.max)"
    }
    return pool.inMaintenance ? "provider \(pool.provider) is in maintenance" : nil
  }

  private static func retry(_ deployment: Deployment, _ pool: Pool) -> String? {
    guard case .error(let failed) = deployment.phase else {
      return "\(deployment.name) is \(stateWords(deployment)); there is nothing to retry"
    }
    if deployment.isGivenUp {
      return "\(deployment.name) was given up; destroy or forget it"
    }
    if let traits = pool.traits, !traits.offers(failed.operation) {
      return "its service no longer supports \(failed.operation.word): destroy it"
    }
    switch failed.operation {
    case .deployForCache, .deployForUser, .moveToCache:
      return pool.inMaintenance ? "provider \(pool.provider) is in maintenance" : nil
    case .setReady, .notifyReadyFromOSManager, .cancel, .destroy, .publish: return nil
    }
  }

  private static func ready(_ deployment: Deployment) -> String? {
    let name = deployment.name
    guard deployment.phase == .usable(nil) else {
      return "only a usable deployment can be made ready; \(name) is \(stateWords(deployment))"
    }
    if deployment.isWaitingForOS { return "\(name) waits for its OS manager" }
    return deployment.placement.level == .l2
      ? "\(name) is at L2: move it to L1 instead, which makes it ready" : nil
  }

  private static func assign(_ deployment: Deployment, _ pool: Pool) -> String? {
    let name = deployment.name
    if deployment.placement.isAssigned {
      return "\(name) is held by \(deployment.placement.user?.text ?? "a user")"
    }
    if let user = deployment.placement.user { return "\(name) is reserved for \(user)" }
    guard deployment.placement.level == .l1 else {
      return "\(name) is at L2: move it to L1 first"
    }
    if let pending = pendingWords(deployment) { return pending }
    guard deployment.phase == .usable(nil) else {
      return "only a usable deployment can be assigned; \(name) is \(stateWords(deployment))"
    }
    if let user = deployment.loggedIn.first { return "\(user) is logged in to \(name)" }
    if pool.inMaintenance { return "provider \(pool.provider) is in maintenance" }
    return pool.state == .paused ? "pool \(pool.name) is paused and takes no new users" : nil
  }

  private static func release(_ deployment: Deployment) -> String? {
    let name = deployment.name
    guard deployment.placement.isAssigned else { return "\(name) is not assigned" }
    if deployment.cancelRequested { return "the removal of \(name) has already been requested" }
    if let pending = pendingWords(deployment) { return pending }
    switch deployment.state {
    case .preparing, .usable, .error: return nil
    case .removable, .removing, .canceling, .removed, .canceled:
      return "\(name) is already \(stateWords(deployment))"
    }
  }

  private static func pendingWords(_ deployment: Deployment) -> String? {
    deployment.pending.map {
      "a request to \($0.verb.word) \(deployment.name) is already waiting; undo it first"
    }
  }

  private static func stateWords(_ deployment: Deployment) -> String {
    if deployment.isWaitingForOS { return "waiting for its OS manager" }
    if deployment.state == .usable, let operation = deployment.operation {
      return "busy with \(operation.word)"
    }
    return switch deployment.state {
    case .error: "in error"
    case .preparing: "in preparation"
    case .removable: "waiting to be removed"
    case .removing: "being removed"
    case .canceling: "being cancelled"
    case .usable, .removed, .canceled: deployment.state.rawValue
    }
  }
}
