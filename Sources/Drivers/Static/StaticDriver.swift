import DeploymentInterface
import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Hands out the machines of a list.
struct StaticDriver: Driver {
  var name: String { "static" }
  var help: String { "Hands out existing machines; creates and removes nothing." }
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
      if let other = hosts.first(where: { $0.isAt(host) }) {
        let place =
          other.place == host.place ? host.place : "\(other.place), which is \(host.place)"
        throw .init(
          "hosts", SafeText("\(other.name) and \(host.name) have the same address \(place)"))
      }
      if let mac = host.mac, let other = hosts.first(where: { $0.mac == mac }) {
        throw .init("hosts", SafeText("\(other.name) and \(host.name) have the same mac \(mac)"))
      }
      hosts.append(host)
    }
    guard !hosts.isEmpty else { throw .init("hosts", "hosts must list at least one machine") }
    self.hosts = hosts
    answerWithin = reader.duration("answerWithin")
    let folder = reader.text("claims") ?? Self.folder
    guard folder.hasPrefix("/") else {
      throw .init("claims", SafeText("claims must be an absolute path, not \(folder)"))
    }
    if answerWithin < .milliseconds(10) || answerWithin > .seconds(20) {
      throw .init(
        "answerWithin", SafeText("answerWithin must be from 10ms to 20s, not \(answerWithin)"))
    }
    claims = HostClaims(folder: folder)
  }

  /// The number of machines.
  var capacity: Int? { hosts.count }

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    let plan = try StaticPlan(parameters)
    for name in plan.only ?? [] where !hosts.contains(where: { $0.name == name }) {
      throw .init("only", SafeText("only contains \(name), which is not one of the hosts"))
    }
    let chosen = hosts.filter { plan.only?.contains($0.name) ?? true }
    return StaticService(
      hosts: chosen, claims: claims, answerWithin: answerWithin, readyWithin: plan.readyWithin)
  }

  /// Lists the machines that do not answer; those that can be woken may be asleep.
  func problem() async -> SafeText? {
    var identities = HostIdentities()
    for (index, host) in hosts.enumerated() {
      if let other = hosts[..<index].first(where: { identities.areSame($0, host) }) {
        return SafeText("\(other.words) and \(host.words) are one machine")
      }
    }
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

  /// The parameters of a provider.
  static let parameters: [Parameter] = [
    .init(
      "hosts", .rows(StaticHost.parameters), isRequired: true,
      "The machines, in the order in "
        + "which they are handed out."),
    .init(
      "claims", .text,
      "The folder that records claims; by default `$XDG_STATE_HOME/dashboard/hosts`. "
        + "Engines that share machines must share it."),
    .init(
      "answerWithin", .duration, default: "2s",
      "How long a machine may take to accept on its port, 10ms to 20s."),
  ]
}

/// The settings of a static service, from its parameters.
struct StaticPlan: Sendable {
  let only: [String]?
  let readyWithin: TimeSpan

  init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(values, of: "static", parameters: Self.parameters)
    only = reader.isGiven("only") ? reader.list("only") : nil
    readyWithin = reader.duration("readyWithin")
  }

  /// The parameters of a pool's `service`.
  static let parameters: [Parameter] = [
    .init("only", .list(of: nil), "The names of the hosts that this pool may use; by default all."),
    .init(
      "readyWithin", .duration, default: "3m",
      "How long a machine may take to answer after it was woken or restarted, before it counts as "
        + "unreachable."),
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
