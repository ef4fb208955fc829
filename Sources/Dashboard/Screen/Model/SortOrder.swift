import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The orders for lists of deployments.
package enum SortColumn: String, Hashable, Sendable, CaseIterable {
  case trouble, name, state, age, user, ip

  /// The name in the menu of columns.
  var title: String {
    switch self {
    case .trouble: "Errors first, then name"
    case .name: "Name"
    case .state: "State"
    case .age: "Time in its state, longest first"
    case .user: "User"
    case .ip: "IP"
    }
  }

  /// The key in the menu of columns.
  var letter: Character {
    switch self {
    case .trouble: "t"
    case .name: "n"
    case .state: "s"
    case .age: "a"
    case .user: "u"
    case .ip: "i"
    }
  }

  /// The key of a deployment in this order.
  func key(of deployment: Deployment) -> RowKey {
    let name = deployment.name.text
    return switch self {
    case .trouble: key(deployment.state == .error ? 0 : 1, name, deployment)
    case .name: key(0, name, deployment)
    case .state: key(Self.weight(of: deployment), name, deployment)
    case .age: key(deployment.stateSince.milliseconds, name, deployment)
    case .user:
      key(
        deployment.placement.user == nil ? 1 : 0, deployment.placement.user?.text ?? name,
        deployment)
    case .ip: key(deployment.ip == nil ? 1 : 0, deployment.ip?.text ?? name, deployment)
    }
  }

  private func key(_ rank: Int64, _ text: String, _ deployment: Deployment) -> RowKey {
    RowKey(rank: rank, text: text, id: deployment.id)
  }

  /// The weight of a state: those that need attention come first.
  private static func weight(of deployment: Deployment) -> Int64 {
    switch deployment.state {
    case .error: 0
    case .canceling: 1
    case .removing: 2
    case .removable: 3
    case .preparing: 4
    case .usable: deployment.isWaitingForOS ? 5 : 6
    case .canceled: 7
    case .removed: 8
    }
  }
}
