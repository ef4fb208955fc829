import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// What a provider declares, and how long the engine keeps it.
struct ProviderTests {
  private func configuration(
    l1: Int = 1, capacity: Int? = nil, pools: [String] = ["lab"]
  ) -> Configuration {
    var configuration = EngineBench.configuration(l1: l1, pools: pools)
    if let capacity { configuration.providers[0].parameters = ["capacity": .integer(capacity)] }
    return configuration
  }

  @Test func itsCapacityLimitsAConfigurationMadeInCode() throws {
    let bench = try EngineBench()
    let engine = bench.engine(configuration(l1: 5, capacity: 2))
    try engine.start()
    #expect(try eventually { bench.world.existing.count == 2 })
    #expect(try bench.snapshot().configuration.providers[0].limits.deployments == 2)
    engine.stop(draining: .seconds(5))
    #expect(bench.world.existing.count == 2)
  }

  @Test func aLowerLimitThanItsCapacityCounts() throws {
    let bench = try EngineBench()
    var given = configuration(l1: 5, capacity: 3)
    given.providers[0].limits.deployments = 1
    let engine = bench.engine(given)
    try engine.start()
    #expect(try eventually { bench.world.existing.count == 1 })
    #expect(try bench.snapshot().configuration.providers[0].limits.deployments == 1)
    engine.stop(draining: .seconds(5))
    #expect(bench.world.existing.count == 1)
  }

  @Test func isMadeOnceAndKeptWhereItsPartOfTheConfigurationStays() throws {
    let bench = try EngineBench()
    let engine = bench.engine(configuration())
    try engine.start()
    var changed = configuration(l1: 2, pools: ["lab", "class"])
    changed.providers[0].limits.preparing = 3
    engine.reconfigure(changed)
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(bench.world.existing.count == 4)
    #expect(bench.world.retirements == [0])
    engine.stop(draining: .seconds(5))
    #expect(bench.world.retirements == [1], "it is retired at the stop, once")
  }

  @Test func isReplacedAndRetiredWhereItsParametersChange() throws {
    let bench = try EngineBench()
    let engine = bench.engine(configuration())
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    engine.reconfigure(configuration(capacity: 9))
    #expect(try eventually { bench.world.retirements == [1, 0] })
    engine.stop(draining: .seconds(5))
    #expect(bench.world.retirements == [1, 1])
  }

  @Test func isRetiredWhenItLeavesTheConfigurationUnlessSomethingOfItIsLeft() throws {
    let bench = try EngineBench()
    var all = configuration(pools: ["lab", "class"])
    all.providers.append(ProviderConfiguration(name: "there", driver: "scripted"))
    all.providers.append(ProviderConfiguration(name: "spare", driver: "scripted"))
    all.pools[1].provider = "there"
    all.pools[1].onRemoved = .keep
    let engine = bench.engine(all)
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    for _ in 0..<2 {
      engine.reconfigure(configuration())
      #expect(engine.waitUntilIdle(timeout: .seconds(300)))
      #expect(try eventually { bench.world.retirements[2] == 1 })
      #expect(bench.world.retirements == [0, 0, 1], "what a pool left is still removed by its own")
    }
    let left = try bench.snapshot().deployments.first { $0.identity.name == "class-000" }
    _ = try bench.ask(.destroy(try #require(left).id))
    #expect(try eventually { bench.world.existing == ["lab-000"] })
    engine.stop(draining: .seconds(5))
    #expect(bench.world.retirements == [1, 1, 1])
  }

  @Test func isNotRetiredBeforeTheCallsOnItHaveComeBack() throws {
    let gate = Gate()
    let bench = try EngineBench { seen, _ in
      if seen.name == "lab-000" { await gate.pass() }
      return .finished
    }
    let engine = bench.engine(configuration())
    try engine.start()
    #expect(try eventually { bench.world.count("deployForCache") == 1 })
    engine.reconfigure(configuration(l1: 2, capacity: 9))
    #expect(try eventually { bench.world.existing == ["lab-001"] })
    #expect(bench.world.retirements == [0, 0])
    gate.open()
    #expect(try eventually { bench.world.retirements == [1, 0] })
    engine.stop(draining: .seconds(5))
    #expect(bench.world.retirements == [1, 1])
  }

  @Test func oneWithACallThatHangsIsRetiredAfterTheStop() throws {
    let gate = Gate()
    let bench = try EngineBench { _, _ in
      await gate.pass()
      return .finished
    }
    let engine = bench.engine(configuration())
    try engine.start()
    #expect(try eventually { bench.world.count("deployForCache") == 1 })
    engine.stop(draining: .zero)
    #expect(bench.world.retirements == [0])
    gate.open()
    #expect(try eventually { bench.world.retirements == [1] })
  }

  @Test func noticesAreStillHeardAfterTheConfigurationWasReadAgain() throws {
    let bench = try EngineBench()
    let engine = bench.engine(configuration())
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    let before = try #require(bench.world.sink)
    engine.reconfigure(configuration(l1: 2))
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(bench.world.sink === before)
    engine.stop(draining: .seconds(5))
  }
}
