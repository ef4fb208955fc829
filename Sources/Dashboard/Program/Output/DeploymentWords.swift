import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A deployment in the words of a table.
struct DeploymentWords {
  private let deployment: Deployment
  private let now: EngineTime

  init(_ deployment: Deployment, at now: EngineTime) {
    self.deployment = deployment
    self.now = now
  }

  /// Its state with what is going on: `usable`, `waiting for OS`, `preparing 3/5`.
  var state: SafeText {
    if let pending = deployment.pending {
      let left = ClockText.left(pending.due.at - now.moment)
      return SafeText("\(deployment.stateWord), \(pending.verb.word) in \(left)")
    }
    let progress = deployment.phase.operation == nil ? nil : deployment.progress
    return SafeText(deployment.stateWord + (progress.map { " \($0)" } ?? ""))
  }

  /// Where it stands: `L1`, `L2`, `assigned`, `L1 reserved`.
  var placement: SafeText {
    let isReserved = !deployment.placement.isAssigned && deployment.placement.user != nil
    return SafeText(deployment.placement.word + (isReserved ? " reserved" : ""))
  }

  /// How long it has been in its state.
  var age: SafeText { SafeText(ClockText.age(now.utc - deployment.stateSince)) }

  /// In error: the operation and why it failed; else what its last attempt said.
  var reason: SafeText {
    guard let reason = deployment.reason else { return "" }
    guard deployment.state == .error, let operation = deployment.operation else { return reason }
    return SafeText("\(operation.word): \(reason)")
  }
}

extension GracefulVerb {
  /// The verb's name on the command line.
  var word: String {
    switch self {
    case .cancel: "cancel"
    case .destroy: "destroy"
    case .release: "release"
    }
  }
}
