import ArgumentParser
import Basics
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Posix
import SafeTexts

struct CheckCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read the configuration and the themes, test each provider, and list every problem.",
    usage: "dashboard check [--json]")

  /// The time for a provider's answer.
  private static let patience = TimeSpan.seconds(10)

  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    guard !global.readOnly else {
      throw CommandFailure(
        .notPermitted,
        "dashboard: --read-only: `check` starts the programs of drivers and quotes the file")
    }
    guard let found = try CommandEnvironment.configuration(global, context) else {
      throw CommandEnvironment.noConfiguration(context)
    }
    defer { found.reading.retire() }
    let path = try CommandEnvironment.findLeniently(global, context).storePath
    let stored = CommandEnvironment.storedState(path)
    var written = found.reading.problems + Self.themes(found.path, found.reading, context)
    if found.reading.problems.isEmpty { written += Self.changes(found, stored, context) }
    let resting = stored?.providers.filter(\.inMaintenance).map(\.name) ?? []
    for name in resting where found.reading.providers.contains(where: { SafeText($0.name) == name })
    {
      context.remark("dashboard: provider `\(name)` is in maintenance, so it was not tested")
    }
    let tested = found.reading.providers.filter { !resting.contains(SafeText($0.name)) }
    let unreachable = written.isEmpty ? Self.unreachable(found.path, tested) : []
    try answer(found, written + unreachable, context)
    if !written.isEmpty { throw CommandFailure(.configuration, lines: []) }
    if !unreachable.isEmpty { throw CommandFailure(.unavailable, lines: []) }
  }

  private func answer(
    _ found: (path: String, reading: SettingsReading), _ problems: [ConfigurationProblem],
    _ context: CommandContext
  ) throws(CommandFailure) {
    if global.json {
      return try context.answer(
        .array(
          problems.map {
            ["file": .text($0.file), "line": .number($0.line), "problem": .text($0.sentence)]
          }))
    }
    let settings = found.reading.settings.configuration
    let summary =
      "\(found.path): no problems; \(counted(settings.providers.count, "provider")), "
      + counted(settings.pools.count, "pool")
    try context.answer(problems.isEmpty ? [summary] : problems.map(\.description))
  }

  /// What the file would do to the store that nobody may want.
  private static func changes(
    _ found: (path: String, reading: SettingsReading), _ stored: StoredState?,
    _ context: CommandContext
  ) -> [ConfigurationProblem] {
    let settings = found.reading.settings
    guard settings.namesPools else {
      return [
        ConfigurationProblem(
          file: found.path,
          "names no pools, so it may have been cut; write `pools: []` if you want none")
      ]
    }
    guard let stored else { return [] }
    let change = ConfigurationChange(settings: settings, drivers: context.drivers, stored: stored)
    return change.movedGround.map { provider, sentence in
      let line = found.reading.providers.first { $0.name == provider }?.line
      return ConfigurationProblem(file: found.path, line: line, SafeText(sentence))
    }
  }

  /// The problems of all themes, and of the selected one.
  private static func themes(
    _ path: String, _ reading: SettingsReading, _ context: CommandContext
  ) -> [ConfigurationProblem] {
    let library = ThemeLibrary(
      environment: context.environment, program: ThemeLibrary.runningProgram)
    let broken = library.names.flatMap { Self.problems(of: $0, library) }
    let settings = reading.settings
    var chosen: [ConfigurationProblem] = []
    if let line = settings.themeLine, settings.theme != "auto",
      !library.names.contains(settings.theme)
    {
      chosen = Self.problems(of: settings.theme, library).map {
        ConfigurationProblem(file: path, line: line, "`theme: \(settings.theme)`: \($0.sentence)")
      }
    }
    return chosen + broken
  }

  private static func problems(
    of theme: String, _ library: ThemeLibrary
  ) -> [ConfigurationProblem] {
    do throws(ThemeFailure) {
      _ = try library.load(theme)
      return []
    } catch {
      return error.problems
    }
  }

  private static func unreachable(
    _ path: String, _ providers: [(name: String, line: Int, provider: any Provider)]
  ) -> [ConfigurationProblem] {
    providers.compactMap { name, line, provider in
      problem(of: provider).map {
        ConfigurationProblem(
          file: path, line: line, SafeText("provider `\(name)` cannot be reached: \($0)"))
      }
    }
  }

  /// The problem that a provider reports; a provider that does not answer in time counts as
  /// unreachable.
  private static func problem(of provider: any Provider) -> SafeText? {
    let answer = ProviderAnswer()
    Task.detached(executorPreference: BlockingExecutor(named: "check", limit: 1)) {
      answer.give(await provider.problem())
    }
    return answer.wait(atMost: patience)
  }
}

/// Passes a provider's answer to the thread that waits for it.
private final class ProviderAnswer: Sendable {
  private let reported = Mutex<SafeText?>(nil)
  private let signal = Semaphore()

  func give(_ problem: SafeText?) {
    reported.withLock { $0 = problem }
    signal.signal()
  }

  func wait(atMost span: TimeSpan) -> SafeText? {
    guard signal.wait(atMost: span.duration) else {
      return SafeText("it did not answer within \(span.spoken)")
    }
    return reported.withLock { $0 }
  }
}
