import DeploymentInterface
import SafeTexts

extension Engine {
  /// Assigns a deployment of a pool, which the engine chooses, to a user.
  mutating func assign(_ user: SafeText, in index: Int) -> Reply {
    if user.isEmpty { return .refused(Refusal(.invalid, "a user needs a name")) }
    if let id = poolTable[index].holders[user], let slot = deploymentTable.slot(id) {
      return reassign(slot, user)
    }
    if poolTable[index].waitingUsers.contains(user) {
      return .accepted(nil, note: "\(user) is already waiting")
    }
    switch serve(user, in: index) {
    case .served(let slot, let note): return .accepted(deploymentTable[slot].id, note: note)
    case .busy(let why):
      guard poolTable[index].waiters.count < Limits.waitingUsers else {
        return .refused(
          Refusal(.notPermitted, "\(Limits.waitingUsers) users are already waiting in this pool"))
      }
      beginWaiting(user, in: index, isFirst: false)
      return .accepted(nil, note: "\(user) waits: \(why)")
    case .refused(let refusal): return .refused(refusal)
    }
  }

  /// Assigns a certain L1 deployment to a user.
  mutating func assign(_ slot: Int, to user: SafeText) -> Reply {
    let index = deploymentTable.pool(of: slot)
    if user.isEmpty { return .refused(Refusal(.invalid, "a user needs a name")) }
    if let id = poolTable[index].holders[user], let held = deploymentTable.slot(id) {
      return .refused(Refusal(.notPermitted, "\(user) already holds \(deploymentTable[held].name)"))
    }
    endWaiting(user, in: index)
    take(slot, for: user)
    return .accepted(
      deploymentTable[slot].id, note: SafeText("\(deploymentTable[slot].name) is \(user)'s"))
  }

  /// The user already holds this deployment: it is made ready again, or the reply says what is
  /// wrong.
  private mutating func reassign(_ slot: Int, _ user: SafeText) -> Reply {
    let deployment = deploymentTable[slot]
    let name = deployment.name
    let reason = deployment.reason.map { ": \($0)" } ?? ""
    switch deployment.phase {
    case .error:
      return .refused(
        Refusal(.notPermitted, SafeText("\(user) holds \(name), which is in error\(reason)")))
    case .removable, .removing, .canceling:
      return .refused(
        Refusal(.notPermitted, SafeText("\(user)'s \(name) is being removed\(reason)")))
    case .preparing where deployment.cancelRequested:
      return .refused(
        Refusal(.notPermitted, SafeText("\(user)'s \(name) is being removed\(reason)")))
    case .preparing, .usable(.some):
      return .accepted(deployment.id, note: SafeText("\(name) is being made ready for \(user)"))
    case .usable(nil):
      if deployment.placement.isAssigned {
        change(slot) { $0.placement = $0.placement.with(.wanted) }
        reconcile(slot)
      }
      return .accepted(deployment.id, note: SafeText("\(user) already holds \(name)"))
    case .removed, .canceled:
      return .refused(Refusal(.notPermitted, SafeText("\(name) is history")))
    }
  }
}
