import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import LibvirtDriver

/// Resources with an engine's mark are listed for the search for orphans.
@Suite struct InventoryTests {
  @Test func allThatCarriesTheMarkIsListedAndNothingElse() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    var lost = driven
    lost.id = 8
    lost.name = "lab-8"
    lost.data = []
    #expect(try await lost.run(.deployForCache(.l1)) == .finished)
    try world.domain("lab-8") { domain throws(VirtError) in
      try domain.powerOff()
      try domain.undefine()
    }
    let found = try await world.provider.things(ownedBy: world.owner)
    #expect(
      found == [
        ExternalResource(
          kind: "domain", name: "lab-7", purpose: .deployment(DeploymentID(7)),
          identity: Identity(name: "lab-7", mac: MACAddress(0x5254_0000_0007))),
        ExternalResource(
          kind: "volume", name: "lab-8.d8.owner-1.qcow2", purpose: .deployment(DeploymentID(8))),
        ExternalResource(
          kind: "volume", name: "lab-r1.owner-1.qcow2", purpose: .publication("lab-r1")),
      ])
    #expect(try await world.provider.things(ownedBy: "owner-2") == [])
    for thing in found { try await world.provider.remove(thing, ownedBy: world.owner) }
    #expect(try world.domains == [] && world.volumes == [])
    for thing in found { try await world.provider.remove(thing, ownedBy: world.owner) }
  }

  @Test func whatIsNotOursIsNotRemoved() async throws {
    let world = try TestWorld()
    let golden = ExternalResource(
      kind: "volume", name: "golden.qcow2", purpose: .publication("golden"))
    let base = ExternalResource(
      kind: "domain", name: "golden", purpose: .deployment(DeploymentID(1)))
    for thing in [golden, base] {
      await #expect(throws: DeploymentFailure.self) {
        try await world.provider.remove(thing, ownedBy: world.owner)
      }
    }
    #expect(try world.power("golden").isOff)
  }

  @Test func anAdoptedOneIsTakenUpAsItIs() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForCache(.l2)) == .finished)
    var adopted = driven
    adopted.data = []
    adopted.placement = .assigned("ann")
    #expect(try await adopted.run(.setReady) == .finished)
    #expect(try world.power("lab-7") == .running)
    // Its memory was restored from disk: no saved state is left, and it was not booted.
    #expect(try world.domain("lab-7") { domain throws(VirtError) in try !domain.hasSavedState() })
    #expect(try await adopted.run(.destroy) == .finished)
    #expect(try world.domains == [])
  }

  @Test func anAdoptedOneThatIsGoneIsNotMadeAnew() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    driven.placement = .assigned("ann")
    guard case .error(let failure) = try await driven.run(.setReady) else {
      Issue.record("it was made")
      return
    }
    #expect(failure.reason == "it is gone: somebody removed its domain")
    #expect(try world.domains == [])
  }
}
