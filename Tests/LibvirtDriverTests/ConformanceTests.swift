import DeploymentInterface
import DriverConformance
import TestSupport
import Testing

@testable import LibvirtDriver

@Suite struct ConformanceTests {
  @Test(arguments: ["save", "shutDown", "none"])
  func theDriverKeepsWhatTheEngineReliesOn(_ level2: String) async throws {
    let world = try TestWorld()
    let report = await Conformance(try fixture(in: world, ["l2": .text(level2)])).run()
    #expect(report.failures == [])
    // Without L2, the checks of L2 are skipped; the others run.
    #expect(level2 == "none" || report.skips.count <= 1, "\(report.skips)")
    #expect(try world.domains == [])
    #expect(try world.volumes == [])
  }

  private func fixture(
    in world: TestWorld, _ parameters: ParameterValues
  ) throws -> ConformanceFixture {
    var fixture = ConformanceFixture(try world.service(parameters), owner: world.owner)
    let connection = world.connection
    fixture.count = { thing in
      let mark = Mark(owner: thing.owner, id: thing.id, name: thing.identity.name)
      return try connection.perform { session throws(VirtError) in
        var count = 0
        for domain in try session.domains() where try domain.mark() == mark { count += 1 }
        return count
      }.get()
    }
    fixture.vanish = { thing in
      try connection.perform { session throws(VirtError) in
        guard let domain = try session.domain(name: thing.identity.name) else { return }
        if try !domain.power().isOff { try domain.powerOff() }
        try domain.undefine()
      }.get()
    }
    fixture.foreign = Self.foreignResource(connection)
    var elsewhere = world.provider
    elsewhere = LibvirtProvider(
      host: try LibvirtConnection(["uri": .text(elsewhere.host.uri), "pool": .text("no-such-pool")]
      ),
      connection: connection)
    fixture.failing = try elsewhere.makeService(["base": .text("golden")])
    return fixture
  }

  /// Domains with our names that somebody else has on the host.
  private static func foreignResource(_ connection: VirtConnection) -> ForeignResource {
    ForeignResource(
      make: { identity in
        let xml = """
          <domain type='test'><name>\(identity.name)</name><memory>1024</memory>
          <os><type>hvm</type></os></domain>
          """
        try connection.perform { session throws(VirtError) in try session.define(xml) }.get()
      },
      exists: { identity in
        try connection.perform { session throws(VirtError) in
          guard let domain = try session.domain(name: identity.name) else { return false }
          return try domain.mark() == nil
        }.get()
      },
      remove: { identity in
        try connection.perform { session throws(VirtError) in
          try session.domain(name: identity.name)?.undefine()
        }.get()
      })
  }
}
