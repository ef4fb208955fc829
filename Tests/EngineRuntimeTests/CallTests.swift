import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// Driver calls: their deadlines, and that one that hangs holds up nothing else.
struct CallTests {
  @Test func aCallThatHangsHoldsUpNeitherOthersNorTheStop() throws {
    let never = Gate()
    let bench = try EngineBench { seen, _ in
      if seen.name == "lab-000" { await never.pass() }
      return .finished
    }
    let engine = bench.engine(EngineBench.configuration(l1: 4))
    try engine.start()
    #expect(try eventually { try bench.states().values.count { $0 == .usable } == 3 })
    let before = EngineClock.system.now.moment
    engine.stop(draining: .milliseconds(50))
    #expect(EngineClock.system.now.moment - before < .seconds(5))
    #expect(LeaseStatus.query(store: bench.temporary.path) == .none)
    never.open()
  }

  @Test func aHungCallKeepsItsSlotAcrossEnginesOfTheSameProcess() throws {
    let never = Gate()
    let bench = try EngineBench { seen, _ in
      if seen.method == "deployForCache" { await never.pass() }
      return .finished
    }
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    for _ in 0..<3 {
      try engine.start()
      #expect(try eventually { bench.world.count("deployForCache") == 1 })
      engine.stop(draining: .zero)
    }
    try engine.start()
    never.open()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(bench.world.count("deployForCache") == 2)
    #expect(bench.world.mistakes == [])
    engine.stop(draining: .zero)
  }

  @Test func aCallThatIsCancelledAtItsDeadlineIsUnknownAndAskedAgain() throws {
    let bench = try EngineBench { seen, _ in
      // Heeds cancellation, and says so in its own words.
      if seen.method == "deployForCache" {
        await untilCancelled()
        return .error(.init(.permanent, "I was cancelled"))
      }
      return .finished
    }
    let engine = bench.engine(EngineBench.configuration(l1: 1, call: .milliseconds(80)))
    try engine.start()
    #expect(try eventually { bench.world.count("deployForCache") >= 2 })
    let deployment = try bench.snapshot().deployments.first
    #expect(deployment?.state == .preparing)
    #expect(try bench.journal().contains { $0.contains("deployForCache did not answer within") })
    #expect(try bench.journal().allSatisfy { !$0.contains("I was cancelled") })
    engine.stop(draining: .zero)
  }

  @Test func anAnswerThatComesLateButIsNoErrorCounts() throws {
    let late = Gate()
    let bench = try EngineBench { seen, _ in
      if seen.method == "deployForCache" { await late.pass() }
      return .finished
    }
    let engine = bench.engine(EngineBench.configuration(l1: 1, call: .milliseconds(50)))
    try engine.start()
    #expect(
      try eventually {
        try bench.journal().contains { $0.contains("deployForCache did not answer within") }
      })
    late.open()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.states() == ["lab-000": .usable])
    #expect(bench.world.count("deployForCache") == 1)
    engine.stop(draining: .zero)
  }

  @Test func callsThatBlockTheirThreadsTakeNoneFromOthers() throws {
    let blocked = Gate()
    let bench = try EngineBench { seen, _ in
      if seen.name < "lab-006" { blocked.block() }
      return .finished
    }
    let engine = bench.engine(EngineBench.configuration(l1: 9))
    try engine.start()
    #expect(try eventually { try bench.states().values.count { $0 == .usable } == 3 })
    blocked.open()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(bench.world.existing.count == 9)
    engine.stop(draining: .zero)
  }

  @Test func noCallIsMadeBeforeWhatLedToItIsStored() throws {
    let place = Place()
    let bench = try EngineBench { seen, record in
      let state = try? StoreReader(path: place.path).snapshot().state
      let stored = state?.deployments.first { $0.id.number == record.id }
      if stored?.identity != record.identity { place.mistakes.open() }
      return .finished
    }
    place.set(bench.temporary.path)
    let engine = bench.engine(EngineBench.configuration(l1: 20))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(bench.world.existing.count == 20)
    #expect(!place.mistakes.isOpen)
    engine.stop(draining: .zero)
  }
}
