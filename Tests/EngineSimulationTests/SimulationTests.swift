import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import Testing

/// One seed, one run; what fails can be repeated and shortened.
@Suite struct SimulationTests {
  @Test(arguments: [Simulation.Preset.swarm, .lite])
  func oneSeedIsOneTrace(_ preset: Simulation.Preset) {
    let simulation = Simulation(seed: 7, preset: preset)
    let (one, other) = (simulation.run(), simulation.run())
    #expect(one.complaint == nil)
    #expect(one.digest == other.digest && one.events == other.events && one.events > 100)
    #expect(Simulation(seed: 8, preset: preset).run().digest != one.digest)
  }

  /// Worlds that failed once and are longer than the histories of `HistoryTests`.
  @Test(arguments: [702_018_685, 9_996_346] as [UInt64])
  func whatFailedOnceDoesNotFailAgain(_ seed: UInt64) {
    let complaint = Simulation(seed: seed, preset: .swarm).run().complaint
    #expect(complaint == nil, "\(complaint?.text ?? "")")
  }

  @Test func canBeLivedThroughStepByStepFromOutside() {
    var simulation = Simulation(seed: 5)
    simulation.steps = 400
    let run = SimulatedRun(simulation)
    var sizes: Set<Int> = []
    run.advance(by: .minutes(2))
    #expect(run.world.elapsed >= .minutes(2) && run.stage == .faults)
    while run.advance() { sizes.insert(run.world.engine.deployments.count) }
    #expect(sizes.count > 3 && run.stage == .over && run.steps == 400)
    #expect(run.result.digest == simulation.run().digest)
  }

  @Test(arguments: Simulation.Preset.allCases)
  func everyPresetBeginsWell(_ preset: Simulation.Preset) {
    var simulation = Simulation(seed: 2, preset: preset)
    simulation.steps = 300
    let result = simulation.run()
    #expect(result.complaint == nil && result.events > 200, "\(result.complaint?.text ?? "")")
  }

  @Test func beingWatchedChangesNothing() {
    let simulation = Simulation(seed: 3)
    var lines = 0
    #expect(simulation.run { _ in lines += 1 }.digest == simulation.run().digest)
    #expect(lines > 50)
  }

  @Test func isToldInTheOrderInWhichItHappens() {
    var missing = [
      "engine: usable at L1", "operator: assign to", "driver is called: setReady",
      "driver answers checkState of setReady: finished", "driver answers destroy: transient, ",
      "driver has its notices", "driver is asked what exists", "driver lists nothing",
      "all with a record", "without a record ", "driver could not list: ",
      "driver is asked to remove ", "driver has removed ", "the engine dies, calls out: ",
      "the store fails", "the store works again",
    ]
    // As many worlds as it takes, up to a bound.
    for seed in UInt64(1)...40 where !missing.isEmpty {
      var times: [String] = []
      _ = Simulation(seed: seed).run { line in
        times.append(String(line.prefix(18)))
        missing.removeAll { line.contains($0) }
      }
      #expect(times == times.sorted() && times.allSatisfy { $0.hasPrefix("day ") })
    }
    #expect(missing == [])
  }

  @Test func aSiteOfAThousandLivesThroughAMorning() {
    var simulation = Simulation(seed: 1, preset: .nineOClock)
    simulation.steps = 2500
    let result = simulation.run()
    #expect(result.complaint == nil, "\(result.complaint?.text ?? "")")
    #expect(result.events > 1000)
  }

  @Test func everyCheckerHasAnExitStatusOfItsOwn() {
    let codes = Checker.allCases.map(\.exitCode)
    #expect(Set(codes).count == codes.count && codes.allSatisfy { (101...126).contains($0) })
  }

  @Test func aComplaintNamesItsDeployment() {
    let complaint = Violation(checker: .dueTimes, text: "seed 4 step 12: d17 waits for nothing")
    #expect(complaint.deployment == DeploymentID(17))
    #expect(Violation(checker: .counts, text: "pool a counts 3").deployment == nil)
  }

  @Test func theCommandRepeatsTheRun() {
    var simulation = Simulation(seed: 9, days: 2)
    (simulation.steps, simulation.without) = (40, [.crash, .hang])
    #expect(
      simulation.command
        == "dashboard simulate --seed 9 --preset swarm --days 2 --steps 40 --without hang "
        + "--without crash")
  }
}
