import DeploymentEngine
import DeploymentInterface
import GRDB
import Glibc
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

struct EngineServiceTests {
  @Test func fillsItsPools() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 3))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(
      try bench.states() == ["lab-000": .usable, "lab-001": .usable, "lab-002": .usable])
    engine.stop(draining: .seconds(5))
    #expect(LeaseStatus.query(store: bench.temporary.path) == .none)
    #expect(bench.world.existing.count == 3)
  }

  @Test func goesOnWhereItStopped() throws {
    let bench = try EngineBench()
    for _ in 0..<3 {
      let engine = bench.engine(EngineBench.configuration(l1: 3))
      try engine.start()
      #expect(engine.waitUntilIdle(timeout: .seconds(300)))
      engine.stop(draining: .seconds(5))
    }
    #expect(bench.world.count("deployForCache") == 3)
    let engine = bench.engine(nil)
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().configuration == EngineBench.configuration(l1: 3))
    engine.stop(draining: .zero)
  }

  /// A time without an engine counts against nobody: decision 18.
  @Test func continuesWithWhatWasLeftWhenTheLastOneStopped() throws {
    let bench = try EngineBench()
    var configuration = EngineBench.configuration(l1: 1)
    configuration.pools[0].unusedAfter = .hours(2)
    configuration.pools[0].onLogout = .remove
    let engine = bench.engine(configuration)
    try engine.start()
    #expect(try bench.ask(.assignFromPool("lab", user: "ann")) != nil)
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.stop(draining: .zero)
    let due = try #require(
      try bench.snapshot().deployments.first { $0.isLetIn }?.stateDeadline?.length)
    #expect(due == .hours(2))

    try bench.temporary.letLockAge(by: .hours(15))
    var options = bench.options(nil)
    options.clock = EngineClock { [ahead = bench.ahead] in
      EngineTime(moment: ahead.time.moment, utc: ahead.time.utc + .hours(15))
    }
    let next = EngineService(options)
    try next.start()
    #expect(next.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.journal().contains { $0.hasSuffix(" h after the last one") })
    bench.pass(.minutes(5), next)
    #expect(next.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().deployments.contains { $0.wasLetIn && $0.state == .usable })
    next.stop(draining: .zero)
  }

  @Test func callsAgainWhatWasInFlightWhenItStopped() throws {
    let gate = Gate()
    let bench = try EngineBench { seen, _ in
      if seen.method == "deployForCache" { await gate.pass() }
      return .finished
    }
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    #expect(try eventually { bench.world.count("deployForCache") == 1 })
    engine.stop(draining: .zero)
    gate.open()
    #expect(try bench.states() == ["lab-000": .preparing])
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.stop(draining: .zero)
    #expect(try bench.states() == ["lab-000": .usable])
    #expect(bench.world.count("deployForCache") == 2)
    #expect(bench.world.mistakes == [])
  }

  @Test func isRefusedAStoreThatAnotherHolds() throws {
    let bench = try EngineBench()
    let first = bench.engine(EngineBench.configuration(l1: 1))
    try first.start()
    defer { first.stop(draining: .zero) }
    let failure = #expect(throws: EngineStartFailure.self) { try bench.engine(nil).start() }
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
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    let other = try DatabaseQueue(path: bench.temporary.path)
    try other.write { try $0.execute(sql: "UPDATE meta SET epoch = epoch + 1") }
    let before = try bench.snapshot()
    let events = try bench.journal()
    let request = Request(key: RequestKey("late"), actor: "tester", verb: .pause("lab"))
    try RequestClient(path: bench.temporary.path).submit(request)
    #expect(try eventually { engine.lost != nil })
    #expect(engine.lost?.text.hasPrefix("another engine has taken") == true)
    #expect(try bench.snapshot().pools.map(\.isPaused) == before.pools.map(\.isPaused))
    #expect(try bench.journal() == events)
    #expect(!engine.waitUntilIdle(timeout: nil))
    engine.stop(draining: .zero)
  }

  @Test func stopsWhenItsStoreIsRemoved() throws {
    let bench = try EngineBench()
    let lost = Gate()
    var options = bench.options(EngineBench.configuration(l1: 1))
    options.onLost = { _ in lost.open() }
    let engine = EngineService(options)
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    try bench.temporary.remove("store.sqlite")
    #expect(try eventually { lost.isOpen })
    #expect(engine.lost?.text.contains("was removed or replaced") == true)
  }

  @Test func runsOnAnotherConfigurationFromThenOn() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    engine.reconfigure(EngineBench.configuration(l1: 2, pools: ["lab", "class"]))
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.states().count == 4)
    engine.stop(draining: .zero)
  }

  @Test func canStillRemoveWhatAPoolLeftThatIsNoLongerConfigured() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1, pools: ["lab", "class"]))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.stop(draining: .zero)
    let second = bench.engine(EngineBench.configuration(l1: 1))
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
    let bench = try EngineBench()
    var configuration = EngineBench.configuration(l1: 1, pools: ["lab", "broken", "nowhere"])
    configuration.pools[1].service = ["broken": .bool(true)]
    configuration.providers.append(ProviderConfiguration(name: "there", driver: "nosuch"))
    configuration.pools[2].provider = "there"
    let engine = bench.engine(configuration)
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    let problems = try bench.snapshot().pools.map { $0.problem?.text }
    #expect(
      problems == [
        nil, "its service cannot be created: broken: it is broken",
        "provider there needs the driver nosuch, which does not exist",
      ])
    engine.stop(draining: .zero)
  }

  @Test func comesBackOnWhatTheStoreHoldsByThen() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    engine.stop(draining: .seconds(2))
    let other = bench.engine(EngineBench.configuration(l1: 3))
    try other.start()
    #expect(other.waitUntilIdle(timeout: .seconds(300)))
    other.stop(draining: .zero)
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().configuration == EngineBench.configuration(l1: 3))
    engine.stop(draining: .zero)
    engine.reconfigure(EngineBench.configuration(l1: 2))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().configuration == EngineBench.configuration(l1: 2))
    engine.stop(draining: .zero)
  }

  @Test func startsAgainAfterAnotherHadTheStore() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.stop(draining: .seconds(2))
    #expect(LeaseStatus.query(store: bench.temporary.path) == .none)
    let other = bench.engine(nil)
    try other.start()
    #expect(throws: EngineStartFailure.self) { try engine.start() }
    other.stop(draining: .zero)
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(bench.world.count("deployForCache") == 1)
    engine.stop(draining: .zero)
  }

  @Test func runsUntilItsTaskIsCancelled() async throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    let path = bench.temporary.path
    let running = Task { try await engine.run() }
    try await waitUntil("it runs") { LeaseStatus.query(store: path) != .none }
    running.cancel()
    try await running.value
    #expect(LeaseStatus.query(store: path) == .none)
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.stop(draining: .zero)
  }

  @Test func aRunThrowsWhyItCouldNotStart() async throws {
    let bench = try EngineBench()
    let first = bench.engine(EngineBench.configuration(l1: 1))
    try first.start()
    await #expect(throws: EngineStartFailure.self) { try await bench.engine(nil).run() }
    first.stop(draining: .zero)
  }

  @Test func aRunThrowsWhyItHasEnded() async throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    let running = Task { try await engine.run() }
    try await waitUntil("it runs on its store") { (try? bench.snapshot().pools.isEmpty) == false }
    try bench.temporary.remove("store.sqlite")
    await #expect(throws: EngineLost.self) { try await running.value }
    #expect(engine.lost?.text.contains("was removed or replaced") == true)
  }
}
