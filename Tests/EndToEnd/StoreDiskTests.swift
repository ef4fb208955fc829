import Basics
import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// The disk under the store: full, read-only, and shared with somebody who locks the store.
  @Suite struct StoreDiskTests {
    private static let configuration = Configurations.sleepers(l1: 2, l2: 1, max: 40)

    @Test(.enabled(if: SmallDisk.isPossible, "no file system can be mounted here"))
    func aFullDiskDelaysWhatWasAskedAndHarmsNothing() throws {
      var (seed, chance) = Soak.chance(of: "full disk")
      try SmallDisk.with(Self.configuration) { place, disk in
        var engine = try place.engine()
        try place.filled(jobs: 3)
        for round in 0..<Soak.choose(1, soak: 12) {
          let context = "seed \(seed), round \(round)"
          let before = place.jobs()
          let user = "user\(round)"
          let asked = try place.begin(["assign", "jobs", user, "--config", place.config])
          pass(milliseconds: chance.below(400))
          try disk.fill()
          // What it is already, since a log that has grown in earlier rounds may take it all the
          // same.
          let refused = try place.dashboard("resize", "jobs", "--l1", "2")
          #expect(refused.code == 74 || round > 0 && refused.code == 0, "\(context): \(refused)")
          #expect(
            refused.code == 0 || refused.errors.contains("disk is full; free some space"),
            "\(context): \(refused)")
          let doctor = try place.dashboard("doctor")
          #expect(doctor.output.contains("TROUBLE  disk: 0 kB free for"), "\(context): \(doctor)")
          // An engine that starts now does not, or comes to nothing; and it does no harm.
          if chance.below(2) == 0 {
            try place.kill(engine)
            let started = try place.settle(within: 5)
            #expect([0, 1, 74].contains(started.code), "\(context): \(started)")
          }
          Self.expectUntouched(before, place, context)
          disk.empty()
          if engine.ended() != nil { engine = try place.engine() }
          let answer = try eventually("the answer to \(user)") { place.finished(asked) }
          let held = try place.deployments().filter { $0.user == user }
          #expect(held.count == (answer.code == 0 ? 1 : held.count), "\(context): \(answer)")
          #expect(held.count <= 1, "\(context): \(held)")
          for one in held { _ = try place.dashboard("destroy", one.id, "--wait") }
          try place.filled(jobs: 3)
          try place.expectEachJobOnce(context)
        }
      }
    }

    @Test(.enabled(if: SmallDisk.isPossible, "no file system can be mounted here"))
    func aReadOnlyDiskIsReadAndSaidAndNothingElse() throws {
      try SmallDisk.with(Self.configuration) { place, disk in
        for hasLog in [true, false] {
          let engine = try place.engine()
          try place.filled(jobs: 3)
          try place.kill(engine, hasLog ? SIGKILL : SIGTERM)
          if !hasLog {
            try place.sqlite("PRAGMA wal_checkpoint(TRUNCATE)")
          }
          let running = place.jobs()
          let known = try place.deployments().map(\.name)
          if !hasLog { for end in ["-wal", "-shm"] { unlink(place.store + end) } }
          try disk.setReadOnly(true)
          #expect(try place.deployments().map(\.name) == known, "log: \(hasLog)")
          #expect(try place.dashboard("pools").code == 0, "log: \(hasLog)")
          #expect(try place.dashboard("assign", "jobs", "ana").code == 69, "log: \(hasLog)")
          let started = try place.dashboard("engine")
          #expect(started.code == 74, "log: \(hasLog): \(started)")
          #expect(started.errors.contains("is mounted read-only"), "\(started)")
          #expect(started.errors.split(separator: "\n").count == 1, "\(started)")
          let doctor = try place.dashboard("doctor")
          #expect(doctor.code == 1, "log: \(hasLog): \(doctor)")
          #expect(doctor.output.contains("is mounted read-only"), "\(doctor)")
          try disk.setReadOnly(false)
          Self.expectUntouched(running, place, "log: \(hasLog)")
          #expect(try place.settle().code == 0)
          Self.expectUntouched(running, place, "log: \(hasLog)")
        }
      }
    }

    @Test func aStoreThatSomebodyLocksIsWaitedFor() throws {
      try CommandEnvironment.with(Self.configuration) { place in
        let engine = try place.engine()
        try place.filled(jobs: 3)
        let running = place.jobs()
        let locked = try place.lock()
        let named = "is locked by process \(locked.pid) (python3, user "
        let asked = try place.dashboard("assign", "jobs", "ana")
        #expect(asked.code == 74, "\(asked)")
        #expect(asked.errors.contains(named), "\(asked)")
        #expect(try place.deployments().allSatisfy { $0.user == nil })
        #expect(engine.ended() == nil)
        // Nor does one that starts take it for its own.
        try place.kill(engine)
        let started = try place.settle()
        #expect(started.code == 74, "\(started)")
        #expect(started.errors.contains(named), "\(started)")
        Self.expectUntouched(running, place, "locked")
        locked.signal(SIGKILL)
        _ = try locked.end()
        try place.engine()
        #expect(try place.dashboard("assign", "jobs", "luis").code == 0)
        try place.filled(jobs: 4)
        try place.expectEachJobOnce("afterwards")
      }
    }

    private static func expectUntouched(
      _ before: [String: [pid_t]], _ place: CommandEnvironment, _ context: String
    ) {
      let now = place.jobs()
      for (name, pids) in before { #expect(now[name] == pids, "\(name): \(now); \(context)") }
      #expect(now.values.allSatisfy { $0.count == 1 }, "\(now); \(context)")
    }
  }
}

extension CommandEnvironment {
  /// Another program that writes to the store and does not finish.
  fileprivate func lock() throws -> Child {
    let code = """
      import sqlite3, sys, time
      store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
      store.execute("BEGIN IMMEDIATE")
      open(sys.argv[2], "w").close()
      time.sleep(3600)
      """
    let sign = folder + "/locked"
    let child = try Child(
      Program.python, ["-S", "-c", code, store, sign], environment: environment)
    _ = try eventually("the store is locked") {
      FileManager.default.fileExists(atPath: sign) ? true : nil
    }
    return child
  }
}
