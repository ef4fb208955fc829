import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import DeploymentDrivers

/// An address is an IP, a host name, or either with a port; all sources are checked.
@Suite struct AddressTests {
  @Test(arguments: [
    "192.0.2.1", "192.0.2.1:22", "127.0.0.1:20000", "::1", "2001:db8::1", "[2001:db8::1]",
    "[2001:db8::1]:3389", "fe80::1%eth0", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8", "pc-1",
    "pc_1.example.org", "pc-1.example.org.", "pc-1:22", "localhost", "xn--bcher-kva.example",
  ])
  func anAddressIsTaken(_ text: String) {
    #expect(AddressText.problem(text) == nil)
  }

  @Test(arguments: [
    "", " ", "-oProxyCommand=x", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1:0",
    "192.0.2.1:65536", "192.0.2.1:", "192.0.2.1/24", "192.0.2.1, 192.0.2.2", "[::1",
    "[::1]22", "[192.0.2.1]:22", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", "a b",
    "http://pc-1", "pc-1/x", "pc-.example", "-pc", "pc..example", "pc-1:ssh", "12", "büro",
    "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "[ff02::1]:22", "$(id)", "ana@pc-1",
  ])
  func anythingElseIsRefused(_ text: String) {
    #expect(AddressText.problem(text) != nil)
  }

  @Test func oneHostHasOneCanonicalForm() {
    #expect(
      Set(
        ["localhost", "LOCALHOST.", "127.0.0.1", "::1", "0:0::1", "::ffff:127.0.0.1"].map(
          AddressText.canonical)) == ["localhost"])
    #expect(AddressText.canonical("2001:DB8::1") == AddressText.canonical("2001:db8:0::0:1"))
    #expect(AddressText.canonical("127.0.0.2") != AddressText.canonical("127.0.0.1"))
    #expect(AddressText.canonical("PC-1.") == "pc-1")
  }

  @Test(arguments: ["not an address", "10.0.0.1/24", "-oProxyCommand=x", "\u{1b}[2J"])
  func aProgramThatGivesAnyTextIsRefused(_ text: String) async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let seen = #"\"power\":\"running\",\"key\":\"$key\",\"owner\":\"$owner\""#
    let escaped = text.replacing("\u{1b}", with: "\\\\u001b")
    let program = try world.shell(
      #"reply "\"outcome\":\"done\",\"observed\":{\#(seen),\"ip\":\"\#(escaped)\"}""#)
    var driven = try world.driven(program)
    let failure = try #require(await driven.start(.deployForUser)?.failure)
    #expect(failure.kind == .unknown)
    #expect(failure.reason.text.contains("the driver's answer is refused: its `ip` `"))
    #expect(driven.ip == nil)
    #expect(!String(decoding: driven.data, as: UTF8.self).contains("oProxy"))
  }

  @Test func whatAnAgentReportedIsKeptByTheProgramsDriver() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      "case $1 in status) seen running;; *) reply '\"outcome\":\"done\"';; esac")
    var driven = try world.driven(program)
    #expect(await driven.start(.deployForCache(.l1)) == .finished)
    #expect(driven.ip == "192.0.2.1")
    try await report(&driven)
  }

  @Test func whatAnAgentReportedIsKeptByTheSimulation() async throws {
    var driven = Driven(try service("simulated", [:]))
    #expect(await driven.start(.deployForCache(.l1)) == .finished)
    try await report(&driven)
  }

  @Test func whatAnAgentReportedIsKeptByAProcess() async throws {
    let world = ProcessWorld()
    defer { world.end() }
    var driven = try world.driven(Commands.server)
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    try await report(&driven)
    #expect(try await driven.run(.destroy) == .finished)
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    #expect(driven.ip?.hasPrefix("127.0.0.1:") == true)
  }

  @Test func whatAnAgentReportedIsKeptByAListedMachine() async throws {
    let list = try HostList(1)
    defer { list.end() }
    var driven = try list.driven()
    #expect(await driven.start(.deployForCache(.l1)) == .finished)
    try await report(&driven)
  }

  private func report(_ driven: inout Driven) async throws {
    await driven.call(nil, notices: [.setIp("192.168.7.7")])
    #expect(driven.ip == "192.168.7.7")
    #expect(try await driven.run(.setReady) == .finished)
    #expect(driven.ip == "192.168.7.7")
  }

  @Test func theCallOfAProgramIsInItsEnvironmentAndNotInThatOfDeployments() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(
      """
      echo "$DASHBOARD_CALL $call" >> \(world.folder)/marks
      case $1 in status) seen running;; *) reply '"outcome":"done"';; esac
      """)
    var driven = try world.driven(program)
    #expect(await driven.start(.setReady) == .finished)
    let marks = ProcessWorld.text("\(world.folder)/marks").split(separator: "\n")
    #expect(marks.count == 2)
    for line in marks {
      let words = line.split(separator: " ")
      #expect(words.count == 2 && words[0] == words[1])
      #expect(CallMark.call(String(words[0]), of: 1) == nil)
    }
    #expect(CallMark.call(nil, of: 1) == nil)
    let processes = ProcessWorld()
    defer { processes.end() }
    var process = try processes.driven(Commands.sleeper)
    #expect(try await process.run(.deployForUser) == .finished)
    let pid = try #require(processes.leaders.first).pid
    #expect(!ProcessWorld.proc(pid, "environ").contains("DASHBOARD_CALL="))
  }
}
