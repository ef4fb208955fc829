import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// A second account, which is a member of the store's group: it looks and acts, and never becomes
  /// the engine.
  @Suite(.enabled(if: OtherUser.isPossible, "nobody else can be run as here"))
  struct SecondUserTests {
    private static let configuration = """
      access: group
      grace: 0s
      providers:
        - name: here
          driver: simulated
      pools:
        - name: lab
          provider: here
          service: { steps: 1, stepTime: 10ms }
          sizes: { l1: 2, max: 6 }
      """

    /// Runs a test in a place whose folder belongs to the other user's group.
    private func with(_ test: (CommandEnvironment, Member) throws -> Void) throws {
      try CommandEnvironment.with(Self.configuration) { place in
        try FileManager.default.copyItem(
          atPath: Program.path, toPath: place.folder + "/dashboard")
        try place.tool("chmod", "-R", "a+rX", place.folder)
        try place.tool("chgrp", "\(OtherUser.number)", place.folder)
        try place.tool("chmod", "2750", place.folder)
        try test(place, Member(place: place))
      }
    }

    private struct Member {
      let place: CommandEnvironment

      func dashboard(_ words: String...) throws -> Answer {
        let program = place.folder + "/dashboard"
        return try OtherUser.run([program] + words + ["--config", place.config], in: place)
      }
    }

    private func waiting(_ place: CommandEnvironment) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: place.folder + "/asks")
    }

    @Test func looksAndActsUnderItsOwnName() throws {
      try with { place, member in
        try place.engine()
        #expect(try member.dashboard("pools").code == 0)
        let given = try member.dashboard("assign", "lab", "ana", "--wait")
        #expect(given.code == 0 && given.output.hasPrefix("10."), "\(given)")
        let refused = try member.dashboard("release", "lab-999")
        #expect(refused.code == 66, "\(refused)")
        let events = try place.dashboard("events", "--json").output
        #expect(events.contains(#""actor": "nobody""#), "\(events)")
        #expect(try waiting(place).isEmpty)
      }
    }

    @Test func leavesNothingBehindWithoutAnEngineButReports() throws {
      try with { place, member in
        let engine = try place.engine()
        let given = try member.dashboard("assign", "lab", "ana", "--wait", "--json")
        let anas = try place.deployments().first { $0.user == "ana" }
        let name = try #require(anas?.uniqueId, "\(given)")
        try place.kill(engine)
        let refused = try member.dashboard("assign", "lab", "eve")
        #expect(refused.code == 69, "\(refused)")
        #expect(try waiting(place).isEmpty)
        let kept = try member.dashboard("notify", "login", name, "ana")
        #expect(kept.code == 0 && kept.output.contains("kept for the next one"), "\(kept)")
        let takeOver = try member.dashboard("engine", "--until-idle")
        #expect(takeOver.code == 77, "\(takeOver)")
        try place.engine()
        let isHeard = try eventually {
          try place.deployments().contains { $0.user == "ana" && $0.inUse == true }
        }
        #expect(isHeard)
        #expect(try waiting(place).isEmpty)
      }
    }

    @Test func withdrawsWhatAFrozenEngineDoesNotTake() throws {
      try with { place, member in
        let engine = try place.engine()
        engine.signal(SIGSTOP)
        let answer = try member.dashboard("assign", "lab", "ana")
        #expect(answer.code == 69 && answer.errors.contains("request withdrawn"), "\(answer)")
        #expect(try waiting(place).isEmpty)
        engine.signal(SIGCONT)
        #expect(try member.dashboard("assign", "lab", "ben", "--wait").code == 0)
        #expect(try place.deployments().allSatisfy { $0.user != "ana" })
      }
    }
  }
}
