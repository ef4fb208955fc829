import Basics
import DeploymentInterface
import DriverConformance
import Foundation
import SafeTexts
import TestSupport
import Testing

@testable import DeploymentDrivers

/// A list of hosts, each a port of this machine.
final class HostList {
  let world: CommandWorld
  private(set) var listeners: [Listener]
  private(set) var rows: [ParameterValues]
  private var off: Set<Int> = []

  init(_ count: Int) throws {
    world = try CommandWorld()
    listeners = (0..<count).map { _ in Self.machine(0) }
    rows = listeners.enumerated().map { index, listener in
      Self.row("pc-\(index + 1)", listener.port)
    }
  }

  static func row(_ name: String, _ port: UInt16, mac: String? = nil) -> ParameterValues {
    var row: ParameterValues = [
      "name": .text(name), "address": .text("127.0.0.1"), "port": .integer(Int(port)),
    ]
    row["mac"] = mac.map { .text($0) }
    return row
  }

  /// Stops listening on the port of a host.
  func switchOff(_ index: Int) {
    if off.insert(index).inserted { Self.end(listeners[index]) }
  }
  func switchOn(_ index: Int) {
    listeners[index] = Self.machine(listeners[index].port)
    off.remove(index)
  }

  /// A listener that accepts every connection, because a full queue would not answer.
  static func machine(_ port: UInt16) -> Listener {
    let listener = Listener(port: port)
    Thread.detachNewThread {
      while true {
        let client = accept(listener.socket, nil, nil)
        guard client >= 0 else { return }
        close(client)
      }
    }
    return listener
  }

  private static func end(_ listener: Listener) {
    // Wakes the thread in `accept`; closing alone would not.
    shutdown(listener.socket, Int32(SHUT_RDWR))
    listener.end()
  }
  func giveMAC(_ index: Int) {
    rows[index]["mac"] = .text("52:54:00:00:00:0\(index + 1)")
  }
  func removeRow(_ index: Int) { rows.remove(at: index) }

  func service(_ parameters: ParameterValues = [:]) throws -> any Service {
    var parameters = parameters
    parameters["readyWithin"] = parameters["readyWithin"] ?? .duration(.milliseconds(1))
    return try provider().makeService(parameters)
  }

  func provider() throws -> any Provider {
    try driver("static").makeProvider([
      "hosts": .rows(rows), "claims": .text(world.folder + "/claims"),
    ])
  }

  func driven(_ id: Int64 = 1, _ parameters: ParameterValues = [:]) throws -> Driven {
    var driven = Driven(try service(parameters))
    driven.id = id
    driven.name = "lab-00\(id)"
    return driven
  }

  var claims: [HostClaims.Claim] {
    get throws { try HostClaims(folder: world.folder + "/claims").all().map(\.value) }
  }

  func end() {
    for index in listeners.indices { switchOff(index) }
    world.end()
  }
}

@Suite struct StaticTests {
  @Test func passesEveryCheck() async throws {
    let list = try HostList(8)
    defer { list.end() }
    var fixture = ConformanceFixture(try list.service(), owner: "kit")
    let claims = HostClaims(folder: list.world.folder + "/claims")
    fixture.count = { thing in
      let number = DeploymentID(thing.id).description
      return try claims.all().values.count { $0.isOf(thing.owner, number) }
    }
    let report = await Conformance(fixture).run()
    #expect(report.failures.isEmpty)
    // No L2, no publications, no foreign resources; a vanished machine is tested below.
    #expect(report.skips.count == 24)
    #expect(try list.claims.isEmpty)
  }

  @Test func handsOutTheFirstFreeOneThatAnswers() async throws {
    let list = try HostList(3)
    defer { list.end() }
    list.switchOff(0)
    var one = try list.driven(1)
    var other = try list.driven(2)
    #expect(await one.start(.deployForCache(.l1)) == .finished)
    #expect(await other.start(.deployForUser) == .finished)
    #expect(one.last.name == "pc-2" && other.last.name == "pc-3")
    #expect(one.ip == "127.0.0.1:\(list.listeners[1].port)")
  }

  @Test func oneThatDoesNotAnswerIsNamedTriedAgainAndNotHandedOut() async throws {
    let list = try HostList(2)
    defer { list.end() }
    list.switchOff(1)
    var one = try list.driven(1)
    var other = try list.driven(2)
    #expect(await one.start(.deployForCache(.l1)) == .finished)
    let failure = try #require(await other.start(.deployForCache(.l1))?.failure)
    #expect(failure.kind == .transient)
    #expect(failure.reason.text.hasPrefix("no free host answers: pc-2 (127.0.0.1:"))
    #expect(failure.reason.text.hasSuffix("connection refused"))
    list.switchOn(1)
    #expect(await other.start(.deployForCache(.l1)) == .finished)
    #expect(other.last.name == "pc-2")
  }

  @Test func noneIsHandedOutTwiceWhoeverAsks() async throws {
    let list = try HostList(4)
    defer { list.end() }
    let trials = try (1...8).map { try list.driven($0) }
    let names = await withTaskGroup(of: String?.self) { group in
      for trial in trials {
        group.addTask {
          var trial = trial
          return await trial.start(.deployForUser) == .finished ? trial.last.name?.text : nil
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(names.compactMap(\.self).sorted() == ["pc-1", "pc-2", "pc-3", "pc-4"])
    #expect(try list.claims.count == 4)
  }

  @Test func whenAllAreHandedOutItSaysSo() async throws {
    let list = try HostList(1)
    defer { list.end() }
    var one = try list.driven(1)
    var other = try list.driven(2)
    other.owner = "another"
    #expect(await one.start(.deployForUser) == .finished)
    let reason = try #require(await other.start(.deployForUser)?.failure?.reason.text)
    #expect(reason.contains("all 1 hosts are in use, 1 of them by another engine"))
    #expect(reason.contains("remove \(list.world.folder)/claims/127.0.0.1+"))
    #expect(await one.start(.destroy) == .finished)
    #expect(await other.start(.deployForUser) == .finished)
  }

  @Test func oneThatSleepsIsWokenAndWaitedFor() async throws {
    let list = try HostList(1)
    defer { list.end() }
    list.giveMAC(0)
    list.switchOff(0)
    var one = try list.driven(1, ["readyWithin": .duration(.minutes(3))])
    #expect(await one.start(.deployForCache(.l1)) == .running)
    #expect(one.last.suggestedTime == .seconds(2))
    #expect(one.log.contains { $0.contains("woke") && $0.contains("pc-1") })
    #expect(await one.check(.deployForCache(.l1)) == .running)
    list.switchOn(0)
    #expect(await one.check(.deployForCache(.l1)) == .finished)
    #expect(one.last.uniqueId == "52:54:00:00:00:01")
  }

  @Test func oneThatStaysSilentIsAnErrorWhenItsTimeIsOver() async throws {
    let list = try HostList(1)
    defer { list.end() }
    var one = try list.driven(1, ["readyWithin": .duration(.minutes(3))])
    #expect(await one.start(.deployForCache(.l1)) == .finished)
    list.switchOff(0)
    #expect(await one.call(.start(.setReady)) == .running)
    one.milliseconds = 179_999
    #expect(await one.check(.setReady) == .running)
    one.milliseconds = 180_000
    let failure = try #require(await one.check(.setReady)?.failure)
    #expect(failure.kind == .permanent)
    #expect(failure.reason.text.contains("did not answer within 3 min"))
    #expect(try list.claims.count == 1, "it stays claimed until it is given back")
  }

  @Test func oneThatLeftTheListStaysWithItsUserAndGoesToNobodyElse() async throws {
    let list = try HostList(2)
    defer { list.end() }
    var used = try list.driven(1)
    var cached = try list.driven(2)
    used.placement = .assigned("ana")
    #expect(await used.start(.deployForUser) == .finished)
    #expect(await used.start(.setReady) == .finished)
    #expect(await cached.start(.deployForCache(.l1)) == .finished)
    list.removeRow(1)
    list.removeRow(0)
    list.addRow(named: "pc-9")
    used = try list.again(used)
    cached = try list.again(cached)
    #expect(await used.start(.setReady) == .finished)
    let failure = try #require(await cached.start(.setReady)?.failure)
    let reason = failure.reason.text
    #expect(failure.kind == .gone)
    #expect(reason.contains("pc-2") && reason.contains("no longer listed in hosts"))
    #expect(await used.start(.destroy) == .finished)
    #expect(await cached.start(.destroy) == .finished)
    var next = try list.driven(3)
    #expect(await next.start(.deployForUser) == .finished)
    #expect(next.last.name == "pc-9")
  }

  @Test func claimsOnMachinesThatLeftTheListAreToldOfAtOnce() async throws {
    let list = try HostList(2)
    defer { list.end() }
    var first = try list.driven(1)
    var second = try list.driven(2)
    #expect(await first.start(.deployForCache(.l1)) == .finished)
    #expect(await second.start(.deployForCache(.l1)) == .finished)
    // Checking a cached machine does not assign it.
    #expect(await second.start(.setReady) == .finished)
    list.removeRow(1)
    let heard = Mutex<[DriverNotice]>([])
    let sink = NoticeSink(owner: "owner") { notice in heard.withLock { $0.append(notice) } }
    try #require(try list.provider() as? any NoticeSource).watch(sink)
    #expect(heard.withLock { $0.map(\.deployment) } == [DeploymentID(2)])
    second = try list.again(second)
    let reason = try #require(await second.start(.setReady)?.failure?.reason.text)
    #expect(reason.contains("no longer listed in hosts"))
  }

  @Test func aClaimThatWasLostIsTakenAgainUnlessAnotherHasIt() async throws {
    let list = try HostList(1)
    defer { list.end() }
    var one = try list.driven(1)
    var other = try list.driven(2)
    #expect(await one.start(.deployForUser) == .finished)
    try FileManager.default.removeItem(atPath: list.world.folder + "/claims")
    #expect(await one.start(.setReady) == .finished)
    #expect(try list.claims.count == 1)
    try FileManager.default.removeItem(atPath: list.world.folder + "/claims")
    #expect(await other.start(.deployForUser) == .finished)
    let reason = try #require(await one.start(.setReady)?.failure?.reason.text)
    #expect(reason.hasSuffix("is claimed by lab-002"))
    #expect(await one.start(.destroy) == .finished)
    #expect(try list.claims.map(\.name) == ["lab-002"])
  }

  @Test func aDamagedClaimKeepsItsMachineFromEverybody() async throws {
    let list = try HostList(1)
    defer { list.end() }
    var one = try list.driven(1)
    #expect(await one.start(.deployForUser) == .finished)
    #expect(await one.start(.destroy) == .finished)
    let file = list.world.folder + "/claims/127.0.0.1+\(list.listeners[0].port).claim"
    try "{".write(toFile: file, atomically: true, encoding: .utf8)
    let failure = try #require(await one.start(.deployForUser)?.failure)
    #expect(failure.kind == .transient)
    #expect(await one.start(.destroy) == .finished)
    #expect(FileManager.default.fileExists(atPath: file))
  }

  @Test func aPoolMayUseSomeOfThem() async throws {
    let list = try HostList(3)
    defer { list.end() }
    var one = try list.driven(1, ["only": .list(["pc-3"])])
    #expect(await one.start(.deployForUser) == .finished)
    #expect(one.last.name == "pc-3")
    let problem = #expect(throws: ParameterProblem.self) {
      try list.service(["only": .list(["pc-4"])])
    }
    #expect(problem?.sentence == "only contains pc-4, which is not one of the hosts")
  }

  @Test func theLimitIsTheLengthOfTheList() throws {
    let list = try HostList(3)
    defer { list.end() }
    #expect(try list.provider().capacity == 3)
  }

  @Test func aProviderNamesThoseThatDoNotAnswer() async throws {
    let list = try HostList(3)
    defer { list.end() }
    #expect(try await list.provider().problem() == nil)
    list.switchOff(1)
    let problem = try #require(try await list.provider().problem()?.text)
    #expect(problem.hasPrefix("1 of 3 hosts do not answer: pc-2 (127.0.0.1:"))
    list.giveMAC(1)
    #expect(try await list.provider().problem() == nil, "what can be woken may sleep")
  }

  @Test(
    arguments: [
      (["name": .text("a"), "address": .text("h")], "needs a protocol"),
      (["name": .text(""), "address": .text("h"), "port": .integer(1)], "needs a name"),
      (["name": .text("a"), "address": .text("a b"), "port": .integer(1)], "needs an address"),
      (
        ["name": .text("a"), "address": .text("h"), "port": .integer(1), "mac": .text("52")],
        "write it like 52:54:00:12:34:56"
      ),
    ] as [(ParameterValues, String)])
  func aHostThatCannotBeIsRefused(_ row: ParameterValues, _ sentence: String) throws {
    let problem = #expect(throws: ParameterProblem.self) {
      try driver("static").makeProvider(["hosts": .rows([row])])
    }
    #expect(problem?.parameter == "hosts")
    #expect(problem?.sentence.text.contains(sentence) == true)
  }

  @Test func oneMachineCannotBeInTheListTwice() throws {
    let rows = [HostList.row("a", 22), HostList.row("b", 22)]
    let problem = #expect(throws: ParameterProblem.self) {
      try driver("static").makeProvider(["hosts": .rows(rows)])
    }
    #expect(problem?.sentence == "a and b have the same address 127.0.0.1:22")
  }

  @Test func theMagicPacketHasTheAddressSixteenTimes() throws {
    let mac = try #require(MACAddress(parsing: "52:54:00:12:34:56"))
    let packet = HostProbe.magicPacket(mac)
    #expect(packet.count == 102)
    #expect(packet.prefix(6).allSatisfy { $0 == 0xff })
    #expect(Array(packet[96...]) == [0x52, 0x54, 0x00, 0x12, 0x34, 0x56])
  }
}

extension HostList {
  func addRow(named name: String) {
    let listener = Self.machine(0)
    listeners.append(listener)
    rows.append(Self.row(name, listener.port))
  }

  /// The same deployment with the current list.
  func again(_ driven: Driven) throws -> Driven {
    var again = Driven(try service())
    (again.id, again.name, again.data) = (driven.id, driven.name, driven.data)
    again.placement = driven.placement
    return again
  }
}
