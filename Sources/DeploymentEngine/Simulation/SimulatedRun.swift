package import DeploymentInterface

/// A simulation that the caller advances event by event, so that it can stop anywhere and read the
/// world.
package final class SimulatedRun {
  /// The stage of a run.
  package enum Stage: Sendable {
    /// Users and faults are active.
    case faults
    /// Faults have stopped, and the world settles.
    case quiet
    /// The world has settled and been judged, or a checker has found a violation.
    case over
  }

  private let workload: any Workload
  private let maxSteps: Int
  package private(set) var stage = Stage.faults
  /// Steps with faults so far.
  package private(set) var steps = 0

  /// A run that has handled only its first configuration.
  package init(_ simulation: Simulation) {
    maxSteps = simulation.steps ?? .max
    switch simulation.preset {
    case .lite, .swarm: workload = History(simulation)
    case .nineOClock, .exam, .ci: workload = Site(simulation)
    }
    workload.world.ledger.limitsLoweredBy = simulation.limitsLoweredBy
    workload.world.judgesEvery = simulation.judgesEvery ?? workload.world.judgesEvery
  }

  /// The world: the engine, the store and the clocks.
  package var world: World { workload.world }

  /// Advances to the next event; returns false if the run is over.
  @discardableResult
  package func advance() -> Bool {
    switch stage {
    case .faults:
      if steps < maxSteps, workload.advance() {
        steps += 1
      } else if world.complaints.isEmpty {
        workload.heal()
        stage = .quiet
      }
    case .quiet:
      if !workload.advanceToRest() {
        if world.complaints.isEmpty { workload.judgeSettled() }
        stage = .over
      }
    case .over: return false
    }
    if !world.complaints.isEmpty { stage = .over }
    return true
  }

  /// Advances by a span of simulated time, up to the first event after it; returns false if the run
  /// is over.
  @discardableResult
  package func advance(by span: TimeSpan) -> Bool {
    let end = world.elapsed + span
    while world.elapsed < end { guard advance() else { return false } }
    return stage != .over
  }

  /// The result so far.
  package var result: Simulation.Result {
    Simulation.Result(
      complaint: world.complaints.first, digest: world.trace.digest, events: world.trace.steps,
      steps: steps, elapsed: world.elapsed, faults: world.driver.faults + world.crashes,
      marks: world.marks)
  }
}
