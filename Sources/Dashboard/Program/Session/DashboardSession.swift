import DashboardScreen
import DeploymentInterface
import EngineRuntime
import EngineStore
import Glibc
import Logging
import Posix
import SafeTexts
import TerminalCells
import TerminalHost

/// An interactive session: the store that it follows, the engine unless another process has it, and
/// the terminal.
struct DashboardSession {
  /// The time for calls in flight when the program ends.
  private static let draining = TimeSpan.seconds(3)

  private let place: CommandEnvironment
  private let options: GlobalOptions
  private let context: CommandContext
  private let isThrowaway: Bool

  init(
    _ place: CommandEnvironment, _ options: GlobalOptions, _ context: CommandContext,
    isThrowaway: Bool = false
  ) {
    self.isThrowaway = isThrowaway
    self.place = place
    self.options = options
    self.context = context
  }

  /// Shows the screen until the user leaves it.
  ///
  /// - Parameters:
  ///   - signals: blocked before any thread was made.
  ///   - onOpen: called when the screen is open.
  ///   - onClose: called when the screen has closed, before the engine ends.
  /// - Returns: the exit status; nil if no terminal can show the screen.
  func run(
    _ signals: SignalDescriptor, onOpen: @escaping () -> Void = {}, onClose: () -> Void = {}
  ) throws(CommandFailure) -> ExitStatus? {
    let setup = TerminalSetup(options, place.settings?.theme, context)
    let (choice, problem) = setup.theme()
    guard let terminal = setup.terminal(choice.first) else { return nil }
    guard let wake = try? WakePipe() else {
      _ = terminal.close()
      throw CommandFailure(.storeTrouble, "dashboard: too many open files")
    }
    let queue = MessageQueue(wake: wake)
    let store = SessionStore(path: place.storePath, queue: queue)
    let engine = SessionEngine(queue: queue, store: store)
    let supervisor = supervisor(engine)
    if let problem { queue.post(.failure(problem)) }
    // A read-only viewer may not be allowed to read the file, which the sentence quotes.
    if let objection = place.objections.first, !options.readOnly {
      queue.post(.failure(SafeText(objection)))
    }
    let program = SessionProgram(
      screenSettings,
      .init(queue: queue, store: store, supervisor: supervisor, isReadOnly: options.readOnly) {
        if supervisor == nil { store.engineIsHere(false) }
        store.start()
        if let supervisor { engine.start(supervisor) }
        onOpen()
      }, at: context.clock.now)
    let clock = context.clock
    var loop = TerminalLoop(
      program: program, terminal: terminal, theme: choice, signals: signals, wake: wake,
      clock: { clock.now })
    let outcome = loop.run()
    for line in outcome.chatter { context.remark(line.text) }
    onClose()
    supervisor?.stop()
    store.stop()
    if let failure = queue.reasonToEnd { throw failure }
    return ExitStatus(rawValue: outcome.end.exitStatus)
  }

  private func supervisor(_ engine: SessionEngine) -> EngineSupervisor? {
    guard !options.readOnly, !options.noEngine else { return nil }
    // The store's events have everything; a log would be written across the screen.
    let logger = Logger(label: "dashboard") { _ in SwiftLogNoOpLogHandler() }
    let reload = ConfigurationReload(options: options, place: place, context: context)
    var options = EngineOptions(
      storePath: place.storePath, access: place.storeAccess, drivers: context.drivers,
      configuration: place.engineConfiguration, logger: logger, draining: Self.draining,
      clock: context.clock)
    options.reload = { reload.answer($0) }
    return engine.supervisor(options)
  }

  private var screenSettings: ScreenSettings {
    var settings = ScreenSettings(
      place: ProcessEnvironment.host, actor: context.actor,
      session: "screen-" + String(UInt64.random(in: .min ... .max), radix: 36),
      grace: place.settings?.grace ?? .seconds(5), isReadOnly: options.readOnly,
      keys: place.settings?.keyMap ?? .standard)
    settings.isThrowaway = isThrowaway
    settings.rejectedConfiguration = place.objections.first.map { SafeText($0) }
    return settings
  }
}
