import DeploymentEngine
import DeploymentInterface
import EngineSimulation
import SafeTexts
import Testing

/// A restart is a load.
@Suite struct RestartTests {
  @Test(arguments: Situation.allCases)
  func changesNothingButDueTimes(_ situation: Situation) {
    let world = situation.world
    let state = world.engine.deployments.map(\.withoutDueTimes)
    let loaded = Engine(seed: 9, loading: world.store.state(at: world.now), at: world.now)
    #expect(loaded.deployments.map(\.withoutDueTimes) == state)
    #expect(loaded.pools.map(\.counts) == world.engine.pools.map(\.counts))
    #expect(loaded.providers == world.engine.providers)
  }

  @Test(arguments: Starting.allCases)
  func whatWasInFlightIsStartedAgainWithTheSameIdentity(_ starting: Starting) {
    let world = starting.world
    let identity = world[1].identity
    world.restart()
    #expect(world.task(1) == .start(starting.kind))
    #expect(world.flight(1)?.call.record.identity == identity)
  }

  @Test(arguments: Starting.allCases)
  func whatWasRunningIsChecked(_ starting: Starting) {
    let world = starting.world
    world.driver.always(.checkState, .hang)
    world.driver.suggestedTime = .minutes(9)
    world.answer(1, .running)
    world.restart()
    #expect(world.task(1) == .check(starting.kind), "at once, not in nine minutes")
  }

  @Test func twiceInARowIsNoMoreThanOnce() {
    let world = World(.pool(l1: 3, l2: 2, max: 9)) { $0.always(.deployForCache, .run(2)) }
    world.assign("ann")
    for _ in 1...5 { world.restart() }
    world.settle(within: .minutes(10))
    #expect(world.held(by: "ann")?.isLetIn == true)
    #expect(world.ready(at: .l1).count == 3 && world.ready(at: .l2).count == 2)
    #expect(world.driver.things.count == 6)
  }

  /// The n-th step is cut short, for every n, before and after its commit, until one run passes
  /// untouched.
  @Test(arguments: [World.CrashPoint.beforeCommit, .afterCalls(0), .afterCalls(1)])
  func aCrashAtAnyStepLosesAndDoublesNothing(_ point: World.CrashPoint) {
    var step = 0
    var untouched = false
    while !untouched, step < 200 {
      let world = World(.pool(l1: 2, l2: 1, max: 6, waitsForOS: false)) {
        $0.always(.deployForCache, .run(1))
      }
      world.label = "crash \(point) at \(step): "
      untouched = !crash(world, at: step, point)
      world.settle(within: .minutes(30))
      #expect(world.held(by: "ann")?.isLetIn == true, "\(world.label)")
      #expect(world.ready(at: .l1).count == 2 && world.ready(at: .l2).count == 1, "\(world.label)")
      #expect(world.driver.things.count == world.numbers { $0.exists }.count, "\(world.label)")
      if !world.complaints.isEmpty { return }
      step += 1
    }
    #expect(step > 10, "\(step) steps were crashed")
  }

  /// Plays the scenario and crashes its n-th step; false: it has fewer steps.
  private func crash(_ world: World, at step: Int, _ point: World.CrashPoint) -> Bool {
    let first = world.trace.steps
    var crashed = false
    let key = RequestKey("assign")
    for _ in 0..<80 {
      if !crashed, world.trace.steps - first >= step {
        crashed = true
        world.crashNext = point
      }
      if world.held(by: "ann") == nil {
        world.ask(.assignFromPool("lab", user: "ann"), key: key)
      } else if !world.stepOnce() {
        return crashed && world.crashNext == nil
      }
    }
    return crashed
  }

  /// A start does not decide again who came first to an address.
  @Test func theFirstAtAnAddressKeepsItAcrossAStart() {
    let world = World(.pool(l1: 2, max: 4))
    for name in ["lab-000", "lab-001"] { world.driver.addresses[name] = "10.0.0.7" }
    world.hear(.ip("10.0.0.7"), from: 2)
    world.drain()
    world.driver.always(.setReady, .hang)
    world.ask(.ready(DeploymentID(1)))
    world.hear(.ip("10.0.0.7"), from: 1)
    #expect(world[1].state == .usable && world[2].isReady)
    world.driver.always(.setReady, .finish)
    world.restart(after: .seconds(1))
    world.run(for: .minutes(2))
    #expect(world[2].isReady)
    #expect(world[1].reason == "lab-001 already has its address 10.0.0.7")
  }

  @Test func theClocksMayStandAnywhere() {
    for wall in [TimeSpan.zero, .hours(24 * 365 * 40), TimeSpan(milliseconds: -400_000_000_000)] {
      let world = World(.pool(l1: 2, max: 4)) { $0.always(.deployForCache, .run(3)) }
      world.run(for: .seconds(1))
      world.restart(after: .minutes(1), wallJump: wall)
      world.settle(within: .minutes(30))
      #expect(world.ready(at: .l1).count == 2)
    }
  }

  /// However long it is to be kept, history is bounded by its number.
  @Test func theOldestHistoryLeavesBeforeItsTimeWhereThereIsMuch() {
    let site = ListedSite(l1: 1, max: 9)
    site.limitHistory(to: 3)
    for number in Int64(1)...6 {
      site.ask(.destroy(DeploymentID(number)))
      site.pass(.seconds(1))
    }
    let history = site.engine.deployments.filter(\.phase.isHistory).map(\.id.number)
    #expect(history == [4, 5, 6])
    let sentence = "the history holds 3 removed deployments: the oldest leave before their time"
    #expect(site.journal.count { $0.message.text == sentence } == 1)
  }
}

extension World {
  /// One thing happens: a call comes back, or time passes until the next one. False: nothing is
  /// left.
  func stepOnce() -> Bool {
    if let flight = flights.first(where: { ($0.due ?? .never) <= now.moment }) {
      comeBack(flight, with: flight.answer)
      return true
    }
    if engine.isIdle { return false }
    guard let next = nextEvent else { return false }
    if next > now.moment { moveClocks(by: next - now.moment) }
    step(.tick)
    return true
  }
}
