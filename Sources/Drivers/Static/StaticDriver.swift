import DeploymentInterface
import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Machines that exist: a list is handed out and taken back.
struct StaticDriver: Driver {
  var name: String { "static" }
  var help: String { "Hands out machines that exist; makes and removes nothing." }
  var providerParameters: [Parameter] { StaticProvider.parameters }
  var serviceParameters: [Parameter] { StaticPlan.parameters }

  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
    try StaticProvider(parameters)
  }
}

struct StaticProvider: Provider {
  let hosts: [StaticHost]
  let claims: HostClaims
  let answerWithin: TimeSpan

  init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(
      values, of: "a static provider", parameters: Self.parameters)
    var hosts: [StaticHost] = []
    for row in reader.rows("hosts") {
      let host = try StaticHost(row)
      if hosts.contains(where: { $0.name == host.name }) {
        throw .init("hosts", SafeText("two hosts have the name \(host.name)"))
      }
      if let other = hosts.first(where: { $0.place == host.place }) {
        throw .init(
          "hosts", SafeText("\(other.name) and \(host.name) are both \(host.place): one machine"))
      }
      hosts.append(host)
    }
    guard !hosts.isEmpty else { throw .init("hosts", "hosts must name at least one machine") }
    self.hosts = hosts
    answerWithin = reader.duration("answerWithin")
    let folder = reader.text("claims") ?? Self.folder
    guard folder.hasPrefix("/") else {
      throw .init("claims", SafeText("claims must be a path from the root, and is \(folder)"))
    }
    if answerWithin < .milliseconds(10) || answerWithin > .seconds(20) {
      throw .init(
        "answerWithin", SafeText("answerWithin must be from 10ms to 20s, and is \(answerWithin)"))
    }
    claims = HostClaims(folder: folder)
  }

  /// As many as there are machines.
  var capacity: Int? { hosts.count }

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    let plan = try StaticPlan(parameters)
    for name in plan.only ?? [] where !hosts.contains(where: { $0.name == name }) {
      throw .init("only", SafeText("only names \(name), which is not among the hosts"))
    }
    let chosen = hosts.filter { plan.only?.contains($0.name) ?? true }
    return StaticService(
      hosts: chosen, claims: claims, answerWithin: answerWithin, readyWithin: plan.readyWithin)
  }

  /// Which machines do not answer; those that can be woken may sleep.
  func problem() async -> SafeText? {
    let silent = zip(hosts, HostProbe.problems(of: hosts, within: answerWithin))
      .compactMap { host, problem in problem.map { (host, $0) } }
    let dead = silent.filter { $0.0.mac == nil }
    guard !dead.isEmpty else { return nil }
    let shown = dead.prefix(5).map { "\($0.0.words): \($0.1)" }.joined(separator: "; ")
    let rest = dead.count > 5 ? "; and \(dead.count - 5) more" : ""
    return SafeText("\(dead.count) of \(hosts.count) hosts do not answer: \(shown)\(rest)")
  }

  /// `$XDG_STATE_HOME/dashboard/hosts`
  private static var folder: String {
    let variables = ProcessInfo.processInfo.environment
    let state = variables["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (state ?? (variables["HOME"] ?? "/var/lib") + "/.local/state") + "/dashboard/hosts"
  }

  /// What a provider may say.
  static let parameters: [Parameter] = [
    .init(
      "hosts", .rows(StaticHost.parameters), isRequired: true,
      "The machines, in the order in "
        + "which they are handed out."),
    .init(
      "claims", .text,
      "The folder that remembers who has which; else `$XDG_STATE_HOME/dashboard/hosts`. "
        + "Engines that share machines share it."),
    .init(
      "answerWithin", .duration, default: "2s",
      "How long a machine may take to accept at its port, 10ms to 20s."),
  ]
}

/// What a pool wants of the machines.
struct StaticPlan: Sendable {
  let only: [String]?
  let readyWithin: TimeSpan

  init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(values, of: "static", parameters: Self.parameters)
    only = reader.isGiven("only") ? reader.list("only") : nil
    readyWithin = reader.duration("readyWithin")
  }

  /// What a pool's `service` may say.
  static let parameters: [Parameter] = [
    .init("only", .list(of: nil), "The names of those that this pool may use; else all."),
    .init(
      "readyWithin", .duration, default: "3m",
      "How long a machine may take to answer, woken or started anew, before it counts as out of "
        + "reach."),
  ]
}

struct StaticService: Service {
  let hosts: [StaticHost]
  let claims: HostClaims
  let answerWithin: TimeSpan
  let readyWithin: TimeSpan

  var cacheLevels: CacheLevels { .l1 }
  func makeDeployment() -> StaticDeployment { .init() }
}
