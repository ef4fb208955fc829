import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// What a supervisor decides, as a table.
struct SupervisorPolicyTests {
  typealias Policy = SupervisorPolicy

  private static let now = Moment(milliseconds: 100_000)
  private static let running = LeaseStatus.running(
    pid: 7, host: "there", since: Timestamp(milliseconds: 0))
  private static let silent = LeaseStatus.silent(
    pid: 7, host: "there", heartbeatAge: .seconds(11))
  private static func ago(_ milliseconds: Int64) -> Moment {
    Moment(milliseconds: now.milliseconds - milliseconds)
  }

  @Test(
    arguments: [
      // A store that nobody holds, or whose holder is frozen, is taken.
      (Policy.Wish.run, .away(.none, lastTry: nil), .start),
      (.run, .away(silent, lastTry: nil), .start),
      (.run, .away(running, lastTry: nil), .wait(.milliseconds(500))),
      // After an attempt the next one waits its time.
      (.run, .away(.none, lastTry: ago(0)), .wait(.milliseconds(500))),
      (.run, .away(silent, lastTry: ago(200)), .wait(.milliseconds(300))),
      (.run, .away(.none, lastTry: ago(500)), .start),
      (.run, .away(running, lastTry: ago(60_000)), .wait(.milliseconds(500))),
      (.run, .here, .wait(.seconds(5))),
      (.run, .lost, .standBy),
      (.run, .suspended, .start),
      (.suspend, .here, .handOver),
      (.suspend, .suspended, .wait(.seconds(5))),
      (.suspend, .away(.none, lastTry: nil), .wait(.seconds(5))),
      (.suspend, .away(silent, lastTry: ago(9000)), .wait(.seconds(5))),
      (.suspend, .lost, .standBy),
      (.stop, .here, .end),
      (.stop, .lost, .end),
      (.stop, .suspended, .end),
      (.stop, .away(running, lastTry: nil), .end),
    ] as [(Policy.Wish, Policy.Situation, Policy.Step)])
  func oneThatTakesOver(
    _ wish: Policy.Wish, _ situation: Policy.Situation, _ step: Policy.Step
  ) {
    #expect(Policy(takesOver: true).step(wish, situation, at: Self.now) == step)
  }

  @Test(
    arguments: [
      // The start itself says who holds the store.
      (Policy.Wish.run, .away(.none, lastTry: nil), .start),
      (.run, .away(running, lastTry: nil), .start),
      (.run, .away(silent, lastTry: nil), .start),
      (.run, .away(.none, lastTry: ago(60_000)), .end),
      (.run, .here, .wait(.seconds(5))),
      (.run, .lost, .end),
      (.run, .suspended, .start),
      (.suspend, .here, .handOver),
      (.suspend, .lost, .end),
      (.stop, .here, .end),
    ] as [(Policy.Wish, Policy.Situation, Policy.Step)])
  func oneThatRunsAtOnceOrNotAtAll(
    _ wish: Policy.Wish, _ situation: Policy.Situation, _ step: Policy.Step
  ) {
    #expect(Policy(takesOver: false).step(wish, situation, at: Self.now) == step)
  }

  @Test(arguments: [
    (StoreFailure.Kind.damaged, true, true, true), (.damaged, true, false, false),
    (.unwritable, true, true, false), (.unwritable, true, false, false),
    (.unwritable, false, true, true), (.damaged, false, false, true),
  ])
  func aStoreThatCannotBeUsedEndsIt(
    _ kind: StoreFailure.Kind, takesOver: Bool, isFirst: Bool, ends: Bool
  ) {
    let failure = EngineStartFailure(.store(StoreFailure(kind, "it cannot be used")))
    #expect(Policy(takesOver: takesOver).isFinal(failure, isFirst: isFirst) == ends)
  }

  @Test func aStoreThatAnotherHoldsIsWaitedFor() {
    let failure = EngineStartFailure(
      .lease(LeaseFailure(sentence: "it is held", holder: Self.running)))
    #expect(!Policy(takesOver: true).isFinal(failure, isFirst: true))
    #expect(Policy(takesOver: false).isFinal(failure, isFirst: true))
  }
}

/// Engines of one store, as the supervisors around them come and go.
struct SupervisorTests {
  /// What a supervisor tells, in words.
  private final class Told: Sendable {
    private let state = Mutex<[String]>([])
    var all: [String] { state.withLock { $0 } }

    func take(_ event: EngineSupervisor.Event) {
      let words =
        switch event {
        case .started(let isTakeOver): isTakeOver ? "took over" : "started"
        case .standingBy: "stands by"
        case .refused(let failure): "refused: \(failure.sentence)"
        case .troubled(let trouble): "troubled: \(trouble)"
        case .lost: "lost"
        case .ended(.refused): "ended: refused"
        case .ended(.lost): "ended: lost"
        }
      state.withLock { $0.append(words) }
    }
  }

  private func supervisor(
    _ bench: EngineBench, _ configuration: Configuration?, takesOver: Bool = true, _ told: Told
  ) -> EngineSupervisor {
    EngineSupervisor(bench.options(configuration), takesOver: takesOver) { told.take($0) }
  }

  @Test func takesOverOnWhatTheOtherRanOn() throws {
    let bench = try EngineBench()
    let (first, second) = (Told(), Told())
    let one = supervisor(bench, EngineBench.configuration(l1: 1), first)
    try one.start()
    #expect(try eventually { first.all == ["started"] })
    let other = supervisor(bench, EngineBench.configuration(l1: 3), second)
    try other.start()
    #expect(try eventually { second.all == ["stands by"] })
    one.stop()
    #expect(try eventually { second.all == ["stands by", "took over"] })
    #expect(other.waitUntilIdle(timeout: .seconds(300)))
    #expect(try bench.snapshot().configuration == EngineBench.configuration(l1: 1))
    other.reconfigure(EngineBench.configuration(l1: 2))
    #expect(other.waitUntilIdle(timeout: .seconds(300)))
    #expect(bench.world.existing.count == 2)
    other.stop()
    #expect(LeaseStatus.query(store: bench.temporary.path) == .none)
    #expect(bench.world.mistakes == [])
    #expect(one.ending == nil && other.ending == nil)
  }

  @Test func givesTheStoreAwayAndTakesItAgain() throws {
    let bench = try EngineBench()
    let told = Told()
    let one = supervisor(bench, EngineBench.configuration(l1: 1), told)
    try one.start()
    #expect(try eventually { told.all == ["started"] })
    one.suspend()
    #expect(LeaseStatus.query(store: bench.temporary.path) == .none)
    one.resume()
    #expect(try eventually { told.all == ["started", "started"] })
    one.suspend()
    let other = bench.engine(nil)
    try other.start()
    one.resume()
    #expect(try eventually { told.all.last?.hasPrefix("refused: ") == true })
    other.stop(draining: .zero)
    #expect(try eventually { told.all.last == "took over" })
    one.stop()
    one.suspend()
    #expect(LeaseStatus.query(store: bench.temporary.path) == .none)
  }

  @Test func aConfigurationGivenAfterAStartThatFailedIsTaken() throws {
    let bench = try EngineBench()
    let told = Told()
    var options = bench.options(EngineBench.configuration(l1: 1))
    options.storePath = bench.temporary.folder + "/below/store.sqlite"
    try bench.temporary.write([], to: "below")
    let one = EngineSupervisor(options) { told.take($0) }
    try one.start()
    #expect(try eventually { told.all.first?.hasPrefix("refused: ") == true })
    one.reconfigure(EngineBench.configuration(l1: 2))
    try bench.temporary.remove("below")
    #expect(try eventually { told.all.last == "took over" })
    #expect(one.waitUntilIdle(timeout: .seconds(300)))
    let stored = try StoreReader(path: options.storePath).snapshot().state
    #expect(stored.configuration == EngineBench.configuration(l1: 2))
    #expect(bench.world.existing.count == 2)
    one.stop()
  }

  @Test func startsItsEngineAgainAfterItHasEnded() throws {
    let bench = try EngineBench()
    let told = Told()
    let one = supervisor(bench, EngineBench.configuration(l1: 1), told)
    try one.start()
    #expect(try eventually { told.all == ["started"] })
    #expect(one.waitUntilIdle(timeout: .seconds(300)))
    try bench.temporary.remove("store.sqlite.lock")
    #expect(try eventually { told.all == ["started", "lost", "took over"] })
    one.stop()
  }

  @Test func oneThatDoesNotTakeOverSaysAtOnceThatTheStoreIsHeld() throws {
    let bench = try EngineBench()
    let told = Told()
    let first = bench.engine(EngineBench.configuration(l1: 1))
    try first.start()
    let second = supervisor(bench, nil, takesOver: false, told)
    #expect(throws: EngineStartFailure.self) { try second.start() }
    #expect(try eventually { told.all == ["ended: refused"] })
    second.stop()
    first.stop(draining: .zero)
  }

  @Test func oneThatDoesNotTakeOverEndsWithItsEngine() async throws {
    let bench = try EngineBench()
    let told = Told()
    let one = supervisor(bench, EngineBench.configuration(l1: 1), takesOver: false, told)
    let running = Task { try await one.run() }
    try await waitUntil("it runs") { told.all == ["started"] }
    try bench.temporary.remove("store.sqlite")
    await #expect(throws: EngineLost.self) { try await running.value }
    #expect(told.all == ["started", "ended: lost"])
  }

  @Test func aRunEndsWhenItsTaskIsCancelled() async throws {
    let bench = try EngineBench()
    let told = Told()
    let one = supervisor(bench, EngineBench.configuration(l1: 1), told)
    let running = Task { try await one.run() }
    try await waitUntil("it runs") { told.all == ["started"] }
    running.cancel()
    try await running.value
    #expect(LeaseStatus.query(store: bench.temporary.path) == .none)
  }
}
