package import Basics
package import DeploymentEngine
import DeploymentInterface
package import SafeTexts

/// A random history of a small world: users, operators, agents, failures, hangs, crashes and clock
/// jumps. The seed decides everything.
package final class History: Workload {
  package let world: World
  package let seed: UInt64
  package var random: SplitMix64
  package let configuration: Configuration
  /// The normal offer of each pool's service.
  let offers: [String: ServiceOffer]
  private var step = 0
  package static let users: [SafeText] = ["ann", "bob", "cyd", "dan", "eve"]

  /// Classes of faults that are left out.
  let without: Set<FaultClass>
  /// Duration of the faults.
  private var end = TimeSpan.hours(24 * 36_500)
  /// The time limit for settling, and the deployments whose agents have reported a ready OS since
  /// the last event.
  var quiet: (until: Moment, told: Set<DeploymentID>)?
  /// Whether an operator has asked for the removal of all orphans.
  var isTidied = false
  /// The pools whose publication an operator has allowed to take the last place.
  var forced: Set<PoolID> = []

  /// The history of a simulation.
  convenience init(_ simulation: Simulation) {
    let isCalm = simulation.preset == .lite
    self.init(
      seed: simulation.seed, without: isCalm ? Set(FaultClass.allCases) : simulation.without
    ) { _ in }
    end = .hours(24 * Int64(simulation.days))
    world.judgesEvery = 16
  }

  package init(
    seed: UInt64, without: Set<FaultClass> = [], complained: @escaping (Violation) -> Void
  ) {
    self.seed = seed
    self.without = without
    var random = SplitMix64(seed: seed)
    let setup = SmallWorld(random: &random)
    configuration = setup.configuration
    world = World(
      configuration: Configuration(), services: [:], seed: seed,
      startingAt: EngineTime(
        moment: Moment(milliseconds: Int64(random.below(1_000_000))),
        utc: Timestamp(milliseconds: 1_700_000_000_000 + Int64(random.below(1_000_000_000)))),
      complained: complained)
    world.label = "seed \(seed): "
    world.driver.faultPlan = FaultPlan(seed: random.next(), without: without)
    world.driver.inventories = Inventories(seed: ~seed, without: without)
    world.driver.leftovers = LeftoverPlan(seed: seed &* 0x9e37_79b9, without: without)
    world.list(setup.lists)
    world.services = setup.services
    offers = setup.services
    self.random = random
    world.reconfigure { $0 = setup.configuration }
  }

  /// Runs this many random events; ends at the first violation.
  package func run(_ steps: Int) {
    while step < steps, advance() {}
  }

  /// Carries out one random event.
  package func advance() -> Bool {
    guard world.complaints.isEmpty, world.elapsed < end else { return false }
    step += 1
    world.label = "seed \(seed) step \(step): "
    act()
    return true
  }

  private func act() {
    let drawn = random.below(100)
    // Each act has its own generator, so that leaving out a class does not change the others.
    var random = random.fork()
    swap(&random, &self.random)
    defer { swap(&random, &self.random) }
    switch drawn {
    case 0..<38: progress()
    case 38..<50: arrive()
    case 50..<60: unlessLeftOut(.operators, operate)
    case 60..<65: unlessLeftOut(.operators, actOnOrphans)
    case 65..<73: unlessLeftOut(.agents, agent)
    case 73..<81: unlessLeftOut(.operators, administrate)
    case 81..<83: unlessLeftOut(.reload, reload)
    case 83: unlessLeftOut(.service, changeService)
    case 84..<88: unlessLeftOut(.crash, crash)
    case 88..<90: unlessLeftOut(.clock, moveClock)
    case 90..<92: unlessLeftOut(.old, answerAgain)
    case 92..<93:
      let name = "a-\(self.random.below(4))"
      unlessLeftOut(.twin) {
        if name < "a-2" {
          world.driver.uniqueIds[name] = "twin"
        } else {
          world.driver.addresses[name] = "10.9.9.9"
        }
      }
    case 93..<95: unlessLeftOut(.store, troubleStore)
    case 95 where self.random.percent(50): unlessLeftOut(.host, troubleHost)
    case 95, 96:
      switch self.random.below(4) {
      case 0: unlessLeftOut(.vanish, vanish)
      case 1: unlessLeftOut(.stranger, toggleForeignResource)
      case 2: unlessLeftOut(.notice, speakUnasked)
      default: unlessLeftOut(.storm, storm)
      }
    default: run(for: .seconds(Int64(self.random.below(400))))
    }
  }

  private func unlessLeftOut(_ kind: FaultClass, _ act: () -> Void) {
    if without.contains(kind) { progress() } else { act() }
  }

  private func run(for span: TimeSpan) {
    world.healStore()
    world.run(for: span)
  }

  /// Lets the store fail for a few steps, or repairs it.
  private func troubleStore() {
    if world.storeFails { return world.healStore() }
    world.failsCommit = 1 + random.below(3)
    world.deniesCommit = random.percent(30)
  }

  private var user: SafeText { random.pick(Self.users) ?? "ann" }
  private var pool: SafeText { random.pick(["a", "b", "c", "nowhere"]) ?? "a" }
  private var level: CacheLevel { random.percent(50) ? .l1 : .l2 }
  private var deployment: Deployment? { random.pick(world.engine.deployments) }

  /// A user asks for a deployment; sometimes a command waits with them, and one is killed.
  private func arrive() {
    let (user, pool) = (user, pool)
    guard !without.contains(.askers) else {
      world.assign(user, from: pool)
      return
    }
    let asker = random.percent(30) ? Asker("\(step)") : nil
    world.assign(user, from: pool, waitedForBy: asker)
    if random.percent(30) { killAsker() }
  }

  /// Kills the command of a user, who may have been served by now.
  private func killAsker() {
    let waiting = world.engine.waiters.map { ($0.pool, $0.user, $0.promise) }
    let promised = world.engine.deployments.compactMap { one in
      one.promise.flatMap { promise in one.placement.user.map { (one.pool, $0, promise) } }
    }
    guard let (pool, user, promise) = random.pick(waiting + promised), let asker = promise.asker
    else { return }
    world.end(asker, of: user, in: pool)
  }

  /// Ends a call, in any order, or lets time pass.
  private func progress() {
    if world.storeFails, random.percent(30) { world.healStore() }
    if let flight = world.dueInventory, random.percent(50) { return world.comeBack(flight) }
    let back = world.flights.filter { ($0.due ?? .never) <= world.now.moment }
    if back.count > 1, random.percent(15) { return world.comeBack(back) }
    if let flight = random.pick(back) {
      if !without.contains(.old), random.percent(3) { return world.comeBackTwice(flight) }
      return world.comeBack(flight, with: flight.answer)
    }
    if let next = world.nextEvent, next > world.now.moment, random.percent(80) {
      let most = min((next - world.now.moment).milliseconds, 3_600_000)
      world.moveClocks(by: TimeSpan(milliseconds: most))
    } else {
      world.moveClocks(by: .milliseconds(Int64(random.below(5000))))
    }
    world.step(.tick)
  }

  func operate() {
    let id = deployment?.id ?? DeploymentID(Int64(random.below(50)))
    let verbs: [Verb] = [
      .cancel(id), .destroy(id), .move(id, to: level), .ready(id), .assign(id, user: user),
      .release(id), .retry(id), .forget(id), .undo(id), .destroy(id), .release(id), .retry(id),
    ]
    guard let verb = random.pick(verbs) else { return }
    let seen: UInt64? = random.percent(20) ? UInt64(random.below(9)) : nil
    let later: TimeSpan? = random.percent(25) ? .seconds(Int64(random.below(30)) - 2) : nil
    if case .forget = verb {
      guard random.percent(50) else { return }
      let failed = world.engine.deployments.filter { $0.state == .error }
      world.ask(.forget(random.pick(failed)?.id ?? id))
      return
    }
    world.ask(verb, ifRevision: seen, notBefore: later)
  }

  private func agent() {
    let words: [GuestEvent] = [
      .ready(nil), .ready("x", boot: SafeText("\(random.below(3))")),
      .ip("10.0.0.\(random.below(9))"), .login(user), .logout(user),
      .login(user), .logout(user), .ready(nil),
    ]
    guard let word = random.pick(words) else { return }
    world.ask(.notify(deployment?.uniqueId ?? "nobody", word))
  }

  private func administrate() {
    let sizes = SizeOverrides(
      initial: random.percent(30) ? random.below(5) : nil,
      l1: random.percent(60) ? random.below(5) - 1 : nil,
      l2: random.percent(40) ? random.below(4) : nil,
      max: random.percent(30) ? random.below(8) : nil)
    let verbs: [Verb] = [
      .publish(pool), .publish("c"), .cancelPublication("c"), .pause(pool), .resume(pool),
      .lift(pool), .resize(pool, sizes), .resize(pool, sizes), .resize(pool, nil),
      .maintenance("x", random.percent(30)), .maintenance("y", random.percent(30)),
      .maintenance("z", true), .publish("c"), .resume(pool),
    ]
    if let verb = random.pick(verbs) { world.ask(verb) }
  }

  private func crash() {
    if random.percent(50) {
      let isBefore = random.percent(50)
      world.crashNext = isBefore ? .beforeCommit : .afterCalls(random.below(3))
      progress()
      world.crashNext = nil
    } else {
      let pause = TimeSpan.seconds(Int64(random.below(2000)))
      if random.percent(15), !without.contains(.loss), let one = deployment {
        return world.restart(losing: one.id, after: pause)
      }
      let jump = random.percent(20) ? TimeSpan.seconds(Int64(random.below(9000)) - 4500) : .zero
      // Sometimes the new process dies during its start.
      if random.percent(20) { world.crashNext = .afterCalls(random.below(2)) }
      world.restart(after: pause, wallJump: jump, configured: random.percent(50))
    }
  }

  /// Delivers an answer to a call that has ended or belongs to another run.
  private func answerAgain() {
    // Each event also handles due times: changes that are due anyway would not come from the
    // answer.
    guard !world.storeFails, world.failsCommit == nil, world.crashNext == nil,
      world.engine.nextWake.map({ $0 > world.now.moment }) ?? true,
      let old = random.pick(world.calls.suffix(20).map(\.call)),
      !world.flights.contains(where: { $0.call.id == old.id })
    else { return }
    let state = world.engine.deployments
    world.step(.callEnded(CallResult(id: old.id, answer: .finished)))
    if world.engine.deployments != state {
      world.complain(.repetition, "an old answer changed something")
    }
  }
}
