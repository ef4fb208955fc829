import EngineSimulation
import Testing

/// What the random worlds visit: a generator that never gets somewhere proves nothing about it.
@Suite struct CoverageTests {
  @Test func everyStateMeetsEveryFaultInEachOfItsOperations() {
    var marks = Marks()
    // As many worlds as it takes, up to a bound: most cells are met in the first few, and the
    // rarest in those that come first.
    var missing = Marks.reachable
    for seed in [14, 70, 146, 156, 360, 534] + Array(UInt64(1)...240) where !missing.isEmpty {
      var simulation = Simulation(seed: seed)
      (simulation.steps, simulation.judgesEvery) = (300, 64)
      marks.add(simulation.run().marks)
      missing.removeAll { marks.seen[$0, default: 0] > 0 }
    }
    for cell in missing { Issue.record("\(cell.state) \(cell.operation) \(cell.answer)") }
    #expect(Marks.reachable.count > 200)
  }

  @Test func everyClassOfFaultsThatIsNoNuanceOfAnAnswerHappens() {
    var marks = Marks()
    for seed in UInt64(1)...20 {
      var simulation = Simulation(seed: seed)
      (simulation.steps, simulation.judgesEvery) = (300, 64)
      marks.add(simulation.run().marks)
    }
    let uncounted: Set<FaultClass> = [.twin, .address, .garbage, .operators, .agents]
    for kind in FaultClass.allCases where !uncounted.contains(kind) {
      #expect(marks.faults[kind, default: 0] > 0, "\(kind)")
    }
  }

  @Test(arguments: FaultClass.allCases)
  func whatIsLeftOutDoesNotHappen(_ kind: FaultClass) {
    var marks = Marks()
    for seed in UInt64(1)...4 {
      var simulation = Simulation(seed: seed)
      (simulation.steps, simulation.judgesEvery, simulation.without) = (150, 64, [kind])
      let run = SimulatedRun(simulation)
      // Not to the end: when faults stop, the process may be started anew.
      while run.steps < 150, run.advance() {}
      marks.add(run.result.marks)
    }
    #expect(marks.faults[kind, default: 0] == 0)
  }
}
