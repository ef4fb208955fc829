import Testing

extension EndToEnd {
  /// `dashboard simulate` as a person runs it.
  @Suite struct SimulateTests {
    private struct Shown: Decodable, Hashable {
      let events: Int
      let faults: Int
      let trace: String
    }

    @Test func oneSeedIsOneTraceInTwoProcesses() throws {
      try CommandEnvironment.with { place in
        func run(_ seed: String) throws -> Shown {
          let answer = try place.dashboard(
            "simulate", "--seed", seed, "--runs", "3", "--steps", "200", "--json")
          #expect(answer.code == 0, "\(answer)")
          return try answer.json()
        }
        let first = try run("11")
        #expect(try run("11") == first)
        #expect(first.events > 200 && first.faults > 0)
        #expect(try run("12").trace != first.trace)
      }
    }

    @Test func aWorldIsWatchedStoppedAndSteppedThrough() throws {
      try CommandEnvironment.with { place in
        let terminal = try Terminal(
          "\(Program.path) simulate --seed 7 --preset nine-o-clock --from 2h --screen",
          in: place, size: .large)
        try terminal.shows("SIMULATION nine-o-clock 7: 60x", "desk", "there")
        try terminal.press("P")
        try terminal.shows("7: paused")
        try terminal.press("]", ".")
        try terminal.press("?", "/")
        try terminal.type("simulation.")
        try terminal.shows("simulation.step", "simulation.faster")
        try terminal.press("Escape")
        try terminal.hides("simulation.faster")
        try terminal.press("Escape")
        try terminal.press("q")
        #expect(try terminal.end().code == 0)
      }
    }

    @Test func aScreenNeedsATerminal() throws {
      try CommandEnvironment.with { place in
        let answer = try place.run(["simulate", "--seed", "1", "--screen"])
        #expect(answer.code == 1 && answer.errors.contains("--screen needs a terminal"))
        #expect(try place.run(["simulate", "--seed", "1", "--from", "2h"]).code == 64)
      }
    }

    @Test func saysWhatItLivedThrough() throws {
      try CommandEnvironment.with { place in
        let answer = try place.dashboard("simulate", "--seed", "5", "--steps", "60", "--trace")
        #expect(answer.code == 0, "\(answer)")
        #expect(answer.output.contains("is called: deployForCache"))
        #expect(answer.output.contains("1 run from seed 5: nothing is wrong"))
      }
    }

    @Test func aFailingRunSaysWhatIsBrokenTellsTheStoryAndHowToRepeatIt() throws {
      try CommandEnvironment.with { place in
        let failed = try place.dashboard("simulate", "--seed", "4", "--judge-limits-lower", "1")
        #expect(failed.code == 111, "\(failed)")
        let said = failed.errors.split(separator: "\n").map(String.init)
        #expect(
          said.first?.contains("seed 4 fails: limits, the limits of pools and providers") == true)
        #expect(said.contains { $0.contains("preparing") || $0.contains("removing") })
        #expect((1...40).contains(failed.output.split(separator: "\n").count))
        #expect(failed.output.hasPrefix("day 1 "))
        #expect(said.last?.contains("--seed 4 ") == true)
      }
    }

    @Test func theCommandThatItNamesRepeatsTheShortestFailure() throws {
      try CommandEnvironment.with { place in
        let arguments = ["simulate", "--seed", "4", "--judge-limits-lower", "1", "--minimise"]
        let failed = try place.run(arguments)
        #expect(failed.code == 111 && failed.errors.contains("shortened from"), "\(failed)")
        let command = failed.errors.split(separator: "\n").last ?? ""
        let words = command.split(separator: " ").map(String.init)
        let start = try #require(words.firstIndex(of: "simulate"))
        let again = try place.run(Array(words[start...]))
        #expect(again.code == 111)
        #expect(again.output == failed.output, "the same story")
      }
    }
  }
}
