import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Many processes that use one store in the same instant.
  @Suite struct CrowdTests {
    private static let configuration = """
      providers: [{ name: here, driver: simulated }]
      pools:
        - name: lab
          provider: here
          service: { steps: 1, stepTime: 10ms }
          sizes: { l1: 20, max: 30 }
      """

    @Test func everybodyIsServedOrRefusedWithTheReason() throws {
      let count = Soak.choose(60, soak: 200)
      try CommandEnvironment.with(Self.configuration) { place in
        try place.engine()
        let asked = try (0..<count).map {
          try place.begin(["assign", "lab", "user\($0)", "--config", place.config])
        }
        var served = 0
        for one in asked {
          let answer = try eventually("an answer", within: 300) { place.finished(one) }
          #expect([0, 1].contains(answer.code), "\(answer)")
          if answer.code == 0 { served += 1 }
          if answer.code == 1 { #expect(answer.errors.contains("is full"), "\(answer)") }
        }
        #expect(served == 30)
        #expect(try place.deployments().count { $0.user != nil } == 30)
      }
    }

    /// Neither the place in the queue nor what is made for a user outlives a killed command.
    @Test func aKilledCommandGivesItsUsersPlaceBack() throws {
      let configuration = """
        grace: 0s
        providers: [{ name: here, driver: simulated, limits: { preparing: 1 } }]
        pools:
          - name: lab
            provider: here
            service: { hang: [deployForCache, deployForUser] }
            sizes: { max: 2 }
        """
      try CommandEnvironment.with(configuration) { place in
        try place.engine()
        let commands = try ["ann", "bob"].map { user in
          let command = try place.start(["assign", "lab", user, "--wait", "--config", place.config])
          _ = try eventually("\(user) is promised one") {
            try place.dashboard("why", user).output.contains("\(user) waits") ? true : nil
          }
          return command
        }
        for command in commands { try place.kill(command, SIGKILL) }
        _ = try eventually("both no longer wait") {
          let events = try place.dashboard("events").output
          return ["ann", "bob"].allSatisfy { events.contains("\($0) no longer waits") } ? true : nil
        }
        #expect(try place.deployments().allSatisfy { $0.user == nil })
      }
    }

    /// The key says that the same command may come again.
    @Test func aKilledCommandWithAKeyCanBeRepeated() throws {
      try CommandEnvironment.with(Self.slow) { place in
        try place.engine()
        let line = ["assign", "lab", "ann", "--wait", "--key", "k1", "--config", place.config]
        let command = try place.start(line)
        _ = try eventually("ann waits") {
          try place.dashboard("why", "ann").output.contains("ann waits") ? true : nil
        }
        try place.kill(command, SIGKILL)
        let again = try place.begin(line)
        let answer = try eventually("an answer", within: 300) { place.finished(again) }
        #expect(answer.code == 0, "\(answer)")
        #expect(answer.output.hasPrefix("10."), "\(answer)")
      }
    }

    private static let slow = """
      providers: [{ name: here, driver: simulated }]
      pools:
        - name: lab
          provider: here
          service: { steps: 3, stepTime: 2s }
          sizes: { max: 2 }
      """

    @Test func whoLooksWhileAStoreIsMadeGetsAnAnswer() throws {
      for _ in 0..<Soak.choose(3, soak: 30) {
        try CommandEnvironment.with(Self.configuration) { place in
          let engine = try place.start(["engine", "--config", place.config])
          var answers = 0
          while answers < 3 {
            let pools = try place.dashboard("pools")
            // Before the engine has taken the store, there is none.
            #expect([0, 66].contains(pools.code), "\(pools)")
            if pools.code == 0 {
              answers += 1
              #expect(pools.output.contains("lab"), "\(pools)")
            }
            let doctor = try place.dashboard("doctor")
            #expect(!doctor.output.contains("TROUBLE  store"), "\(doctor)")
          }
          try place.kill(engine, SIGTERM)
        }
      }
    }
  }
}
