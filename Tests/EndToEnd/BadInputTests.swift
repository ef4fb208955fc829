import Foundation
import Testing

extension EndToEnd {
  /// What a person can get wrong, and what the program says of it: one line on standard error that
  /// names the place, and the exit code for its kind.
  @Suite struct BadInputTests {
    struct Mistake: CustomTestStringConvertible {
      let what: String
      /// What is right, and what stands there instead.
      let right: String
      let wrong: String
      /// Words of the sentence.
      let says: [String]
      var testDescription: String { what }
    }

    static let mistakes = [
      Mistake(
        what: "an unknown key", right: "steps: 0", wrong: "stepps: 0",
        says: ["stepps", "steps"]),
      Mistake(
        what: "an unknown key of a pool", right: "names: {", wrong: "colour: blue\n    names: {",
        says: ["colour"]),
      Mistake(
        what: "a bare number as a duration", right: "steps: 0", wrong: "steps: 0, stepTime: 50",
        says: ["stepTime", "50"]),
      Mistake(
        what: "more L1 than there may be at all", right: "l1: 2", wrong: "l1: 9",
        says: ["l1", "max"]),
      Mistake(
        what: "an unknown driver", right: "driver: simulated", wrong: "driver: simulator",
        says: ["simulator", "simulated"]),
      Mistake(
        what: "a pool on a provider that is not there", right: "provider: play",
        wrong: "provider: plya", says: ["plya"]),
      Mistake(
        what: "a wrong type", right: "max: 5", wrong: "max: many", says: ["max", "many"]),
      Mistake(what: "no YAML", right: "pools:", wrong: "pools: [", says: []),
    ]

    @Test(arguments: mistakes)
    func saysWhereItIsAndWhatIsAllowed(_ mistake: Mistake) throws {
      try CommandEnvironment.with { place in
        let text = Configurations.pretended
        #expect(text.contains(mistake.right))
        try place.configure(text.replacingOccurrences(of: mistake.right, with: mistake.wrong))

        let engine = try place.dashboard("engine", "--until-idle", "--timeout", "20s")
        #expect(engine.code == 78, "\(engine)")
        #expect(engine.output == "")
        let lines = engine.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(engine)")
        for word in [place.config + ":"] + mistake.says {
          #expect(engine.errors.contains(word), "\(word) is missing: \(engine)")
        }
        #expect(!FileManager.default.fileExists(atPath: place.store))
        #expect(try place.dashboard("check").code == 78)
      }
    }

    @Test func namesTheConfigurationThatIsNotThere() throws {
      try CommandEnvironment.with { place in
        for command in [["engine", "--until-idle"], ["check"], ["pools"]] {
          let missing = place.folder + "/none.yaml"
          let child = try place.run(command + ["--config", missing])
          #expect(child.code == 66, "\(command) \(child)")
          #expect(child.errors.contains(missing), "\(child)")
          #expect(child.errors.split(separator: "\n").count == 1, "\(child)")
        }
      }
    }

    @Test func looksCreateNoStore() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        for command in ["pools", "deployments", "events"] {
          let answer = try place.dashboard(command)
          #expect(answer.code == 66, "\(command) \(answer)")
          #expect(answer.errors.contains(place.store), "\(answer)")
        }
        #expect(!FileManager.default.fileExists(atPath: place.store))
      }
    }

    /// What stands where the store should be, and the code that says so.
    enum Obstacle: CaseIterable {
      case folder, garbage, foreign
    }

    @Test(arguments: Obstacle.allCases)
    func refusesAStoreThatItCannotRead(_ obstacle: Obstacle) throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        switch obstacle {
        case .folder:
          try FileManager.default.createDirectory(
            atPath: place.store, withIntermediateDirectories: false)
        case .garbage:
          try place.write(String(repeating: "not a database, ", count: 500), to: place.store)
        case .foreign:
          try place.sqlite("create table guests (name text)")
        }
        let before = FileManager.default.contents(atPath: place.store)
        for command in [["engine", "--until-idle"], ["pools"]] {
          let answer = try place.run(command + ["--config", place.config])
          #expect(answer.code == 74, "\(command) \(answer)")
          #expect(answer.errors.contains(place.store), "\(answer)")
          #expect(answer.errors.split(separator: "\n").count == 1, "\(answer)")
        }
        #expect(FileManager.default.contents(atPath: place.store) == before)
      }
    }

    @Test func refusesWordsThatItDoesNotKnow() throws {
      try CommandEnvironment.with(Configurations.pretended) { place in
        for command in [["frobnicate"], ["pools", "--frobnicate"], ["move", "--to", "L3", "x"]] {
          let answer = try place.run(command + ["--config", place.config])
          #expect(answer.code == 64, "\(command) \(answer)")
        }
      }
    }
  }
}
