import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The fields of a deployment, formatted for a table.
struct DeploymentWords {
  private let deployment: Deployment
  private let now: EngineTime

  init(_ deployment: Deployment, at now: EngineTime) {
    self.deployment = deployment
    self.now = now
  }

  /// The state with the progress: `usable`, `waiting for OS`, `preparing 3/5`.
  var state: SafeText {
    if let pending = deployment.pending {
      let left = ClockText.left(pending.due.at - now.moment)
      return SafeText("\(deployment.stateWord), \(pending.verb.word) in \(left)")
    }
    let progress = deployment.phase.operation == nil ? nil : deployment.progress
    return SafeText(deployment.stateWord + (progress.map { " \($0)" } ?? ""))
  }

  /// The placement: `L1`, `L2`, `assigned`, `L1 reserved`.
  var placement: SafeText {
    let isReserved = !deployment.placement.isAssigned && deployment.placement.user != nil
    return SafeText(deployment.placement.word + (isReserved ? " reserved" : ""))
  }

  /// The time in its state.
  var age: SafeText { SafeText(ClockText.age(now.utc - deployment.stateSince)) }

  /// In error, the operation and why it failed; otherwise the last answer of the driver.
  var reason: SafeText {
    guard let reason = deployment.reason else { return "" }
    guard deployment.state == .error, let operation = deployment.operation else { return reason }
    return SafeText("\(operation.word): \(reason)")
  }
}
