import DeploymentInterface
import Foundation
import SafeTexts
import TestSupport
import Testing

@testable import DeploymentDrivers

/// One machine is in a list once, and what cannot be read of its claim is said.
@Suite struct StaticListTests {
  @Test(arguments: ["localhost", "LOCALHOST", "::1", "::ffff:127.0.0.1"])
  func oneMachineIsOneHoweverItIsWritten(_ address: String) throws {
    var other = HostList.row("b", 22)
    other["address"] = .text(address)
    let problem = #expect(throws: ParameterProblem.self) {
      try driver("static").makeProvider(["hosts": .rows([HostList.row("a", 22), other])])
    }
    #expect(problem?.sentence.text.hasPrefix("a and b have the same address 127.0.0.1:22") == true)
  }

  @Test func aNameAndItsAddressAreOneMachine() throws {
    func host(_ address: String, _ port: Int) throws -> StaticHost {
      try StaticHost([
        "name": .text(address), "address": .text(address), "port": .integer(port),
      ])
    }
    var identities = HostIdentities()
    #expect(identities.areSame(try host("localhost", 22), try host("127.0.0.1", 22)))
    #expect(!identities.areSame(try host("localhost", 22), try host("127.0.0.1", 23)))
    #expect(!identities.areSame(try host("192.0.2.1", 22), try host("192.0.2.2", 22)))
    #expect(!identities.areSame(try host("no-such-host.invalid", 22), try host("192.0.2.2", 22)))
  }

  @Test(arguments: [
    ("52:54:00:00:00:01", "a and b have the same mac 52:54:00:00:00:01"),
    (
      "01:00:5e:00:00:01",
      "host b has the mac 01:00:5e:00:00:01, which is not the address of one card"
    ),
    (
      "FF:FF:FF:FF:FF:FF",
      "host b has the mac ff:ff:ff:ff:ff:ff, which is not the address of one card"
    ),
    (
      "00:00:00:00:00:00",
      "host b has the mac 00:00:00:00:00:00, which is not the address of one card"
    ),
  ])
  func aMACIsOfOneCardAndOneMachine(_ mac: String, _ sentence: String) throws {
    let rows = [
      HostList.row("a", 22, mac: "52:54:00:00:00:01"), HostList.row("b", 23, mac: mac),
    ]
    let problem = #expect(throws: ParameterProblem.self) {
      try driver("static").makeProvider(["hosts": .rows(rows)])
    }
    #expect(problem?.sentence.text == sentence)
  }

  @Test(arguments: [("", "is empty"), ("{", "is not a claim")])
  func aDamagedClaimIsNamed(_ text: String, _ damage: String) async throws {
    let list = try HostList(1)
    defer { list.end() }
    var one = try list.driven(1)
    #expect(await one.start(.deployForUser) == .finished)
    let file = list.world.folder + "/claims/127.0.0.1+\(list.listeners[0].port).claim"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let sentence = "\(file) \(damage); remove it if nobody uses pc-1"
    #expect(await one.start(.setReady)?.failure == .permanent(sentence))
    var other = try list.driven(2)
    let reason = await other.start(.deployForUser)?.failure?.reason.text
    #expect(reason == "all 1 hosts are in use, or seem so: \(sentence)")
  }
}
