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
    var ground = ConformanceFixture(try service("simulated", parameters), owner: "kit")
    ground.failing = try service(
      "simulated", ["failing": .list(["deployForCache", "deployForUser"])])
    let report = await Conformance(ground).run()
    #expect(report.failures.isEmpty)
  }

  @Test func process() async throws {
    let world = ProcessWorld()
    defer { world.end() }
    let report = await Conformance(try ground(in: world)).run()
    #expect(report.failures.isEmpty)
    // Processes have no names that a stranger could take, and nothing to publish.
    #expect(report.skips.count == 8)
    #expect(world.processes.isEmpty)
  }

  private func ground(in world: ProcessWorld) throws -> ConformanceFixture {
    var ground = ConformanceFixture(
      try service("process", Commands.server), owner: world.owner)
    let ports = (0...255).map { _ in ProcessWorld.freePort() }
    ground.identity = { id in
      Identity(name: "kit-\(id)", port: ports[Int(id) % ports.count])
    }
    ground.count = { thing in
      ((try? ProcessInventory.processes(ownedBy: thing.owner)) ?? [])
        .count { $0.isLeader && $0.deployment == DeploymentID(thing.id) }
    }
    ground.vanish = { thing in
      for process in try ProcessInventory.processes(ownedBy: thing.owner)
      where process.deployment == DeploymentID(thing.id) {
        kill(process.pid, SIGKILL)
      }
      try await waitUntil("the killed are gone") {
        ((try? ProcessInventory.processes(ownedBy: thing.owner)) ?? [])
          .allSatisfy { $0.deployment != DeploymentID(thing.id) }
      }
    }
    ground.failing = try service(
      "process", ["command": .list(["no-such-program"]), "port": .text("auto")])
    return ground
  }
}
