import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What is said about the acts of one command.
struct ResultReport {
  /// How those that went well are told.
  enum Form {
    /// A line for each, with what the engine says.
    case lines
    /// The IP of each user who was let in.
    case addresses
  }

  let results: [ActResult]
  let view: StoreView

  /// One document for each act.
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

  /// A deployment's id; what was typed, where none is known.
  private func id(of result: ActResult) -> JSONValue {
    if let id = result.deployment { return .string(id.description) }
    if case .letIn = result.act.goal { return .null }
    return .text(SafeText(result.act.argument))
  }

  /// The lines for standard output: what went well.
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

  /// The lines for standard error: what did not.
  var complaints: [String] {
    results.filter { $0.status != .done }.map(line)
  }

  /// The exit status: that of all that did not go well, where it is one and the same.
  var status: ExitStatus {
    let statuses = Set(results.map(\.status)).subtracting([.done])
    return statuses.count > 1 ? .failed : statuses.first ?? .done
  }

  private func line(_ result: ActResult) -> String {
    let said = result.reason.isEmpty ? SafeText(result.outcome.rawValue) : result.reason
    // What the engine says of a pool or a provider names it.
    let isNamed = result.deployment == nil && said.text.contains(result.act.argument)
    return isNamed ? said.text : "\(subject(result)): \(said)"
  }

  /// The id with the name; what was typed, where no deployment is known.
  private func subject(_ result: ActResult) -> String {
    let typed = SafeText(result.act.argument)
    guard let id = result.deployment, let deployment = view.deployment(id) else {
      return typed.text
    }
    return "\(id) \(deployment.name)"
  }
}
