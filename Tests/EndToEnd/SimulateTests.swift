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
  }
}
