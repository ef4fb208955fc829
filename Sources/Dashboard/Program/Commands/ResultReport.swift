import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The report of a command's results.
struct ResultReport {
  /// The form of successful results.
  enum Form {
    /// One line for each, with the engine's note.
    case lines
    /// The IP of each user who was let in.
    case addresses
  }

  let results: [ActResult]
  let view: StoreView

  /// One document for each result.
  var documents: [JSONValue] {
    results.map { result in
      let deployment = result.deployment.flatMap(view.deployment)
      return [
        "id": id(of: result),
        "outcome": .string(result.outcome.rawValue), "reason": .text(result.reason),
        "deployment": deployment.map(view.document(of:)) ?? .null,
      ]
    }
  }

  /// The id of the deployment, or the argument if the deployment is unknown.
  private func id(of result: ActResult) -> JSONValue {
    if let id = result.deployment { return .string(id.description) }
    if case .letIn = result.act.goal { return .null }
    return .text(SafeText(result.act.argument))
  }

  /// The lines for standard output: successful results.
  func answers(_ form: Form) -> [String] {
    results.filter { $0.outcome == .accepted || $0.outcome == .done }.map { result in
      if form == .addresses, result.outcome == .done, let id = result.deployment,
        let ip = view.deployment(id)?.ip, case .letIn(let user, _) = result.act.goal
      {
        return results.count == 1 ? ip.text : "\(user) \(ip)"
      }
      return line(result)
    }
  }

  /// The lines for standard error: failed results.
  var complaints: [String] {
    results.filter { $0.status != .done }.map(line)
  }

  /// The exit status of the failures if it is the same for all, else `failed`.
  var status: ExitStatus {
    let statuses = Set(results.map(\.status)).subtracting([.done])
    return statuses.count > 1 ? .failed : statuses.first ?? .done
  }

  private func line(_ result: ActResult) -> String {
    let said = result.reason.isEmpty ? SafeText(result.outcome.rawValue) : result.reason
    // The engine's sentence about a pool or a provider already names it.
    let isNamed = result.deployment == nil && said.text.contains(result.act.argument)
    return isNamed ? said.text : "\(subject(result)): \(said)"
  }

  /// The id and the name, or the argument if the deployment is unknown.
  private func subject(_ result: ActResult) -> String {
    let typed = SafeText(result.act.argument)
    guard let id = result.deployment, let deployment = view.deployment(id) else {
      return typed.text
    }
    return "\(id) \(deployment.name)"
  }
}
