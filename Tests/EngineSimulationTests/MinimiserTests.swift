import EngineSimulation
import Testing

/// A run that fails is told so that a person can act on it, and shortened.
@Suite struct MinimiserTests {
  /// Judged by limits that are lower than the engine's, it must fail.
  private static var failing: Simulation {
    var simulation = Simulation(seed: 4)
    simulation.limitsLoweredBy = 1
    return simulation
  }

  @Test func aRunJudgedTooStrictlyFailsAndIsToldWithItsStory() {
    let result = Self.failing.run()
    #expect(result.complaint?.checker == .limits)
    #expect((1...40).contains(result.failureTrace.count))
  }

  @Test func aFailureIsShortenedAndStillFailsWithTheSameChecker() throws {
    let before = Self.failing.run()
    let (short, result) = try #require(Self.failing.minimised())
    #expect(result.complaint?.checker == before.complaint?.checker)
    #expect(result.steps < before.steps)
    #expect(short.without.count >= 15, "hardly anything of what goes wrong is needed")
    let again = short.run()
    #expect(again.complaint == result.complaint && again.digest == result.digest)
  }

  @Test func oneStepLessThanTheShortestDoesNotFail() throws {
    var (short, _) = try #require(Self.failing.minimised())
    let steps = try #require(short.steps)
    short.steps = steps - 1
    #expect(steps == 1 || short.run().complaint?.checker != .limits)
  }

  @Test func whatDoesNotFailIsNotShortened() {
    var simulation = Simulation(seed: 4)
    simulation.steps = 50
    #expect(simulation.minimised() == nil)
  }

  @Test func theCommandOfTheShortestSaysEverythingThatItTakes() throws {
    let (short, _) = try #require(Self.failing.minimised())
    #expect(short.command.contains("--steps \(short.steps ?? 0)"))
    #expect(short.without.allSatisfy { short.command.contains("--without \($0.rawValue)") })
  }

  @Test func everyCheckerSaysWhatItHolds() {
    let promises = Checker.allCases.map(\.promise)
    #expect(Set(promises).count == promises.count && promises.allSatisfy { $0.count > 15 })
  }
}
