import DashboardScreen
import DeploymentInterface
import EngineRuntime
import EngineSimulation
import EngineStore
import Posix
import SafeTexts
import TerminalCells
import TerminalHost

/// A session of a user with a simulated world: terminal, screen and world on one thread.
struct SimulationSession {
  private let simulation: Simulation
  private let start: TimeSpan
  private let options: GlobalOptions
  private let context: CommandContext

  init(
    _ simulation: Simulation, from start: TimeSpan, _ options: GlobalOptions,
    _ context: CommandContext
  ) {
    self.simulation = simulation
    self.start = start
    self.options = options
    self.context = context
  }

  /// Runs until the user quits, and returns the exit status.
  ///
  /// - Parameter signals: signals that were blocked before any thread existed.
  func run(_ signals: SignalDescriptor) throws(CommandFailure) -> ExitStatus {
    let world = WatchedWorld(simulation, from: start)
    let setup = TerminalSetup(options, nil, context)
    let (choice, complaint) = setup.theme()
    if let complaint { context.remark("dashboard: \(complaint)") }
    guard let terminal = setup.terminal(choice.first) else {
      throw CommandFailure(
        .failed, "dashboard: --screen needs a terminal; without it the run is printed as text")
    }
    guard let wake = try? WakePipe() else {
      _ = terminal.close()
      throw CommandFailure(.storeTrouble, "dashboard: too many open files")
    }
    var settings = ScreenSettings(
      place: "a simulated world", actor: context.actor, session: "screen", grace: .zero,
      isReadOnly: options.readOnly)
    settings.isSimulation = true
    let clock = context.clock
    let program = SimulationProgram(settings, world, at: clock.now) { clock.now.moment }
    var loop = TerminalLoop(
      program: program, terminal: terminal, theme: choice, signals: signals, wake: wake,
      clock: { clock.now })
    let outcome = loop.run()
    for line in outcome.chatter { context.remark(line.text) }
    return ExitStatus(rawValue: outcome.end.exitStatus)
  }
}
