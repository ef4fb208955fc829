import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension StoreView {
  /// The details of a deployment, one fact for each line.
  func details(of deployment: Deployment) -> [String] {
    let words = DeploymentWords(deployment, at: now)
    let zone = Zone.system(at: now.utc)
    func point(_ time: Timestamp) -> String { ClockText.point(time, now: now.utc, zone) }
    var facts: [(String, SafeText)] = [
      ("id", SafeText(deployment.id.description)), ("name", deployment.name),
      ("unique id", deployment.uniqueId), ("pool", poolName(deployment.pool) ?? ""),
      ("placement", words.placement), ("user", deployment.placement.user ?? ""),
      ("state", words.state), ("since", SafeText(point(deployment.stateSince))),
      ("reason", words.reason), ("ip", deployment.ip ?? ""),
      ("console", deployment.console ?? ""),
      ("mac", SafeText(deployment.identity.mac?.description ?? "")),
      ("port", SafeText(deployment.identity.port.map(String.init) ?? "")),
      ("logged in", SafeText(deployment.loggedIn.map(\.text).joined(separator: ", "))),
      ("publication", SafeText(deployment.publication.map(String.init) ?? "")),
      ("created", SafeText(point(deployment.createdAt))), ("because", deployment.because),
      ("revision", SafeText(String(deployment.revision))),
    ]
    if let operation = deployment.phase.operation {
      let tries =
        operation.failures == 0 ? "" : ", \(counted(operation.failures, "attempt")) failed"
      let end = point(operation.deadline.utc(at: now))
      facts.append(("operation", SafeText("\(operation.kind.word)\(tries), until \(end)")))
    }
    if let due = deployment.nextActionAt {
      facts.append(("next", SafeText(point(due.utc(at: now)))))
    }
    let known = facts.filter { !$0.1.isEmpty }
    let width = known.map(\.0.count).max() ?? 0
    return known.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + value.text
    }
  }
}
