import Basics
import DeploymentEngine
import DeploymentInterface
import GRDB
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// Stores that cannot be written for a while: nothing is done that is not stored, nothing is lost.
struct FaultTests {
  /// Fails the n-th commit, so many times.
  private final class Fault: Sendable {
    private let left: Mutex<(before: Int, times: Int)>
    let kind: StoreFailure.Kind

    init(at: Int, times: Int, kind: StoreFailure.Kind) {
      left = Mutex((at, times))
      self.kind = kind
    }

    var wasMet: Bool { left.withLock { $0.times == 0 } }

    func next() -> StoreFailure? {
      left.withLock { left in
        if left.before > 0 {
          left.before -= 1
          return nil
        }
        guard left.times > 0 else { return nil }
        left.times -= 1
        return StoreFailure(kind, "the disk is full")
      }
    }
  }

  @Test func reachesTheSameEndWhicheverCommitFails() throws {
    for at in 0..<100 {
      let bench = try EngineBench()
      let fault = Fault(at: at, times: 1, kind: .full)
      let engine = EngineService(bench.options(EngineBench.configuration(l1: 3)), fault: fault.next)
      try engine.start()
      #expect(engine.waitUntilIdle(timeout: .seconds(300)), "commit \(at)")
      _ = try bench.ask(.assignFromPool("lab", user: "ann"))
      #expect(engine.waitUntilIdle(timeout: .seconds(300)), "commit \(at)")
      engine.stop(draining: .seconds(1))
      let states = try bench.states()
      #expect(states.count == 4 && states.values.allSatisfy { $0 == .usable }, "commit \(at)")
      #expect(bench.world.existing == Set(states.keys), "commit \(at)")
      #expect(bench.world.count("deployForCache") == 4, "commit \(at)")
      if !fault.wasMet { return }
    }
    Issue.record("there were always more commits")
  }

  @Test func callsNothingWhileTheStoreCannotBeWritten() throws {
    let bench = try EngineBench()
    let isFull = Gate()
    let engine = EngineService(bench.options(EngineBench.configuration(l1: 3))) {
      isFull.isOpen ? nil : StoreFailure(.full, "the disk is full")
    }
    try engine.start()
    #expect(try eventually { engine.trouble != nil })
    #expect(engine.trouble == "the disk is full")
    #expect(bench.world.seen == [])
    isFull.open()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(engine.trouble == nil)
    #expect(bench.world.existing.count == 3)
    engine.stop(draining: .zero)
  }

  @Test func stopsAtOnceWhileTheStoreCannotBeWritten() throws {
    let bench = try EngineBench()
    let engine = EngineService(bench.options(EngineBench.configuration(l1: 3))) {
      StoreFailure(.disk, "the disk answers with an error")
    }
    try engine.start()
    #expect(try eventually { engine.trouble != nil })
    let before = EngineClock.system.now.moment
    engine.stop(draining: .seconds(1))
    #expect(EngineClock.system.now.moment - before < .seconds(5))
    #expect(bench.world.seen == [])
  }

  @Test func endsWhenTheStoreIsDamaged() throws {
    let bench = try EngineBench()
    let isDamaged = Gate()
    let engine = EngineService(bench.options(EngineBench.configuration(l1: 1))) {
      isDamaged.isOpen ? StoreFailure(.damaged, "it is damaged") : nil
    }
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    isDamaged.open()
    let request = Request(key: RequestKey("k"), actor: "tester", verb: .pause("lab"))
    try RequestClient(path: bench.temporary.path).submit(request)
    #expect(try eventually { engine.lost != nil })
    #expect(engine.lost == "it is damaged")
    #expect(LeaseStatus.query(store: bench.temporary.path) == .none)
  }

  @Test func waitsForAnotherProcessThatHoldsTheStoreForLong() throws {
    let bench = try EngineBench()
    let engine = bench.engine(EngineBench.configuration(l1: 1))
    try engine.start()
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    let other = try DatabaseQueue(path: bench.temporary.path)
    try other.writeWithoutTransaction { db in
      try db.beginTransaction(.immediate)
      engine.reconfigure(EngineBench.configuration(l1: 2))
      #expect(try eventually { engine.trouble != nil })
      #expect(engine.trouble?.text.contains("is locked by another process") == true)
      #expect(try bench.states().count == 1)
      try db.commit()
    }
    #expect(engine.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.states().count == 2)
    engine.stop(draining: .zero)
  }
}
