import ArgumentParser
import Basics
import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Glibc
import SafeTexts
import TerminalCells
import TerminalHost

/// The command that runs if none is named.
struct ScreenCommand: ParsableCommand, DashboardSubcommand {
  /// The output instead of the screen.
  enum Plain: String, EnumerableFlag {
    case once, watch

    static func help(for value: Plain) -> ArgumentHelp? {
      switch value {
      case .once: "Print the panes as plain text, once."
      case .watch: "Print every change as a line."
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "screen", abstract: "Open the screen, like `dashboard` without a command.",
    shouldDisplay: false)

  @Flag var plain: Plain?
  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    switch plain ?? (global.json ? .once : nil) {
    case .once: try PlainOutput(global, context).once()
    case .watch: try PlainOutput(global, context).watch()
    case nil: try screen(context)
    }
  }

  /// Opens the screen, or prints the panes if no terminal can show it.
  private func screen(_ context: CommandContext) throws(CommandFailure) {
    let hasTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    // Before any thread exists.
    let signals = hasTerminal ? SignalDescriptor.blockAtStart() : nil
    let place = try CommandEnvironment.findForScreen(global, context)
    if let signals, let status = try DashboardSession(place, global, context).run(signals) {
      throw CommandFailure(status, lines: [])
    }
    try PlainOutput(global, context).once()
  }
}

/// Plain output for pipes and for terminals that cannot show the screen. Never runs the engine.
struct PlainOutput {
  /// The time between two reads if no change wakes it.
  private static let pause = TimeSpan.seconds(1)

  private let query: StoreQuery
  private let isJSON: Bool
  private let context: CommandContext

  init(_ options: GlobalOptions, _ context: CommandContext) throws(CommandFailure) {
    self.query = try StoreQuery(options, context)
    self.isJSON = options.json
    self.context = context
  }

  /// Prints the current state once.
  func once() throws(CommandFailure) {
    let view = query.view
    if isJSON {
      let current = view.state.deployments.filter { !$0.phase.isHistory }
      return try context.answer([
        "pools": .array(view.state.pools.map(view.document(of:))),
        "deployments": .array(current.map(view.document(of:))),
      ])
    }
    let settings = ScreenSettings(
      place: SafeText(query.place.storePath), actor: context.actor, session: "once")
    try context.answer(
      PlainScreen.lines(
        view.state, presence: LeaseStatus.query(store: query.place.storePath),
        settings: settings, now: view.now, zone: .system(at: view.now.utc),
        glyphs: Locale.isUnicode(context.environment) ? .unicode : .ascii,
        width: context.output.width ?? PlainScreen.width))
  }

  /// Prints changes until nobody reads the output any more.
  func watch() throws(CommandFailure) {
    let change = StoreChangeSignal(path: query.place.storePath)
    defer { change.stop() }
    var (sequence, state) = try whole()
    while !context.output.isClosed {
      change.wait(atMost: Self.pause)
      let news = try storeFailing { () throws(StoreFailure) in
        try query.reader.changes(since: sequence)
      }
      if news.isWhole {
        (sequence, state) = try whole()
        continue
      }
      guard news.sequence != sequence else { continue }
      sequence = news.sequence
      for case .pool(let pool) in news.changes {
        state.pools.removeAll { $0.id == pool.id }
        state.pools.append(pool)
      }
      let view = StoreView(state, at: context.clock.now)
      try context.answer(news.changes.compactMap { isJSON ? document($0, view) : line($0, view) })
    }
  }

  private func whole() throws(CommandFailure) -> (Int64, StoredState) {
    let snapshot = try storeFailing { () throws(StoreFailure) in try query.reader.snapshot() }
    return (snapshot.sequence, snapshot.state)
  }

  private func line(_ change: StoreChange, _ view: StoreView) -> String? {
    let time = TimeText.local(view.now.utc)
    switch change {
    case .deployment(let deployment):
      let words = DeploymentWords(deployment, at: view.now)
      let parts = [
        SafeText(time), view.poolName(deployment.pool) ?? "?",
        "\(deployment.id) \(deployment.name)", words.placement, words.state,
        deployment.placement.user ?? "", words.reason,
      ]
      return parts.filter { !$0.isEmpty }.map(\.text).joined(separator: "  ")
    case .pool(let pool): return "\(time)  \(pool.name)  \(pool.state.rawValue): \(pool.now)"
    case .erasedDeployment, .erasedPool, .provider, .erasedProvider, .publication,
      .erasedPublication, .waiter, .erasedWaiter, .configuration, .counters:
      return nil
    }
  }

  private func document(_ change: StoreChange, _ view: StoreView) -> String? {
    switch change {
    case .deployment(let deployment):
      let document: JSONValue = ["deployment": view.document(of: deployment)]
      return document.text()
    case .pool(let pool):
      let document: JSONValue = ["pool": view.document(of: pool)]
      return document.text()
    case .erasedDeployment, .erasedPool, .provider, .erasedProvider, .publication,
      .erasedPublication, .waiter, .erasedWaiter, .configuration, .counters:
      return nil
    }
  }
}

/// The character encoding according to the environment.
enum Locale {
  static func isUnicode(_ environment: [String: String]) -> Bool {
    let name = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let encoding = (name ?? "").lowercased().filter { $0 != "-" }
    return encoding.contains("utf8")
  }
}
