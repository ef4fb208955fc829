import EngineSimulation
import Foundation

/// Looks for the one mistake that DASHBOARD_PLANTED names: so many seeds, then the fixed courses.
/// Prints what found it; exit status 0 only then.
@main
enum Main {
  static func main() {
    let seeds = UInt64(CommandLine.arguments.dropFirst().first ?? "") ?? 200
    // The first one finds the rarest mistake.
    for seed in [402] + Array(1...max(1, seeds)) {
      var simulation = Simulation(seed: seed)
      (simulation.steps, simulation.judgesEvery) = (400, 8)
      if let found = simulation.run(tell: { _ in }).complaint { say(found, "seed \(seed)") }
    }
    var course = Scenario(.none)
    if let found = course.run().first { say(found, "the course") }
    exit(1)
  }

  private static func say(_ complaint: Violation, _ where: String) -> Never {
    print("\(complaint.checker)\t\(`where`)\t\(complaint.text.prefix(160))")
    exit(0)
  }
}
