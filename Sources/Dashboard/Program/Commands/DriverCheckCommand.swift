import ArgumentParser
import Basics
import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import EngineRuntime
import EngineStore
import Foundation
import Posix
import ProtocolConformance
import SafeTexts

struct DriverCheckCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "driver-check",
    abstract: "Test a driver program against every requirement on drivers.",
    usage: """
      dashboard driver-check [--provider <name=value>] [--service <name=value>] \
      [--failing <name=value>] [--serve] [--only <check>] [--json] <program> [<argument> ...]
      """,
    discussion: """
      Creates and removes resources on the driver's platform, under its own ownership tag. Give it \
      the `config` that a provider and a pool would have. Each line is a requirement: passed, \
      failed with what happened instead, or skipped with the reason. --failing gives a `service` \
      `config` with which every creation fails. Write options of the program itself after `--`. \
      The exit status is 0 if nothing failed, otherwise 1.
      """)

  @Option(help: ArgumentHelp("An entry of the provider's `config`.", valueName: "name=value"))
  var provider: [String] = []
  @Option(help: ArgumentHelp("An entry of the service's `config`.", valueName: "name=value"))
  var service: [String] = []
  @Option(
    help: ArgumentHelp(
      "An entry of a service's `config` with which creations fail.", valueName: "name=value"))
  var failing: [String] = []
  @Flag(help: "Test the program in serving mode, as with `serve: true`.")
  var serve = false
  @Option(help: ArgumentHelp("Run only this check; can be repeated.", valueName: "check"))
  var only: [String] = []
  @Argument(help: ArgumentHelp("The driver and its first arguments.", valueName: "program"))
  var command: [String]
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    for pair in provider + service + failing where !pair.contains("=") {
      throw ValidationError("'\(pair)' is not of the form name=value")
    }
    for name in only where !DriverCheck.names.contains(name) {
      throw ValidationError("unknown check '\(name)'")
    }
    if command.isEmpty { throw ValidationError("name the program to test") }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    guard !global.readOnly else {
      throw CommandFailure(
        .notPermitted, "dashboard: --read-only: `driver-check` starts a program")
    }
    let check: DriverCheck
    do throws(ParameterProblem) {
      check = try DriverCheck(
        command: try program(), provider: Self.pairs(provider), service: Self.pairs(service),
        failing: failing.isEmpty ? nil : Self.pairs(failing), serves: serve)
    } catch {
      throw CommandFailure(.usage, "dashboard: \(error.sentence)")
    }
    let lines = CheckLines(context, isSilent: global.json)
    let names = only.isEmpty ? nil : Set(only)
    let report = Self.wait(for: lines) {
      await check.run(only: names, owner: Self.owner) { lines.add($0) }
    }
    try lines.finish()
    if global.json {
      try context.answer(.array(report.results.map(\.document)))
    } else {
      try context.answer([Self.summary(report)])
    }
    if !report.failures.isEmpty { throw CommandFailure(.failed, lines: []) }
  }

  private static var owner: String { "check-\(getpid())-\(UInt32.random(in: 0...UInt32.max))" }

  /// The command; a program given by a path gets its absolute path.
  private func program() throws(ParameterProblem) -> [String] {
    let name = command[0]
    guard name.contains("/") else { return command }
    let path = URL(fileURLWithPath: name).standardizedFileURL.path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw ParameterProblem("command", SafeText("there is no program \(name)"))
    }
    return [path] + command.dropFirst()
  }

  private static func pairs(_ texts: [String]) -> [String: String] {
    let pairs = texts.map { text in
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), String(parts[1]))
    }
    return Dictionary(pairs) { $1 }
  }

  private static func summary(_ report: ConformanceReport) -> String {
    let failed = report.failures.count
    let skipped = report.skips.count
    let passed = report.results.count - failed - skipped
    return "\(counted(report.results.count, "check")): "
      + "\(passed) passed, \(failed) failed, \(skipped) skipped"
  }

  private static func wait(
    for lines: CheckLines, _ work: @escaping @Sendable () async -> ConformanceReport
  ) -> ConformanceReport {
    let box = ReportBox()
    let task = Task.detached(executorPreference: BlockingExecutor(named: "check", limit: 1)) {
      box.give(await work())
    }
    // If nobody reads the output any more, stop.
    lines.onFailure { task.cancel() }
    return box.wait()
  }
}

/// Passes a report to the thread that waits for it.
private final class ReportBox: Sendable {
  private let report = Mutex(ConformanceReport(results: []))
  private let signal = Semaphore()

  func give(_ made: ConformanceReport) {
    report.withLock { $0 = made }
    signal.signal()
  }

  func wait() -> ConformanceReport {
    signal.wait()
    return report.withLock { $0 }
  }
}

/// Writes each result in columns as soon as it is known.
private final class CheckLines: Sendable {
  private let context: CommandContext
  private let isSilent: Bool
  private let width = (DriverCheck.names.map(\.count).max() ?? 0) + 2
  private struct State {
    var failure: CommandFailure?
    var stop: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  init(_ context: CommandContext, isSilent: Bool) {
    self.context = context
    self.isSilent = isSilent
    write("CHECK", "RESULT", "REASON")
  }

  func add(_ result: ConformanceResult) {
    write(result.name, result.word, result.reason?.text ?? "-")
  }

  private func write(_ name: String, _ word: String, _ reason: String) {
    guard !isSilent, state.withLock({ $0.failure == nil }) else { return }
    let padding = String(repeating: " ", count: max(1, width - name.count))
    let gap = String(repeating: " ", count: max(1, 9 - word.count))
    do throws(CommandFailure) {
      try context.answer([name + padding + word + gap + reason])
    } catch {
      let stop = state.withLock { state in
        state.failure = error
        return state.stop
      }
      stop?()
    }
  }

  func onFailure(_ stop: @escaping @Sendable () -> Void) { state.withLock { $0.stop = stop } }

  /// Throws the first failure to write.
  func finish() throws(CommandFailure) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}

extension ConformanceResult {
  /// The result as a document; keys are never renamed.
  fileprivate var document: JSONValue {
    [
      "check": .string(name), "claim": .string(claim), "outcome": .string(word),
      "reason": reason.map { .string($0.text) } ?? .null,
      "milliseconds": .integer(time.milliseconds),
    ]
  }
}
