import DeploymentEngine
import DeploymentInterface
import GRDB
import Glibc
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

struct HostTests {
  @Test func fillsItsPools() throws {
    let bench = try HostBench()
    let host = bench.host(HostBench.configuration(l1: 3))
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    #expect(
      try bench.states() == ["lab-000": .usable, "lab-001": .usable, "lab-002": .usable])
    host.stop(draining: .seconds(5))
    #expect(EnginePresence.query(store: bench.temporary.path) == .none)
    #expect(bench.world.existing.count == 3)
  }

  @Test func goesOnWhereItStopped() throws {
    let bench = try HostBench()
    for _ in 0..<3 {
      let host = bench.host(HostBench.configuration(l1: 3))
      try host.start()
      #expect(host.waitUntilIdle(timeout: .seconds(300)))
      host.stop(draining: .seconds(5))
    }
    #expect(bench.world.count("deployForCache") == 3)
    let host = bench.host(nil)
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().configuration == HostBench.configuration(l1: 3))
    host.stop(draining: .zero)
  }

  @Test func callsAgainWhatWasInFlightWhenItStopped() throws {
    let gate = Gate()
    let bench = try HostBench { seen, _ in
      if seen.method == "deployForCache" { await gate.pass() }
      return .finished
    }
    let host = bench.host(HostBench.configuration(l1: 1))
    try host.start()
    #expect(try eventually { bench.world.count("deployForCache") == 1 })
    host.stop(draining: .zero)
    gate.open()
    #expect(try bench.states() == ["lab-000": .preparing])
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    host.stop(draining: .zero)
    #expect(try bench.states() == ["lab-000": .usable])
    #expect(bench.world.count("deployForCache") == 2)
    #expect(bench.world.mistakes == [])
  }

  @Test func isRefusedAStoreThatAnotherHolds() throws {
    let bench = try HostBench()
    let first = bench.host(HostBench.configuration(l1: 1))
    try first.start()
    defer { first.stop(draining: .zero) }
    let failure = #expect(throws: EngineStartFailure.self) { try bench.host(nil).start() }
    guard case .lease(let lease) = failure?.cause else {
      Issue.record("not refused for the lease")
      return
    }
    guard case .running(let pid, _, _) = lease.holder else {
      Issue.record("the holder is not named")
      return
    }
    #expect(pid == getpid())
    #expect(lease.sentence.text.contains("is held by the engine with pid \(pid) on"))
  }

  @Test func stopsWithoutAnotherWriteWhenTheStoreWasTakenOver() throws {
    let bench = try HostBench()
    let host = bench.host(HostBench.configuration(l1: 1))
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    let other = try DatabaseQueue(path: bench.temporary.path)
    try other.write { try $0.execute(sql: "UPDATE meta SET epoch = epoch + 1") }
    let before = try bench.snapshot()
    let events = try bench.journal()
    let request = Request(key: RequestKey("late"), actor: "tester", verb: .pause("lab"))
    try RequestClient(path: bench.temporary.path).submit(request)
    #expect(try eventually { host.lost != nil })
    #expect(host.lost?.text.hasPrefix("another engine has taken") == true)
    #expect(try bench.snapshot().pools.map(\.isPaused) == before.pools.map(\.isPaused))
    #expect(try bench.journal() == events)
    #expect(!host.waitUntilIdle(timeout: nil))
    host.stop(draining: .zero)
  }

  @Test func stopsWhenItsStoreIsRemoved() throws {
    let bench = try HostBench()
    let lost = Gate()
    var options = bench.options(HostBench.configuration(l1: 1))
    options.onLost = { _ in lost.open() }
    let host = EngineHost(options)
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    try bench.temporary.remove("store.sqlite")
    #expect(try eventually { lost.isOpen })
    #expect(host.lost?.text.contains("was removed or replaced") == true)
  }

  @Test func runsOnAnotherConfigurationFromThenOn() throws {
    let bench = try HostBench()
    let host = bench.host(HostBench.configuration(l1: 1))
    try host.start()
    host.reconfigure(HostBench.configuration(l1: 2, pools: ["lab", "class"]))
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.states().count == 4)
    host.stop(draining: .zero)
  }

  @Test func canStillRemoveWhatAPoolLeftThatIsNoLongerConfigured() throws {
    let bench = try HostBench()
    let host = bench.host(HostBench.configuration(l1: 1, pools: ["lab", "class"]))
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    host.stop(draining: .zero)
    let second = bench.host(HostBench.configuration(l1: 1))
    try second.start()
    #expect(second.waitUntilIdle(timeout: .seconds(300)))
    let left = try bench.snapshot().deployments.first { $0.identity.name == "class-000" }
    if let left, left.state == .usable {
      guard case .accepted = try bench.ask(.destroy(left.id)) else {
        Issue.record("refused")
        return
      }
    }
    #expect(try eventually { bench.world.existing == ["lab-000"] })
    second.stop(draining: .zero)
  }

  @Test func saysWhyAPoolHasNoService() throws {
    let bench = try HostBench()
    var configuration = HostBench.configuration(l1: 1, pools: ["lab", "broken", "nowhere"])
    configuration.pools[1].service = ["broken": .bool(true)]
    configuration.providers.append(ProviderConfiguration(name: "there", driver: "nosuch"))
    configuration.pools[2].provider = "there"
    let host = bench.host(configuration)
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    let problems = try bench.snapshot().pools.map { $0.problem?.text }
    #expect(
      problems == [
        nil, "its service cannot be made: broken: it is broken",
        "provider there wants the driver nosuch, which is not here",
      ])
    host.stop(draining: .zero)
  }

  @Test func comesBackOnWhatTheStoreHoldsByThen() throws {
    let bench = try HostBench()
    let host = bench.host(HostBench.configuration(l1: 1))
    try host.start()
    host.suspendForStop()
    let other = bench.host(HostBench.configuration(l1: 3))
    try other.start()
    #expect(other.waitUntilIdle(timeout: .seconds(300)))
    other.stop(draining: .zero)
    try host.resume()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().configuration == HostBench.configuration(l1: 3))
    host.stop(draining: .zero)
    host.reconfigure(HostBench.configuration(l1: 2))
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().configuration == HostBench.configuration(l1: 2))
    host.stop(draining: .zero)
  }

  @Test func comesBackAfterItWasSuspended() throws {
    let bench = try HostBench()
    let host = bench.host(HostBench.configuration(l1: 1))
    try host.start()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    host.suspendForStop()
    #expect(EnginePresence.query(store: bench.temporary.path) == .none)
    let other = bench.host(nil)
    try other.start()
    #expect(throws: EngineStartFailure.self) { try host.resume() }
    other.stop(draining: .zero)
    try host.resume()
    #expect(host.waitUntilIdle(timeout: .seconds(300)))
    #expect(bench.world.count("deployForCache") == 1)
    host.stop(draining: .zero)
  }
}
