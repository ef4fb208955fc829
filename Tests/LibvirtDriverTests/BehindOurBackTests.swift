import Basics
import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import LibvirtDriver

/// Changes by somebody else to our machines, on a host of libvirt's test hypervisor.
@Suite struct BehindOurBackTests {
  @Test func aCachedOneThatWasSwitchedOffIsAnErrorThatSaysSo() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    try world.domain("lab-7") { domain throws(VirtError) in try domain.powerOff() }
    let reason = try #require(try await driven.run(.setReady)?.reason())
    #expect(reason == "it is off: it was switched off (virsh destroy)")
  }

  @Test func anAssignedOneThatWasSwitchedOffIsStartedAgain() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForUser) == .finished)
    driven.placement = .assigned("ana")
    try world.domain("lab-7") { domain throws(VirtError) in try domain.powerOff() }
    #expect(try await driven.run(.setReady) == .finished)
    #expect(try world.power("lab-7") == .running)
  }

  @Test func aPausedOneRunsAgain() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    try world.perform { session throws(VirtError) in
      let domain = try session.domain(name: "lab-7")
      try domain?.pause()
    }
    #expect(try await driven.run(.setReady) == .finished)
    #expect(try world.power("lab-7") == .running)
  }

  @Test func aSavedStateThatIsGoneIsNeverBootedOver() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    driven.placement = .cache(.l2, reservedFor: nil)
    #expect(try await driven.run(.deployForCache(.l2)) == .finished)
    try world.domain("lab-7") { domain throws(VirtError) in try domain.forgetSavedState() }
    #expect(try await driven.run(.setReady)?.reason() != nil)
    driven.placement = .cache(.l1, reservedFor: nil)
    let reason = try await driven.run(.moveToCache(.l1))?.reason()
    #expect(reason == "its saved state is missing; it is not started without it")
    #expect(try world.power("lab-7").isOff)
  }

  @Test func aLookAtL2SavesWhatWasStartedAndFailsForWhatIsGone() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    driven.placement = .cache(.l2, reservedFor: nil)
    #expect(try await driven.run(.deployForCache(.l2)) == .finished)
    try world.domain("lab-7") { domain throws(VirtError) in try domain.start() }
    #expect(try await driven.run(.moveToCache(.l2)) == .finished)
    #expect(try world.power("lab-7").isOff)
    try world.domain("lab-7") { domain throws(VirtError) in try domain.undefine() }
    let reason = try await driven.run(.moveToCache(.l2))?.reason(.gone)
    #expect(reason == "it is gone: somebody removed its domain")
  }

  @Test func aDomainOfTheSameNameThatIsNotOursIsLeftAlone() async throws {
    let world = try TestWorld(
      "<domain type='test'><name>lab-7</name><memory>1024</memory>"
        + "<os><type>hvm</type></os></domain>"
    )
    var driven = try await world.driven()
    let words = "the domain lab-7 is not ours: it does not carry our mark"
    #expect(try await driven.run(.deployForUser)?.failure == .nameTaken(words))
    #expect(try await driven.run(.destroy)?.reason() == words)
    #expect(try world.power("lab-7") == .running)
  }

  @Test func aDomainThatHasJustGoneIsNotOneWithoutAMark() async throws {
    let world = try TestWorld()
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    let error = try #require(throws: VirtError.self) {
      try world.domain("lab-7") { domain throws(VirtError) in
        try domain.powerOff()
        try domain.undefine()
        _ = try domain.mark()
      }
    }
    #expect(error.isAbsence)
    let golden = try world.domain("golden") { domain throws(VirtError) in try domain.mark() }
    #expect(golden == nil)
  }

  @Test func whatChangesBehindOurBackIsToldAtOnce() async throws {
    let world = try TestWorld()
    let seen = Mutex<[DriverNotice]>([])
    let sink = NoticeSink(owner: world.owner) { notice in seen.withLock { $0.append(notice) } }
    world.provider.watch(sink)
    // Another engine receives no notice.
    let other = NoticeSink(owner: "another") { notice in seen.withLock { $0.append(notice) } }
    world.provider.watch(other)
    var driven = try await world.driven()
    #expect(try await driven.run(.deployForCache(.l1)) == .finished)
    #expect(try await driven.run(.moveToCache(.l2)) == .finished)
    #expect(try await driven.run(.moveToCache(.l1)) == .finished)
    try world.domain("lab-7") { domain throws(VirtError) in
      try domain.powerOff()
      try domain.undefine()
    }
    try await waitUntil("both events came") { seen.withLock { $0.count >= 2 } }
    let all = seen.withLock { $0 }
    #expect(
      all.map(\.kind) == [
        .changed("it was switched off (virsh destroy)"), .changed("it was undefined"),
      ])
    #expect(all.allSatisfy { $0.deployment == DeploymentID(7) && $0.owner == world.owner })
    withExtendedLifetime((sink, other)) {}
  }
}
