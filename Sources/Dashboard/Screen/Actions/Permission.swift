import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension ActionID {
  /// What the action asks of a deployment; nil: nothing.
  func verb(on deployment: Deployment) -> DeploymentVerb? {
    switch self {
    case .cancel: .cancel
    case .destroy: .destroy
    case .move: .move(to: deployment.placement.level?.other ?? .l1)
    case .ready: .ready
    case .assign: .assign
    case .release: .release
    case .retry: .retry
    case .forget: .forget
    case .undo: .undo
    default: nil
    }
  }

  /// Why the action would be refused, judged by what is shown, in the engine's own words; nil: it
  /// is permitted. The engine judges again, by what is then true.
  func refusal(on deployment: Deployment, in pool: Pool?) -> SafeText? {
    if self == .copyReason { return deployment.reason == nil ? "there is no reason to copy" : nil }
    guard let verb = verb(on: deployment) else { return nil }
    guard let pool else { return "its pool is not known" }
    return Permission.refusal(of: verb, on: deployment, in: pool)?.sentence
  }

  /// Why the action on a pool would be refused, judged by what is shown; nil: it is permitted.
  func refusal(on pool: Pool) -> SafeText? {
    let name = pool.name
    switch self {
    case .l1More: return resizing(pool) { $0.l1 += 1 }
    case .l1Fewer: return resizing(pool) { $0.l1 -= 1 }
    case .l2More: return resizing(pool) { $0.l2 += 1 }
    case .l2Fewer: return resizing(pool) { $0.l2 -= 1 }
    case .resetSizes: return pool.overrides.isEmpty ? "\(name) has its configured sizes" : nil
    case .publish:
      if pool.traits?.publishes != true { return "the service of \(name) does not publish" }
      return pool.inMaintenance ? "provider \(pool.provider) is in maintenance" : nil
    case .cancelPublication:
      return pool.traits?.publishes == true ? nil : "the service of \(name) does not publish"
    case .pause: return pool.isPaused ? "pool \(name) is paused already" : nil
    case .resume: return pool.isPaused ? nil : "pool \(name) is not paused"
    case .lift: return pool.restraint == nil ? "pool \(name) is not restrained" : nil
    case .maintenanceOn:
      return pool.inMaintenance ? "provider \(pool.provider) is already in maintenance" : nil
    case .maintenanceOff:
      return pool.inMaintenance ? nil : "provider \(pool.provider) is not in maintenance"
    case .assign:
      return pool.state == .paused ? "pool \(name) is paused and takes no new users" : nil
    default: return nil
    }
  }

  private func resizing(_ pool: Pool, _ change: (inout Sizes) -> Void) -> SafeText? {
    var sizes = pool.sizes
    change(&sizes)
    return sizes.problem(with: pool.traits?.cacheLevels).map { SafeText($0) }
  }
}
