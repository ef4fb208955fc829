package import DeploymentInterface
import SafeTexts

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension DriverProgram {
  /// Creates the program of a provider from its parameters.
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
          "command must name a program by its absolute path or by a name in PATH, "
            + "not \(program)"))
    }
    if let workingDirectory, !workingDirectory.hasPrefix("/") {
      throw .init(
        "workingDirectory",
        SafeText("workingDirectory must be an absolute path, not \(workingDirectory)"))
    }
    for pair in variables where pair.key.isEmpty || pair.key.contains("=") {
      throw .init(
        "environment",
        SafeText("environment contains \(pair.key), which is not a valid variable name"))
    }
    let texts = arguments + variables.flatMap { [$0.key, $0.value] } + [workingDirectory ?? ""]
    if texts.contains(where: { $0.utf8.contains(0) }) {
      throw .init("command", "a text for a program cannot contain a NUL character")
    }
    if answerWithin < .milliseconds(100) || answerWithin > .minutes(10) {
      throw .init(
        "answerWithin",
        SafeText("answerWithin must be from 100ms to 10m, not \(answerWithin)"))
    }
  }

  /// The parameters of a provider.
  static let parameters: [Parameter] = [
    .init(
      "command", .list(of: nil), isRequired: true,
      "The driver program and its first arguments, run without a shell; the verb comes last."),
    .init("config", .map, "Settings for the platform; passed to every call."),
    .init("environment", .map, "Variables in addition to the engine's own."),
    .init("workingDirectory", .text, "The program's working directory; by default the engine's."),
    .init(
      "answerWithin", .duration, default: "20s",
      "Time limit for one call, 100ms to 10m; after that the program is ended. "
        + "Must be less than the pool's `deadlines.call`."),
    .init(
      "serve", .bool, default: "false",
      "Whether the program is started once, with `serve` as its verb, and answers one request "
        + "per line, if it supports that."),
  ]
}

/// The settings of a command service, from its parameters.
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

  /// The parameters of a pool's `service`.
  static let parameters: [Parameter] = [
    .init("config", .map, "Settings for this pool; passed to every call."),
    .init(
      "cacheLevels", .choice(CacheLevels.allCases.map(\.rawValue)), default: "L1",
      "The cache levels to use; `L1+L2` if the driver supports `suspend` and `resume`."),
    .init(
      "publish", .bool, default: "false",
      "Whether to clone from publications, if the driver supports `publish` and `unpublish`."),
    .init(
      "osManager", .bool, default: "false",
      "Whether a deployment is ready only after `dashboard notify ready`."),
    .init(
      "port", .choice(["auto"]), "`auto` reserves a TCP port of this machine for each deployment."),
  ]
}
