import ArgumentParser
import EngineSimulation
import Testing

@testable import DashboardKit

/// A simulation that fails. Judged by limits that are lower than the engine's, every world does.
struct SimulateFailureTests {
  private struct Failed {
    let failure: CommandFailure
    let story: String
  }

  private func fail(_ arguments: [String]) throws -> Failed {
    let parsed = try DashboardCommand.parseAsRoot(["simulate"] + arguments)
    let command = try #require(parsed as? SimulateCommand)
    var simulation = command.simulation()
    simulation.limitsLoweredBy = 1
    let output = MemorySink()
    let context = CommandContext(environment: [:], output: output, errors: MemorySink())
    do throws(CommandFailure) {
      _ = try command.judge(simulation, context)
    } catch {
      return Failed(failure: error, story: output.text)
    }
    throw CommandFailure(.done, "it does not fail")
  }

  @Test func saysWhatIsBrokenTellsTheStoryAndHowToRepeatIt() throws {
    let failed = try fail(["--seed", "4"])
    #expect(failed.failure.status.rawValue == 111)
    let lines = failed.failure.lines
    #expect(
      lines.first?.contains("seed 4 fails: limits, the limits of pools and providers") == true)
    #expect(lines.contains { $0.contains("preparing") || $0.contains("removing") })
    #expect((1...40).contains(failed.story.split(separator: "\n").count))
    #expect(failed.story.hasPrefix("day 1 "))
    #expect(lines.last?.contains("--seed 4 ") == true)
  }

  @Test func theCommandThatItNamesRepeatsTheShortestFailure() throws {
    let failed = try fail(["--seed", "4", "--minimise"])
    #expect(failed.failure.lines.contains { $0.contains("shortened from") })
    let words = (failed.failure.lines.last ?? "").split(separator: " ").map(String.init)
    let start = try #require(words.firstIndex(of: "simulate"))
    let again = try fail(Array(words[(start + 1)...]))
    #expect(again.failure.status == failed.failure.status)
    #expect(again.story == failed.story, "the same story")
  }
}
