import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A site with office-sized pools, and users who arrive, work and leave by the clock.
final class Site: Workload {
  let world: World
  private var random: SplitMix64
  /// The generator of the faults, so that leaving out one does not change the rest.
  var faultRandom: SplitMix64
  var schedule = Schedule()
  private let end: TimeSpan
  let without: Set<FaultClass>
  private let preset: Simulation.Preset
  private var told: [DeploymentID: Int] = [:]

  private var quietUntil = TimeSpan.zero
  private var isTidied = false
  /// The normal configuration of the site.
  private(set) var usual = Configuration()
  private(set) var offers: [String: ServiceOffer] = [:]

  init(_ simulation: Simulation) {
    var random = SplitMix64(seed: simulation.seed)
    preset = simulation.preset
    without = simulation.without
    end = .hours(24 * Int64(simulation.days))
    world = World(
      configuration: Configuration(), services: [:], seed: simulation.seed, startingAt: .start,
      complained: { _ in })
    world.label = "seed \(simulation.seed): "
    world.judgesEvery = 4096
    world.records = false
    world.driver.faultPlan = FaultPlan(seed: random.next(), without: simulation.without)
    world.driver.suggestedTime = .seconds(20)
    world.driver.inventories = Inventories(seed: ~simulation.seed, without: simulation.without)
    world.driver.leftovers = LeftoverPlan(
      seed: simulation.seed &* 0x9e37_79b9, without: simulation.without, outOf: 10_000)
    world.driver.hosts.count = 20
    faultRandom = SplitMix64(seed: simulation.seed &+ 1)
    self.random = random
    configure()
    for day in 0..<max(1, simulation.days) { plan(day: day) }
  }

  private func configure() {
    let isExam = preset == .exam
    let isFarm = preset == .ci
    world.services = [
      "desk": .traits(ServiceTraits(cacheLevels: .l1AndL2, waitsForOS: true)),
      "lab": .traits(ServiceTraits(cacheLevels: .l1AndL2, publishes: true)),
      "ci": .traits(ServiceTraits(cacheLevels: .l1)),
    ]
    func pool(_ name: String, _ sizes: Sizes) -> PoolConfiguration {
      var pool = PoolConfiguration(
        name: name, provider: "here", sizes: sizes, names: NamePattern(prefix: name, digits: 4))
      pool.onLogout = name == "desk" && !isExam ? .keep : .remove
      pool.unusedAfter = name == "ci" ? (isFarm ? .minutes(20) : .hours(2)) : nil
      pool.historyRetention = .minutes(30)
      return pool
    }
    let pools = [
      pool("desk", Sizes(initial: 50, l1: isExam ? 20 : 60, l2: isExam ? 20 : 120, max: 700)),
      pool("lab", Sizes(l1: isExam ? 260 : 20, l2: isExam ? 500 : 40, max: 800)),
      pool("ci", isFarm ? Sizes(l1: 60, max: 900) : Sizes(l1: 20, max: 200)),
    ]
    let limits = ProviderLimits(preparing: 60, removing: 60, deployments: 2000, settingReady: 64)
    let rule = OrphanRule(
      removes: faultRandom.percent(70), grace: .minutes(Int64(1 + faultRandom.below(120))), most: 25
    )
    let here = ProviderConfiguration(name: "here", driver: "dice", limits: limits, orphans: rule)
    world.file = Configuration(providers: [here], pools: pools)
    (usual, offers) = (world.file, world.services)
    world.list(["here"])
    world.step(world.configured)
    world.ask(.publish("lab"))
  }

  // MARK: People

  private func plan(day: Int) {
    let midnight = TimeSpan.hours(24 * Int64(day))
    switch preset {
    case .exam:
      for shift in 0..<3 {
        let start = midnight + .hours(Int64(9 + 4 * shift))
        schedule.add(start + .minutes(-20), .resize("lab", SizeOverrides(l1: 260)))
        for seat in 0..<250 {
          visit("e\(day)-\(shift)-\(seat)", "lab", start, within: 600, staying: 2 * 3600)
        }
        schedule.add(start + .minutes(30), .resize("lab", SizeOverrides(l1: 20)))
      }
    case .ci: break
    case .lite, .swarm, .nineOClock:
      // Two in five arrive in the ten minutes around nine, the others in the two hours after.
      for person in 0..<600 {
        let isEarly = random.percent(40)
        let start = midnight + (isEarly ? .minutes(535) : .minutes(540))
        visit(
          "u\(person)", "desk", start, within: isEarly ? 600 : 7200, staying: 8 * 3600)
      }
    }
    for job in 0..<(preset == .ci ? 14_400 : 400) {
      let start = midnight + .seconds(Int64(random.below(86_400)))
      visit("job\(day)-\(job)", "ci", start, within: 1, staying: preset == .ci ? 600 : 1200)
    }
    trouble(midnight)
    scheduleFaults(of: midnight)
  }

  /// Schedules a user who arrives, logs in and logs out; some log-outs are lost, and some users
  /// return.
  func visit(
    _ name: String, _ pool: SafeText, _ start: TimeSpan, within: Int, staying: Int
  ) {
    let user = SafeText(name)
    let come = start + .seconds(Int64(random.below(max(1, within))))
    schedule.add(come, .come(user, pool))
    schedule.add(come + .minutes(3), .logIn(user, pool))
    guard !random.percent(2) else { return }
    let leave = come + .seconds(Int64(staying * 3 / 4 + random.below(max(1, staying / 2))))
    schedule.add(leave, .logOut(user, pool))
    if random.percent(1) { schedule.add(leave + .seconds(5), .come(user, pool)) }
  }

  private func trouble(_ midnight: TimeSpan) {
    for _ in 0..<(1 + random.below(8)) {
      let at = midnight + .seconds(Int64(random.below(86_400)))
      let kind = random.pick([Schedule.Act.crash, .storeFails, .clock, .operator]) ?? .crash
      schedule.add(at, kind)
      if kind == .storeFails {
        schedule.add(at + .seconds(Int64(1 + random.below(600))), .storeHeals)
      }
    }
  }

  // MARK: Time

  /// Advances to the next event; returns false if the days are over or a checker has found a
  /// violation.
  func advance() -> Bool {
    guard world.complaints.isEmpty, world.elapsed < end else { return false }
    let now = world.now.moment
    if let flight = world.dueFlight {
      comeBack(flight)
      speak(for: flight.call)
      return true
    }
    if let flight = world.dueInventory {
      world.comeBack(flight)
      return true
    }
    if let wake = world.engine.nextWake, wake <= now, !world.storeFails {
      world.step(.tick)
      return true
    }
    if let act = schedule.next(at: world.elapsed) {
      carryOut(act)
      return true
    }
    var span = end.milliseconds - world.elapsed.milliseconds
    if let next = schedule.first {
      span = min(span, next.milliseconds - world.elapsed.milliseconds)
    }
    if let next = world.nextEvent, next > now { span = min(span, (next - now).milliseconds) }
    world.moveClocks(by: .milliseconds(max(1, span)))
    return true
  }

  private func carryOut(_ act: Schedule.Act) {
    switch act {
    case .come(let user, let pool): world.assign(user, from: pool)
    case .logIn(let user, let pool): say(.login(user), user, pool)
    case .logOut(let user, let pool): say(.logout(user), user, pool)
    case .ready(let id): tellReady(id)
    case .resize(let pool, let sizes): world.ask(.resize(pool, sizes))
    case .crash:
      guard !without.contains(.crash) else { return }
      world.crashNext = random.percent(50) ? .beforeCommit : .afterCalls(random.below(3))
    case .storeFails: if !without.contains(.store) { world.failsCommit = 1 }
    case .storeHeals: world.healStore()
    case .clock:
      let jump = TimeSpan.seconds(Int64(random.below(40_000)) - 20_000)
      if !without.contains(.clock) { world.jumpWallClock(by: jump) }
    case .operator: if !without.contains(.operators) { operate() }
    case .fault(let kind): if !without.contains(kind) { inject(kind) }
    case .hostReturns, .foreignLeaves, .reloadEnds, .serviceReturns: end(act)
    case .publish(let pool, let isFirst): publish(pool, isFirst: isFirst)
    }
  }

  private func operate() {
    let seen = world.engine.deployments
    guard let one = random.pick(seen) else { return }
    let verbs: [Verb] = [
      .destroy(one.id), .cancel(one.id), .release(one.id), .retry(one.id), .ready(one.id),
      .move(one.id, to: .l1), .move(one.id, to: .l2), .pause("ci"), .resume("ci"), .forget(one.id),
      .publish("lab"), .maintenance("here", false),
    ]
    if random.percent(30) { return actOnOrphans() }
    if let verb = random.pick(verbs) { world.ask(verb) }
  }

  private func say(_ word: GuestEvent, _ user: SafeText, _ pool: SafeText) {
    // The pool may have been removed from the configuration in the meantime.
    guard let there = world.engine.pool(named: pool),
      let id = world.ledger.holder(of: user, in: there.id),
      let one = world.engine.deployment(id), one.isLetIn || one.inUse
    else { return }
    world.ask(.notify(one.uniqueId, word))
  }

  /// Schedules the agent's ready event some time after its machine runs.
  private func speak(for call: Call) {
    guard case .deployment(let id) = call.subject,
      let one = world.engine.deployment(id), one.isWaitingForOS, told[id] == nil
    else { return }
    told[id] = 1
    schedule.add(world.elapsed + .seconds(Int64(5 + random.below(40))), .ready(id))
  }

  private func tellReady(_ id: DeploymentID) {
    told[id] = nil
    guard let one = world.engine.deployment(id), one.isWaitingForOS else { return }
    world.ask(.notify(one.uniqueId, .ready(nil)))
  }

  // MARK: Settling

  /// Stops all faults.
  func heal() {
    world.healStore()
    (world.failsCommit, world.crashNext) = (nil, nil)
    world.driver.heal()
    world.orphans.heal()
    (world.file, world.services) = (usual, offers)
    world.list(["here"])
    world.restart()
    world.ask(.publish("lab"))
    for pool in ["desk", "lab", "ci"] {
      world.ask(.resume(SafeText(pool)))
      world.ask(.lift(SafeText(pool)))
    }
    quietUntil = world.elapsed + .hours(12)
  }

  /// Advances to the next event; everything must settle within twelve hours.
  func advanceToRest() -> Bool {
    guard world.complaints.isEmpty else { return false }
    if isSettled {
      if isTidied { return false }
      isTidied = true
    }
    if isTidied { world.removeAllOrphans() }
    guard world.elapsed < quietUntil else {
      world.complain(.liveness, "not settled twelve hours after faults stopped")
      return false
    }
    for one in world.engine.deployments where one.isWaitingForOS && one.phase == .usable(nil) {
      world.ask(.notify(one.uniqueId, .ready(nil)))
    }
    world.run(for: .minutes(5))
    return true
  }

  private var isSettled: Bool {
    world.engine.isIdle
      && world.unsettledOrphans(usual.providers, isTidied: isTidied).isEmpty
      && !world.engine.deployments.contains {
        switch $0.state {
        case .removable, .removing, .canceling, .preparing: true
        case .error: $0.isDisposable
        case .usable: $0.isWaitingForOS || $0.pending != nil
        case .removed, .canceled: false
        }
      }
  }

  func judgeSettled() {
    world.judgeState([])
    let held = Set(world.engine.deployments.filter(\.exists).map(\.identity.name))
      .union(world.engine.publications.filter { $0.state != .removed }.map(\.name))
    for name in world.driver.things.keys.sorted() where !held.contains(name) {
      world.complain(.things, "\(name) exists outside and belongs to nobody")
    }
    for one in world.engine.deployments
    where one.state == .usable && !world.driver.hasVanished(one.identity.name)
      && world.driver.things[one.identity.name] == nil
    {
      world.complain(.things, "\(one.id) is usable and does not exist")
    }
  }
}
