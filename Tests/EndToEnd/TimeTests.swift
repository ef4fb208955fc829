import Basics
import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Clocks that jump or stand still, and an engine that is frozen for a while, as by a machine
  /// that sleeps: nothing is made twice, nothing is given up, and all of it goes on.
  @Suite struct TimeTests {
    private static let configuration = """
      grace: 0s
      providers:
        - name: here
          driver: process
        - name: play
          driver: simulated
      pools:
        - name: jobs
          provider: here
          service:
            command: [/bin/sleep, "86400"]
            environment: { \(CommandEnvironment.mark): $PLACE }
          sizes: { initial: 0, l1: 2, l2: 1, max: 20 }
          names: { prefix: job-, digits: 3 }
          deadlines: { call: 1s, preparing: 10m, osReady: 1h, removing: 1h }
        - name: steps
          provider: play
          service: { steps: 5, stepTime: 50ms, l2: true, seed: 7 }
          sizes: { initial: 0, l1: 2, l2: 1, max: 20 }
          names: { prefix: step-, digits: 3 }
          deadlines: { call: 1s, preparing: 10m, osReady: 1h, removing: 1h }

      """

    @Test func aFrozenEngineGoesOnWhereItWas() throws {
      var (seed, chance) = Soak.chance(of: "freeze")
      try CommandEnvironment.with(Self.configuration) { place in
        let engine = try place.engine()
        try Self.filled(place, l1: 2)
        for round in 0..<Soak.choose(1, soak: 4) {
          let context = "seed \(seed), round \(round)"
          let before = place.jobs()
          let l1 = 4 + round % 2
          try Self.resize(place, l1)
          pass(milliseconds: chance.below(200))
          engine.signal(SIGSTOP)
          // Longer than a call may take; in a soak, than anything that watches.
          pass(milliseconds: Soak.choose(1500, soak: 35_000))
          engine.signal(SIGCONT)
          try Self.filled(place, l1: l1)
          Self.expectUntouched(before, place, context)
          try place.expectEachJobOnce(context)
          #expect(engine.ended() == nil, "\(context)")
        }
      }
    }

    @Test func aTimeOfDayThatJumpsMovesNothing() throws {
      var (seed, chance) = Soak.chance(of: "jumps")
      try CommandEnvironment.with(Self.configuration) { place in
        let clock = try FakeClock(in: place)
        let engine = try place.engine()
        try Self.filled(place, l1: 2)
        let year: Int64 = 366 * 86_400
        let jumps = [20 * year, -30 * year] + Soak.choose([], soak: [3600, 0, -3600, year])
        for (round, jump) in jumps.enumerated() {
          let context = "seed \(seed), set by \(jump) s"
          let before = place.jobs()
          let l1 = 3 + round % 2
          try Self.resize(place, l1)
          pass(milliseconds: chance.below(200))
          clock.setTimeOfDay(by: jump)
          try Self.filled(place, l1: l1)
          Self.expectUntouched(before, place, context)
          try place.expectEachJobOnce(context)
          #expect(engine.ended() == nil, "\(context)")
        }
      }
    }

    @Test func clocksThatStandStillDelayAndGoOn() throws {
      let (seed, _) = Soak.chance(of: "stopped clocks")
      try CommandEnvironment.with(Self.configuration) { place in
        let clock = try FakeClock(in: place)
        let engine = try place.engine()
        try Self.filled(place, l1: 2)
        let before = place.jobs()
        clock.stop()
        // What needs no time is done.
        let answer = try place.dashboard("assign", "jobs", "ana")
        #expect(answer.code == 0, "\(answer)")
        try Self.resize(place, 4)
        let used = try Self.processorTime(of: engine)
        pass(milliseconds: Soak.choose(1000, soak: 15_000))
        let spent = try Self.processorTime(of: engine) - used
        #expect(spent < Soak.choose(60, soak: 900), "\(spent) hundredths of a second: it spins")
        clock.goOn()
        try Self.filled(place, l1: 4, assigned: 1)
        Self.expectUntouched(before, place, "seed \(seed)")
        try place.expectEachJobOnce("seed \(seed)")
        #expect(engine.ended() == nil)
        // And standing clocks keep it from no end.
        clock.stop()
        try place.kill(engine, SIGTERM)
      }
    }

    // MARK: -

    private static func resize(_ place: CommandEnvironment, _ l1: Int) throws {
      for pool in ["jobs", "steps"] {
        let answer = try place.dashboard("resize", pool, "--l1", "\(l1)")
        #expect(answer.code == 0, "\(answer)")
      }
    }

    private static func filled(_ place: CommandEnvironment, l1: Int, assigned: Int = 0) throws {
      _ = try eventually(
        "\(l1) of each are ready", seen: { (try? place.dashboard("deployments").output) ?? "" },
        answer: {
          let there = try place.deployments()
          let isFull = ["jobs", "steps"].allSatisfy { pool in
            there.count { $0.pool == pool && $0.placement == "L1" && $0.isReady } == l1
              && there.count { $0.pool == pool } == l1 + 1 + (pool == "jobs" ? assigned : 0)
          }
          guard there.allSatisfy({ $0.state != "error" }) else {
            throw TooLate(description: "given up: \(there)")
          }
          return isFull ? true : nil
        })
    }

    private static func expectUntouched(
      _ before: [String: [pid_t]], _ place: CommandEnvironment, _ context: String
    ) {
      let now = place.jobs()
      // What is too much may go again; what stays is the same.
      for (name, pids) in now {
        #expect(before[name].map { $0 == pids } != false, "\(name): \(before); \(context)")
      }
    }

    /// The processor time of all threads that are ours. The timer of Dispatch's manager thread,
    /// which a queue that is disposed of starts, spins while the clock stands still.
    private static func processorTime(of process: Child) throws -> Int {
      let threads = "/proc/\(process.pid)/task"
      return try FileManager.default.contentsOfDirectory(atPath: threads).reduce(0) { sum, thread in
        let stat = try String(contentsOfFile: "\(threads)/\(thread)/stat", encoding: .utf8)
        let end = stat.lastIndex(of: ")") ?? stat.startIndex
        let fields = stat[end...].split(separator: " ")
        guard !stat[..<end].hasSuffix(".overcommit"), fields.count > 13 else { return sum }
        return sum + (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)
      }
    }
  }
}
