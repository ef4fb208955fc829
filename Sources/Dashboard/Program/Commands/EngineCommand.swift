import ArgumentParser
import DeploymentInterface
import EngineRuntime
import EngineStore
import Glibc
import Logging
import SafeTexts
import TerminalHost

struct EngineCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "engine",
    abstract: "Run the engine without a screen, for a service manager.",
    usage: """
      dashboard engine [--until-idle [--timeout <duration>]] [--accept] [--log-level <level>]
      """,
    discussion: """
      Writes one line per event to standard error. SIGTERM and SIGINT stop it cleanly, SIGHUP \
      reloads the configuration. A second engine on the same store exits with status 1.

      A configuration with problems does not stop an engine whose store has one: it goes on with \
      that. The same applies to a file without pools, and to one that changes the driver or the \
      platform of a provider with deployments.
      """)

  @Flag(help: "Exit as soon as no operation is in progress or planned.")
  var untilIdle = false
  @Option(
    help: ArgumentHelp(
      "Give up after this time (30s, 5m, 1h) and exit with status 1.", valueName: "duration"),
    transform: DurationArgument.parse)
  var timeout: TimeSpan?
  @Flag(
    help: """
      Accept another driver or platform for a provider that has deployments, and a file that \
      closes all pools.
      """)
  var accept = false
  @Option(
    help: ArgumentHelp("Write only events of this level and above.", valueName: "level"))
  var logLevel = LogThreshold.info
  @OptionGroup var global: GlobalOptions

  /// The least important events that are written.
  enum LogThreshold: String, CaseIterable, ExpressibleByArgument, Sendable {
    case debug, info, warning, error

    var level: Logger.Level {
      switch self {
      case .debug: .debug
      case .info: .info
      case .warning: .warning
      case .error: .error
      }
    }
  }

  func validate() throws {
    if global.noEngine { throw ValidationError("--no-engine makes no sense with `engine`") }
    if timeout != nil, !untilIdle { throw ValidationError("--timeout needs --until-idle") }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    guard !global.readOnly else {
      throw CommandFailure(.notPermitted, "dashboard: cannot start an engine with --read-only")
    }
    let signals = SignalQueue()
    let place = try CommandEnvironment.findForEngine(global, accepts: accept, context)
    guard place.settings != nil || fileExists(place.storePath) else {
      throw CommandEnvironment.noConfiguration(context)
    }
    try RunningEngine(place, global, context, logLevel.level).run(
      signals, untilIdle: untilIdle, timeout: timeout)
  }
}

/// The engine of `dashboard engine`, from start to end.
private struct RunningEngine {
  /// The time between two checks whether the engine is idle, and whether it still runs; its end
  /// wakes the wait.
  private static let pause = TimeSpan.milliseconds(500)
  private static let longPause = TimeSpan.minutes(1)

  private let place: CommandEnvironment
  private let context: CommandContext
  private let logger: Logger
  private let supervisor: EngineSupervisor
  private let reload: ConfigurationReload

  init(
    _ place: CommandEnvironment, _ options: GlobalOptions, _ context: CommandContext,
    _ logLevel: Logger.Level
  ) {
    self.place = place
    self.context = context
    let log = ErrorLog(sink: context.errors, clock: context.clock)
    var logger = Logger(label: "dashboard") { _ in log }
    logger.logLevel = logLevel
    self.logger = logger
    let reload = ConfigurationReload(options: options, place: place, context: context)
    self.reload = reload
    var engine = EngineOptions(
      storePath: place.storePath, access: place.storeAccess, drivers: context.drivers,
      configuration: place.engineConfiguration, logger: logger, clock: context.clock)
    engine.reload = { reload.answer($0) }
    self.supervisor = EngineSupervisor(engine, takesOver: false) { event in
      if case .ended(.lost) = event { kill(getpid(), SignalQueue.wake) }
    }
  }

  func run(
    _ signals: SignalQueue, untilIdle: Bool, timeout: TimeSpan?
  ) throws(CommandFailure) {
    let isNew = !fileExists(place.storePath)
    do throws(EngineStartFailure) {
      try supervisor.start()
    } catch {
      throw CommandFailure(error)
    }
    for line in place.objections { logger.error("\(line)") }
    let source =
      place.objections.isEmpty
      ? place.configurationPath ?? "the configuration in the store"
      : "the configuration in the store, because that of the file was rejected"
    logger.info("the engine runs on \(place.storePath), configured by \(source)")
    if isNew { logger.warning("\(place.storePath) did not exist: it is a new, empty store") }
    let end = context.clock.now.moment + (timeout ?? Wording.longest)
    while supervisor.ending == nil {
      let signal = signals.next(within: untilIdle ? .zero : Self.longPause)
      if signal == SIGHUP { reconfigure() }
      if signal == SIGTERM || signal == SIGINT { return stop() }
      guard untilIdle else { continue }
      if supervisor.waitUntilIdle(timeout: Self.pause) { return stop() }
      guard context.clock.now.moment < end else {
        stop()
        let time = timeout?.description ?? ""
        throw CommandFailure(.failed, "dashboard: the engine was not idle within \(time)")
      }
    }
    throw CommandFailure(
      .failed, "dashboard: the engine has stopped: \(supervisor.ending?.sentence ?? "")")
  }

  private func stop() {
    supervisor.stop()
    logger.info("the engine has stopped")
  }

  /// Reloads the configuration; one with problems changes nothing.
  private func reconfigure() {
    do throws(ConfigurationReload.Rejection) {
      let (configuration, path, remarks) = try reload.read(
        ReloadConsent(), noticesRemovals: false)
      supervisor.reconfigure(configuration)
      logger.info("the configuration was reloaded from \(path)")
      for remark in remarks { logger.warning("\(remark)") }
    } catch {
      for line in error.lines { logger.error("\(line)") }
      logger.error("the configuration was rejected; the engine continues with the last good one")
    }
  }
}

extension CommandEnvironment {
  /// The users who may open a new store.
  var storeAccess: StoreAccess { settings?.access == .group ? .group : .owner }
}

extension CommandFailure {
  /// The failure of an engine to start.
  init(_ failure: EngineStartFailure) {
    switch failure.cause {
    case .store(let store): self.init(store)
    case .lease(let lease): self.init(.failed, "dashboard: \(lease.sentence)")
    }
  }
}
