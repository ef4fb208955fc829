package import DeploymentInterface

/// A simulation that is lived through from outside, one event after the other; who looks on may
/// stop anywhere and read the world.
package final class SimulatedRun {
  /// How far it has come.
  package enum Stage: Sendable {
    /// Faults happen, people come.
    case faults
    /// Faults have stopped; what is open settles.
    case quiet
    /// Settled and judged, or something is wrong.
    case over
  }

  private let scene: any Workload
  private let most: Int
  package private(set) var stage = Stage.faults
  /// Steps with faults so far.
  package private(set) var steps = 0

  /// Nothing has happened yet but the first configuration.
  package init(_ simulation: Simulation) {
    most = simulation.steps ?? .max
    switch simulation.preset {
    case .lite, .swarm: scene = History(simulation)
    case .nineOClock, .exam, .ci: scene = Site(simulation)
    }
    scene.world.ledger.limitsLoweredBy = simulation.limitsLoweredBy
    scene.world.judgesEvery = simulation.judgesEvery ?? scene.world.judgesEvery
  }

  /// Everything that there is: the engine as it is now, the store, the clocks.
  package var world: World { scene.world }

  /// Lets the next thing happen; false when it is over.
  @discardableResult
  package func advance() -> Bool {
    switch stage {
    case .faults:
      if steps < most, scene.goOn() {
        steps += 1
      } else if world.complaints.isEmpty {
        scene.heal()
        stage = .quiet
      }
    case .quiet:
      if !scene.settleOn() {
        if world.complaints.isEmpty { scene.judgeSettled() }
        stage = .over
      }
    case .over: return false
    }
    if !world.complaints.isEmpty { stage = .over }
    return true
  }

  /// Lets everything happen in the next so much time of the world, to the first event after it;
  /// false when it is over.
  @discardableResult
  package func advance(by span: TimeSpan) -> Bool {
    let end = world.elapsed + span
    while world.elapsed < end { guard advance() else { return false } }
    return stage != .over
  }

  /// What has come of it so far.
  package var result: Simulation.Result {
    Simulation.Result(
      complaint: world.complaints.first, digest: world.trace.digest, events: world.trace.steps,
      steps: steps, elapsed: world.elapsed, faults: world.driver.faults + world.crashes,
      marks: world.marks)
  }
}
