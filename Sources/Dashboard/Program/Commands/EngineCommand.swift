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
    usage: "dashboard engine [--until-idle [--timeout <duration>]]",
    discussion: """
      It writes one line an event to standard error. SIGTERM and SIGINT end it cleanly, SIGHUP \
      makes it read the configuration again. A second engine on the same store ends with status 1.
      """)

  @Flag(help: "End once nothing is in flight and no plan is open.")
  var untilIdle = false
  @Option(
    help: ArgumentHelp(
      "Give up after this time (30s, 5m, 1h) and end with status 1.", valueName: "duration"),
    transform: { text in
      if let span = TimeSpan(parsing: text), span <= Wording.longest { return span }
      throw ValidationError("'\(text)' is not a length of time; \(Wording.durationExamples)")
    })
  var timeout: TimeSpan?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if global.noEngine { throw ValidationError("--no-engine makes no sense with `engine`") }
    if timeout != nil, !untilIdle { throw ValidationError("--timeout goes with --until-idle") }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    guard !global.readOnly else {
      throw CommandFailure(.notPermitted, "dashboard: --read-only: no engine is started")
    }
    let signals = SignalQueue()
    let place = try CommandEnvironment.findStrictly(global, context)
    guard place.settings != nil || fileExists(place.storePath) else {
      throw CommandEnvironment.noConfiguration(context)
    }
    try RunningEngine(place, global, context).run(
      signals, untilIdle: untilIdle, timeout: timeout)
  }
}

/// The engine of `dashboard engine`, from its start to its end.
private struct RunningEngine {
  /// How long it sleeps between two looks at whether the engine is idle, or still runs: its end
  /// wakes it.
  private static let pause = TimeSpan.milliseconds(500)
  private static let longPause = TimeSpan.minutes(1)

  private let place: CommandEnvironment
  private let options: GlobalOptions
  private let context: CommandContext
  private let logger: Logger
  private let supervisor: EngineSupervisor

  init(_ place: CommandEnvironment, _ options: GlobalOptions, _ context: CommandContext) {
    self.place = place
    self.options = options
    self.context = context
    let log = ErrorLog(sink: context.errors, clock: context.clock)
    self.logger = Logger(label: "dashboard") { _ in log }
    self.supervisor = EngineSupervisor(
      EngineOptions(
        storePath: place.storePath, access: place.storeAccess, drivers: context.drivers,
        configuration: place.settings?.configuration, logger: logger, clock: context.clock),
      takesOver: false
    ) { event in
      if case .ended(.lost) = event { kill(getpid(), SignalQueue.wake) }
    }
  }

  func run(
    _ signals: SignalQueue, untilIdle: Bool, timeout: TimeSpan?
  ) throws(CommandFailure) {
    do throws(EngineStartFailure) {
      try supervisor.start()
    } catch {
      throw CommandFailure(error)
    }
    let source = place.configurationPath ?? "what the store holds"
    logger.info("the engine runs on \(place.storePath), configured by \(source)")
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
        throw CommandFailure(.failed, "dashboard: the engine is not idle after \(time)")
      }
    }
    throw CommandFailure(
      .failed, "dashboard: the engine has ended: \(supervisor.ending?.sentence ?? "")")
  }

  private func stop() {
    supervisor.stop()
    logger.info("the engine has ended")
  }

  /// Reads the configuration again; a bad one changes nothing.
  private func reconfigure() {
    do throws(CommandFailure) {
      let new = try CommandEnvironment.findStrictly(options, context)
      guard let settings = new.settings else { throw CommandEnvironment.noConfiguration(context) }
      supervisor.reconfigure(settings.configuration)
      logger.info("the configuration was read again from \(new.configurationPath ?? "")")
      if new.storePath != place.storePath || new.storeAccess != place.storeAccess {
        logger.warning("`store` and `access` are taken from the configuration at a start only")
      }
    } catch {
      for line in error.lines { logger.error("\(line)") }
      logger.error("the configuration is not taken; the engine goes on with the last good one")
    }
  }
}

extension CommandEnvironment {
  /// Who may open a store that is created.
  var storeAccess: StoreAccess { settings?.access == .group ? .group : .owner }
}

extension CommandFailure {
  /// An engine that did not start.
  init(_ failure: EngineStartFailure) {
    switch failure.cause {
    case .store(let store): self.init(store)
    case .lease(let lease): self.init(.failed, "dashboard: \(lease.sentence)")
    }
  }
}
