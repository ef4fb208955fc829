import ArgumentParser
import Basics
import DeploymentInterface
import EngineSimulation
import SafeTexts
import TerminalHost

/// Runs an engine through days of a random world and checks every step.
struct SimulateCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Try to break the engine: one seed is one world of users, faults and crashes.",
    usage: """
      dashboard simulate --seed <number> [--runs <number>] [--days <number>] \
      [--preset lite|swarm|nine-o-clock|exam|ci] [--trace]
      dashboard simulate --seed <number> --minimise
      dashboard simulate --seed <number> --screen [--from <time>]
      """,
    discussion: """
      The real core runs in virtual time: first with faults, then without, until everything has \
      settled. Checkers judge every step. The same seed gives the same run everywhere. A run that \
      fails names the checker, prints the last 40 events of the deployment and how to repeat it; \
      its exit status is the checker's, from 101 on. --screen shows the same world on the \
      dashboard's screen, at 60 times normal speed: P pauses, . steps one event forwards and , \
      backwards, ] and [ change the speed.

      Presets: lite, no faults on the platforms; swarm, a world so small that everything runs out \
      all the time; nine-o-clock, a site of 1,000 on a working day; exam, three shifts of 250; ci, \
      hundreds of short jobs an hour.
      """)

  @Option(help: ArgumentHelp("The world.", valueName: "number")) var seed: UInt64
  @Option(help: ArgumentHelp("Number of seeds, starting with this one.", valueName: "number"))
  var runs = 1
  @Option(help: ArgumentHelp("Number of simulated days with faults.", valueName: "number"))
  var days = 1
  @Option(help: ArgumentHelp("The kind of world.", valueName: "preset"))
  var preset: Simulation.Preset = .swarm
  @Option(help: ArgumentHelp("Leave out a class of faults.", valueName: "class"))
  var without: [FaultClass] = []
  @Option(help: ArgumentHelp("Maximum number of steps with faults.", valueName: "number"))
  var steps: Int?
  @Flag(help: "Print every event, call and answer as it happens.") var trace = false
  @Flag(help: "Look for a shorter run that still fails.") var minimise = false
  @Flag(help: "Show the world on the screen.") var screen = false
  @Option(
    help: ArgumentHelp(
      "Simulated time to skip before the screen opens: 90m, 8h.", valueName: "time"))
  var from: String?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if screen, runs != 1 || minimise || trace || global.json {
      throw ValidationError(
        "--screen cannot be combined with --runs, --minimise, --trace or --json")
    }
    if from != nil, !screen { throw ValidationError("--from needs --screen") }
    if let from, TimeSpan(parsing: from) == nil {
      throw ValidationError("--from takes a duration with its unit, such as 90m or 8h")
    }
    guard (1...1_000_000).contains(runs), (1...36_500).contains(days), steps ?? 1 > 0 else {
      throw ValidationError("--runs takes 1 to 1000000, --days 1 to 36500, --steps at least 1")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    if screen { return try show(context) }
    var totals = Totals()
    for run in 0..<UInt64(runs) { totals.add(try judge(simulation(run), context)) }
    try report(totals, context)
  }

  /// The simulation of one seed: the first has number 0.
  func simulation(_ run: UInt64 = 0) -> Simulation {
    var simulation = Simulation(seed: seed &+ run, preset: preset, days: days)
    (simulation.without, simulation.steps) = (Set(without), steps)
    return simulation
  }

  /// Runs a simulation. If it fails, the failure and how to repeat it are the error.
  func judge(
    _ simulation: Simulation, _ context: CommandContext
  ) throws(CommandFailure) -> Simulation.Result {
    let result = simulation.run(tell: trace ? { try? context.output.write($0 + "\n") } : nil)
    if result.complaint != nil { try fail(simulation, result, context) }
    return result
  }

  private func show(_ context: CommandContext) throws(CommandFailure) {
    // Before any thread exists.
    guard let signals = SignalDescriptor.blockAtStart() else {
      throw CommandFailure(.failed, "dashboard: cannot handle signals on this system")
    }
    let start = from.flatMap { TimeSpan(parsing: $0) } ?? .zero
    let session = SimulationSession(simulation(), from: start, global, context)
    let status = try session.run(signals)
    if status != .done { throw CommandFailure(status, lines: []) }
  }

  private func fail(
    _ simulation: Simulation, _ result: Simulation.Result, _ context: CommandContext
  ) throws(CommandFailure) {
    var (shown, found, shortened) = (simulation, result, "")
    if minimise, let (short, again) = simulation.minimised() {
      (shown, found) = (short, again)
      shortened = "shortened from \(result.steps) steps to \(again.steps)"
    }
    guard let complaint = found.complaint else { return }
    try context.answer(found.failureTrace)
    let subject = complaint.deployment.map { "of \($0)" } ?? "of this world"
    let many = found.failureTrace.count
    var lines = [
      "seed \(shown.seed) fails: \(complaint.checker), \(complaint.checker.promise)",
      "\(SafeText(complaint.text))",
      "after \(found.events) events and \(found.faults) faults, \(found.elapsed.asClock)",
    ]
    if many > 0 { lines.append("above: the last \(many) events \(subject)") }
    if !shortened.isEmpty { lines.append(shortened) }
    lines.append("repeat it: \(shown.command)")
    throw CommandFailure(
      ExitStatus(rawValue: complaint.checker.exitCode), lines: lines.map { "dashboard: \($0)" })
  }

  private func report(_ totals: Totals, _ context: CommandContext) throws(CommandFailure) {
    let digest = String(totals.digest, radix: 16)
    if global.json {
      return try context.answer([
        "seed": .string(String(seed)), "runs": .integer(Int64(runs)),
        "events": .integer(Int64(totals.events)), "faults": .integer(Int64(totals.faults)),
        "simulatedSeconds": .integer(totals.elapsed / 1000), "trace": .string(digest),
      ])
    }
    let days = Double(totals.elapsed) / 86_400_000
    try context.answer([
      "\(runs) run\(runs == 1 ? "" : "s") from seed \(seed): nothing is wrong; "
        + "\(totals.events) events, \(totals.faults) faults, \((days * 10).rounded() / 10) days; "
        + "trace \(digest)"
    ])
  }
}

/// The totals of several runs.
private struct Totals {
  var events = 0
  var faults = 0
  var elapsed: Int64 = 0
  var digest: UInt64 = 0

  mutating func add(_ result: Simulation.Result) {
    events += result.events
    faults += result.faults
    elapsed += result.elapsed.milliseconds
    digest = (digest ^ result.digest) &* 0x9e37_79b9_7f4a_7c15
  }
}

extension Simulation.Preset: ExpressibleByArgument {}
extension FaultClass: ExpressibleByArgument {}
