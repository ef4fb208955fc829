import DeploymentDrivers
import DeploymentInterface
import DriverConformance
import Glibc
import SafeTexts
import TestSupport
import Testing

@Suite struct ConformanceTests {
  @Test(
    arguments: [
      [:], ["steps": .integer(3), "stepTime": .duration(.milliseconds(1))],
      [
        "steps": .integer(2), "stepTime": .duration(.milliseconds(1)), "l2": .bool(true),
        "osManager": .bool(true), "stepsOf": .map([.init("destroy", "2"), .init("setReady", "1")]),
      ],
    ] as [ParameterValues])
  func simulated(_ parameters: ParameterValues) async throws {
    var fixture = ConformanceFixture(try service("simulated", parameters), owner: "kit")
    fixture.failing = try service(
      "simulated", ["failing": .list(["deployForCache", "deployForUser"])])
    let report = await Conformance(fixture).run()
    #expect(report.failures.isEmpty)
  }

  @Test func process() async throws {
    let world = ProcessWorld()
    defer { world.end() }
    let report = await Conformance(try fixture(in: world)).run()
    #expect(report.failures.isEmpty)
    // Processes have no names that somebody else could take, and nothing to publish.
    #expect(report.skips.count == 8)
    #expect(world.processes.isEmpty)
  }

  private func fixture(in world: ProcessWorld) throws -> ConformanceFixture {
    var fixture = ConformanceFixture(
      try service("process", Commands.server), owner: world.owner)
    let ports = (0...255).map { _ in ProcessWorld.freePort() }
    fixture.identity = { id in
      Identity(name: "kit-\(id)", port: ports[Int(id) % ports.count])
    }
    fixture.count = { thing in
      ((try? ProcessInventory.processes(ownedBy: thing.owner)) ?? [])
        .count { $0.isLeader && $0.deployment == DeploymentID(thing.id) }
    }
    fixture.vanish = { thing in
      for process in try ProcessInventory.processes(ownedBy: thing.owner)
      where process.deployment == DeploymentID(thing.id) {
        kill(process.pid, SIGKILL)
      }
      try await waitUntil("the killed are gone") {
        ((try? ProcessInventory.processes(ownedBy: thing.owner)) ?? [])
          .allSatisfy { $0.deployment != DeploymentID(thing.id) }
      }
    }
    fixture.failing = try service(
      "process", ["command": .list(["no-such-program"]), "port": .text("auto")])
    return fixture
  }
}
