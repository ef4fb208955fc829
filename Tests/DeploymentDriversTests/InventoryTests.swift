import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import DeploymentDrivers

/// Drivers list the resources with an engine's mark, and remove them on request.
@Suite struct InventoryTests {
  @Test func theProgramsThingsAreListedAndRemoved() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let provider = try driver("command").makeProvider([
      "command": .list(CommandWorld.python + [CommandWorld.example]),
      "config": .map([.init("root", world.folder)]),
    ])
    let inventory = try #require(provider as? any Inventory)
    var driven = Driven(try provider.makeService([:]))
    driven.owner = world.owner
    #expect(try await driven.run(.deployForUser) == .finished)
    let things = try await inventory.things(ownedBy: world.owner)
    #expect(things.map(\.purpose) == [.deployment(DeploymentID(7))])
    #expect(things.map(\.name.text) == ["\(world.owner)-d7"])
    #expect(try await inventory.things(ownedBy: "another").isEmpty)
    try await inventory.remove(try #require(things.first), ownedBy: world.owner)
    #expect(try await inventory.things(ownedBy: world.owner).isEmpty)
  }

  @Test func publicationsOfTheProgramAreListedAndRemoved() async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let template = try world.emptied(world.folder + "/template")
    let provider = try driver("command").makeProvider([
      "command": .list(CommandWorld.python + [CommandWorld.example]),
      "config": .map([.init("root", world.folder)]),
    ])
    let inventory = try #require(provider as? any Inventory)
    let service = try provider.makeService([
      "config": .map([.init("template", template)]), "publish": .bool(true),
    ])
    let name = "my lab/ü-r1"
    let record = CallRecord(
      id: 0, pool: "lab", identity: Identity(name: name),
      placement: .cache(.l1, reservedFor: nil), publication: nil,
      time: EngineTime(moment: .init(milliseconds: 0), utc: .init(milliseconds: 0)))
    let published = await service.perform(
      Call(
        id: CallID(1), subject: .publication(PoolID(1), 1), pool: PoolID(1), notices: [],
        task: .start(.publish), data: [], record: record, timeLimit: .seconds(30)),
      owner: world.owner)
    #expect(published.answer == .finished)
    let things = try await inventory.things(ownedBy: world.owner)
    #expect(things.map(\.purpose) == [.publication(name)])
    try await inventory.remove(try #require(things.first), ownedBy: world.owner)
    #expect(try await inventory.things(ownedBy: world.owner).isEmpty)
  }

  @Test(arguments: [#"reply '"outcome":"done","protocols":[1]'"#, "exit 3"])
  func aProgramThatCannotListDoesNotSayThatNothingExists(_ body: String) async throws {
    let world = try CommandWorld()
    defer { world.end() }
    let program = try world.shell(body)
    let provider = try driver("command").makeProvider(["command": .list(["/bin/sh", program])])
    let inventory = try #require(provider as? any Inventory)
    await #expect(throws: DeploymentFailure.self) { try await inventory.things(ownedBy: "owner") }
  }

  @Test func claimsAreListedAndGivenBack() async throws {
    let list = try HostList(2)
    defer { list.end() }
    var driven = try list.driven(3)
    #expect(await driven.start(.deployForUser) == .finished)
    let inventory = try #require(try list.provider() as? any Inventory)
    let things = try await inventory.things(ownedBy: "owner")
    #expect(things.map(\.purpose) == [.deployment(DeploymentID(3))])
    #expect(things.map(\.name) == ["pc-1"])
    #expect(try await inventory.things(ownedBy: "another").isEmpty)
    try await inventory.remove(try #require(things.first), ownedBy: "owner")
    #expect(try list.claims.isEmpty)
  }
}
