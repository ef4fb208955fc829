import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension ActionID {
  /// The request that the action makes for a deployment at a cache level; nil: none.
  func request(from level: CacheLevel?, user: SafeText = "") -> DeploymentRequest? {
    ActionTable[self].request.flatMap { DeploymentRequest($0, level: level, user: user) }
  }

  /// Why the engine would refuse the action, judged by what is shown; nil: it is permitted. The
  /// engine judges again by the state at that time.
  func refusal(on deployment: Deployment, in pool: Pool?) -> SafeText? {
    if self == .copyReason { return deployment.reason == nil ? "there is no reason to copy" : nil }
    guard let asked = request(from: deployment.placement.level) else { return nil }
    guard let pool else { return "its pool is unknown" }
    return Permission.refusal(of: asked, on: deployment, in: pool)?.sentence
  }

  /// The request that the action makes for a pool with these sizes, or for its provider; nil: none.
  func verb(on pool: Pool, user: SafeText = "") -> Verb? {
    switch ActionTable[self].request {
    case .resize: resize(pool)
    case .unwait: .unwait(pool.name, user: user)
    case .publish: .publish(pool.name)
    case .forcePublication: .forcePublication(pool.name)
    case .cancelPublication: .cancelPublication(pool.name)
    case .pause: .pause(pool.name)
    case .resume: .resume(pool.name)
    case .lift: .lift(pool.name)
    case .assign, .assignFromPool: .assignFromPool(pool.name, user: user)
    case .maintenance: .maintenance(pool.provider, self == .maintenanceOn)
    case .release, .ready, .move, .cancel, .destroy, .retry, .forget, .undo, .notify, .removeOrphan,
      .noteRemoval, .adopt, .reload, nil:
      nil
    }
  }

  /// The request of an action that sets sizes, one more or one fewer than now.
  private func resize(_ pool: Pool) -> Verb? {
    switch self {
    case .l1More: .resize(pool.name, SizeOverrides(l1: pool.sizes.l1 + 1))
    case .l1Fewer: .resize(pool.name, SizeOverrides(l1: pool.sizes.l1 - 1))
    case .l2More: .resize(pool.name, SizeOverrides(l2: pool.sizes.l2 + 1))
    case .l2Fewer: .resize(pool.name, SizeOverrides(l2: pool.sizes.l2 - 1))
    case .resetSizes: .resize(pool.name, nil)
    default: nil
    }
  }
}
