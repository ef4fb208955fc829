import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import LibvirtDriver

/// The life cycle of a deployment on a host of libvirt's test hypervisor.
@Suite struct LifeTests {
  @Test func aCloneRunsHasAnAddressAndLeavesNothing() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForUser) == .finished)
    #expect(try world.power("lab-7") == .running)
    #expect(driven.last.ip?.text.hasPrefix("192.168.50.") ?? false)
    #expect(driven.last.uniqueId == "52:54:00:00:00:07")
    #expect(try world.volumes.contains("lab-7.d7.owner-1.qcow2"))
    #expect(try await driven.run(.destroy) == .finished)
    #expect(try world.domains == [])
    #expect(try world.volumes == ["lab-r1.owner-1.qcow2"])
    #expect(try await driven.run(.destroy) == .finished)
  }

  @Test func l2IsSavedAndComesBack() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForCache(.l2)) == .finished)
    #expect(try world.power("lab-7").isOff)
    #expect(try world.domain("lab-7") { domain throws(VirtError) in try domain.hasSavedState() })
    #expect(try await driven.run(.moveToCache(.l1)) == .finished)
    #expect(try world.power("lab-7") == .running)
    #expect(try await driven.run(.moveToCache(.l2)) == .finished)
    #expect(try await driven.run(.destroy) == .finished)
    #expect(try world.domains == [])
  }
}
