package import DeploymentInterface
import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension DriverProgram {
  /// The program of a provider, from its parameters.
  package init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(
      values, of: "a command provider", parameters: Self.parameters)
    arguments = reader.list("command")
    workingDirectory = reader.text("workingDirectory")
    configuration = Dictionary(reader.map("config").map { ($0.key, $0.value) }) { $1 }
    answerWithin = reader.duration("answerWithin")
    serves = reader.bool("serve")
    var variables = ProcessInfo.processInfo.environment
    let own = reader.map("environment")
    for pair in own { variables[pair.key] = pair.value }
    variables[CallMark.variable] = nil
    environment = variables.map { "\($0.key)=\($0.value)" }.sorted()
    try check(own)
  }

  private func check(_ variables: [ParameterValue.Pair]) throws(ParameterProblem) {
    guard let program = arguments.first, !program.isEmpty else {
      throw .init("command", "command must name a program, as in [/usr/local/lib/my-driver]")
    }
    guard program.hasPrefix("/") || !program.contains("/") else {
      throw .init(
        "command",
        SafeText(
          "command must name a program by its path from the root or by a name in PATH, "
            + "and names \(program)"))
    }
    if let workingDirectory, !workingDirectory.hasPrefix("/") {
      throw .init(
        "workingDirectory",
        SafeText("workingDirectory must be a path from the root, and is \(workingDirectory)"))
    }
    for pair in variables where pair.key.isEmpty || pair.key.contains("=") {
      throw .init(
        "environment",
        SafeText("environment names \(pair.key), which cannot be the name of a variable"))
    }
    let texts = arguments + variables.flatMap { [$0.key, $0.value] } + [workingDirectory ?? ""]
    if texts.contains(where: { $0.utf8.contains(0) }) {
      throw .init("command", "a text for a program cannot hold a NUL character")
    }
    if answerWithin < .milliseconds(100) || answerWithin > .minutes(10) {
      throw .init(
        "answerWithin",
        SafeText("answerWithin must be from 100ms to 10m, and is \(answerWithin)"))
    }
  }

  /// What a provider may say.
  static let parameters: [Parameter] = [
    .init(
      "command", .list(of: nil), isRequired: true,
      "The driver's program and its first arguments; no shell. The verb comes last."),
    .init("config", .map, "What the driver wants to know of the platform; handed to every call."),
    .init("environment", .map, "Variables besides the engine's own."),
    .init("workingDirectory", .text, "Where it runs; else where the engine runs."),
    .init(
      "answerWithin", .duration, default: "20s",
      "How long one call may take, 100ms to 10m; then the program is ended. "
        + "Less than a pool's `deadlines.call`."),
    .init(
      "serve", .bool, default: "false",
      "Whether the program is started once, with `serve` as its verb, and answers one request a "
        + "line; where it knows that."),
  ]
}

/// What a command service asks its driver for, from its parameters.
package struct CommandPlan: Sendable {
  let configuration: [String: String]
  let cacheLevels: CacheLevels
  let publishes: Bool
  let waitsForOS: Bool
  let usesPort: Bool

  package init(_ values: ParameterValues) throws(ParameterProblem) {
    let reader = try ParameterReader(values, of: "command", parameters: Self.parameters)
    configuration = Dictionary(reader.map("config").map { ($0.key, $0.value) }) { $1 }
    cacheLevels = reader.text("cacheLevels").flatMap(CacheLevels.init(rawValue:)) ?? .l1
    publishes = reader.bool("publish")
    waitsForOS = reader.bool("osManager")
    usesPort = reader.isGiven("port")
  }

  /// What a pool's `service` may say.
  static let parameters: [Parameter] = [
    .init("config", .map, "What the driver wants to know of this pool; handed to every call."),
    .init(
      "cacheLevels", .choice(CacheLevels.allCases.map(\.rawValue)), default: "L1",
      "The cache levels to use; `L1+L2` where the driver knows `suspend` and `resume`."),
    .init(
      "publish", .bool, default: "false",
      "Whether to clone from publications; where the driver knows `publish` and `unpublish`."),
    .init(
      "osManager", .bool, default: "false",
      "Whether a deployment is ready only after `dashboard notify ready`."),
    .init("port", .choice(["auto"]), "`auto`: each holds a TCP port of this machine."),
  ]
}
