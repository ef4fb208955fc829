import DeploymentEngine
import EngineSimulation
import Testing

/// What the random worlds visit: a generator that never gets somewhere proves nothing about it.
@Suite struct CoverageTests {
  /// Each state with the operations that run in it.
  static let reachable: [(DeploymentState, [String])] = [
    (
      .preparing,
      ["deployForCache", "deployForUser", "moveToCache", "setReady", "notifyReadyFromOSManager"]
    ),
    (.usable, ["setReady", "notifyReadyFromOSManager"]),
    (.removing, ["destroy"]), (.canceling, ["cancel"]),
  ]

  @Test func everyStateMeetsEveryAnswerOfEachOfItsOperations() {
    var marks = Marks()
    for seed in UInt64(1)...60 {
      var simulation = Simulation(seed: seed)
      (simulation.steps, simulation.judgesEvery) = (250, 64)
      marks.add(simulation.run().marks)
    }
    for (state, operations) in Self.reachable {
      for operation in operations {
        for answer in ["running", "finished", "permanent", "transient", "unknown"] {
          let cell = Marks.Cell(state: state.rawValue, operation: operation, answer: answer)
          #expect(marks.seen[cell, default: 0] > 0, "\(state) \(operation) \(answer)")
        }
      }
    }
  }
}
