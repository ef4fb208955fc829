import Basics
import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// The system gives no new process and no new thread: nothing that runs is forgotten or ended,
  /// and what was asked is done when it gives them again.
  @Suite(.enabled(if: OtherUser.isPossible, "nobody else can be run as here"))
  struct ShortageTests {
    private static let configuration =
      Configurations.sleepers(l1: 2, l2: 1, max: 20) + """
          - name: lab
            provider: folders
            service: { cacheLevels: L1 }
            sizes: { l1: 1, l2: 0, max: 6 }
            names: { prefix: lab-, digits: 3 }

        """

    private static let folders = """
        - name: folders
          driver: command
          command: [\(Program.python), -S, -E, $PLACE/driver.py]
          config: { root: $PLACE/made }

      """

    @Test func whatCannotBeStartedIsAskedForAgain() throws {
      var (seed, chance) = Soak.chance(of: "shortage")
      try OtherUser.with { place in
        try Self.prepare(place)
        let engine = try OtherUser.engine(in: place)
        try place.filled(jobs: 3)
        for round in 0..<Soak.choose(1, soak: 4) {
          let context = "seed \(seed), round \(round)"
          let before = place.jobs()
          let made = Self.folders(in: place)
          pass(milliseconds: chance.below(Soak.choose(200, soak: 15_000)))

          // Its own threads are more than one already.
          try OtherUser.limitProcesses(of: engine, to: 1, in: place)
          // Never fewer than before: what is there is to stay.
          let wanted = 3 + round
          for pool in ["jobs", "lab"] {
            #expect(try place.dashboard("resize", pool, "--l1", "\(wanted)").code == 0)
          }
          for (pool, what) in [("jobs", "cannot start /bin/sleep"), ("lab", "python")] {
            _ = try eventually(
              "it says what is missing for \(pool)",
              seen: { (try? place.dashboard("events").output) ?? "" }
            ) {
              let lines = try place.dashboard("events").output.split(separator: "\n")
              return lines.contains { line in
                [" \(pool) ", what, "Resource temporarily"].allSatisfy(line.contains)
              } ? true : nil
            }
          }
          #expect(try place.deployments().allSatisfy { $0.state != "error" }, "\(context)")
          Self.expectUntouched(before, made, place, context)

          try OtherUser.limitProcesses(of: engine, to: nil, in: place)
          _ = try eventually("both pools are full", seen: { "\((try? place.deployments()) ?? [])" })
          {
            let there = try place.deployments()
            let (jobs, lab) = (
              there.filter { $0.pool == "jobs" }, there.filter { $0.pool == "lab" }
            )
            let isFull = jobs.count >= wanted + 1 && lab.count >= wanted
            return isFull && there.allSatisfy(\.isReady) ? true : nil
          }
          Self.expectUntouched(before, made, place, context)
          try place.expectEachJobOnce(context)
        }
      }
    }

    @Test func anEngineWithoutAThreadSaysSoAndEnds() throws {
      try OtherUser.with { place in
        try place.configure(Configurations.pretended)
        try place.tool("chown", "-R", OtherUser.name, place.folder)
        let answer = try OtherUser.run(
          [
            "prlimit", "--nproc=1", place.folder + "/dashboard", "engine", "--config", place.config,
          ],
          in: place)
        #expect(answer.code == 74, "\(answer)")
        #expect(answer.errors.contains("the system cannot create a thread"), "\(answer)")
      }
    }

    // MARK: -

    private static func prepare(_ place: CommandEnvironment) throws {
      try FileManager.default.copyItem(atPath: Program.example, toPath: place.folder + "/driver.py")
      mkdir(place.folder + "/made", 0o700)
      try place.configure(
        configuration.replacingOccurrences(of: "pools:\n", with: folders + "pools:\n"))
      try place.tool("chown", "-R", OtherUser.name, place.folder)
    }

    private static func folders(in place: CommandEnvironment) -> Set<String> {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: place.folder + "/made"))
      return Set((names ?? []).filter { !$0.hasPrefix(".") })
    }

    private static func expectUntouched(
      _ jobs: [String: [pid_t]], _ made: Set<String>, _ place: CommandEnvironment, _ context: String
    ) {
      let now = place.jobs()
      for (name, pids) in jobs { #expect(now[name] == pids, "\(name): \(now); \(context)") }
      #expect(folders(in: place).isSuperset(of: made), "\(context)")
    }
  }
}
