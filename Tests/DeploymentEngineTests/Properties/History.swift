import DeploymentEngine

/// One random history of a small world: users, operators, agents, failures, hangs, crashes and
/// clocks that
/// jump. The seed decides everything.
final class History {
  let world: World
  let seed: UInt64
  var random: SplitMix64
  let configuration: Configuration
  private var step = 0
  static let users: [SafeText] = ["ann", "bob", "cyd", "dan", "eve"]

  init(seed: UInt64) {
    self.seed = seed
    var random = SplitMix64(seed)
    let setup = SmallWorld(random: &random)
    configuration = setup.configuration
    world = World(
      configuration: Configuration(), services: [:], seed: seed,
      startingAt: EngineTime(
        moment: Moment(milliseconds: Int64(random.below(1_000_000))),
        utc: Timestamp(milliseconds: 1_700_000_000_000 + Int64(random.below(1_000_000_000)))))
    world.label = "seed \(seed): "
    world.driver.dice = FaultDice(seed: random.next())
    world.services = setup.services
    self.random = random
    world.reconfigure { $0 = setup.configuration }
  }

  /// So many random events; ends early at the first complaint.
  func run(_ steps: Int) {
    while step < steps, world.complaints.isEmpty {
      step += 1
      world.label = "seed \(seed) step \(step): "
      act()
    }
  }

  private func act() {
    switch random.below(100) {
    case 0..<40: progress()
    case 40..<52: world.assign(user, from: pool)
    case 52..<68: operate()
    case 68..<76: agent()
    case 76..<84: administrate()
    case 84..<87: reload()
    case 87..<91: crash()
    case 91..<93: world.jumpWallClock(by: .seconds(Int64(random.below(200_000)) - 100_000))
    case 93..<95: answerAgain()
    case 95..<96: world.driver.uniqueIds["a-\(random.below(4))"] = "twin"
    default: world.run(for: .seconds(Int64(random.below(400))))
    }
  }

  private var user: SafeText { random.pick(Self.users) ?? "ann" }
  private var pool: SafeText { random.pick(["a", "b", "c", "nowhere"]) ?? "a" }
  private var level: CacheLevel { random.percent(50) ? .l1 : .l2 }
  private var deployment: Deployment? { random.pick(world.engine.deployments) }

  /// A call comes back, in any order, or time goes on.
  private func progress() {
    let back = world.flights.filter { ($0.due ?? .never) <= world.now.moment }
    if let flight = random.pick(back) { return world.comeBack(flight, with: flight.answer) }
    if let next = world.nextEvent, next > world.now.moment, random.percent(80) {
      let most = min((next - world.now.moment).milliseconds, 3_600_000)
      world.moveClocks(by: TimeSpan(milliseconds: most))
    } else {
      world.moveClocks(by: .milliseconds(Int64(random.below(5000))))
    }
    world.step(.tick)
  }

  private func operate() {
    let id = deployment?.id ?? DeploymentID(Int64(random.below(50)))
    let verbs: [Verb] = [
      .cancel(id), .destroy(id), .move(id, to: level), .ready(id), .assign(id, user: user),
      .release(id), .retry(id), .forget(id), .undo(id), .destroy(id), .release(id), .retry(id),
    ]
    guard let verb = random.pick(verbs) else { return }
    let seen: UInt64? = random.percent(20) ? UInt64(random.below(9)) : nil
    let later: TimeSpan? = random.percent(25) ? .seconds(Int64(random.below(30)) - 2) : nil
    if case .forget = verb, random.percent(70) { return }
    world.ask(verb, ifRevision: seen, notBefore: later)
  }

  private func agent() {
    let words: [AgentWord] = [
      .ready(nil), .ready("x"), .ip("10.0.0.\(random.below(9))"), .login(user), .logout(user),
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

  /// The configuration file changed: sizes, limits, or a pool that is not in it any more.
  private func reload() {
    var changed = configuration
    for index in changed.providers.indices where random.percent(30) {
      changed.providers[index].limits.preparing = 1 + random.below(3)
      changed.providers[index].limits.removing = 1 + random.below(2)
    }
    if random.percent(40), let gone = random.pick(changed.pools) {
      changed.pools.removeAll { $0.name == gone.name }
    }
    world.file = changed
    world.step(.configured(changed, services: world.services))
  }

  private func crash() {
    if random.percent(50) {
      world.crashNext = random.pick(World.CrashPoint.allCases)
      progress()
      world.crashNext = nil
    } else {
      let pause = TimeSpan.seconds(Int64(random.below(2000)))
      let jump = random.percent(20) ? TimeSpan.seconds(Int64(random.below(9000)) - 4500) : .zero
      world.restart(after: pause, wallJump: jump, configured: random.percent(50))
    }
  }

  /// An answer to a call that is long over, or of another run.
  private func answerAgain() {
    guard let old = random.pick(world.calls.suffix(20).map(\.call)),
      !world.flights.contains(where: { $0.call.id == old.id })
    else { return }
    let state = world.engine.deployments
    world.step(.callEnded(CallOutcome(id: old.id, answer: .finished)))
    if world.engine.deployments != state { world.complain("an old answer changed something") }
  }
}

/// A configuration so small that everything is exhausted and met again all the time.
struct SmallWorld {
  var configuration = Configuration()
  var services: [String: ServiceOffer] = [:]

  init(random: inout SplitMix64) {
    for name in ["x", "y"] {
      configuration.providers.append(
        ProviderConfiguration(
          name: name, driver: "dice",
          limits: ProviderLimits(
            preparing: 1 + random.below(3), removing: 1 + random.below(2),
            deployments: 4 + random.below(12), settingReady: 1 + random.below(2))))
    }
    add("a", provider: "x", levels: .l1AndL2, &random)
    add("b", provider: random.percent(50) ? "x" : "y", levels: random.pick([.none, .l1]), &random)
    add("c", provider: "y", levels: .l1AndL2, publishes: true, &random)
  }

  private mutating func add(
    _ name: String, provider: String, levels: CacheLevels?, publishes: Bool = false,
    _ random: inout SplitMix64
  ) {
    let levels = levels ?? .l1
    let max = 1 + random.below(6)
    let range = MACRange(first: MACAddress(0x10), last: MACAddress(0x12))
    var pool = PoolConfiguration(
      name: name, provider: provider,
      sizes: Sizes(
        initial: levels == .none ? 0 : random.below(max + 1),
        l1: levels == .none ? 0 : random.below(max + 1),
        l2: levels == .l1AndL2 ? random.below(3) : 0, max: max),
      names: NamePattern(prefix: name + "-", digits: 1))
    pool.macs = random.percent(25) ? range : nil
    pool.onLogout = random.percent(50) ? .remove : .keep
    pool.restrain = RestraintRule(count: random.below(4), within: .minutes(3))
    pool.deadlines = PoolDeadlines(
      preparing: .minutes(5), osReady: .minutes(4), removing: .minutes(6))
    pool.errorRetention = .minutes(Int64(1 + random.below(10)))
    pool.historyRetention = .minutes(Int64(random.below(10)))
    pool.unusedAfter = random.percent(30) ? .minutes(7) : nil
    configuration.pools.append(pool)
    services[name] = .traits(
      ServiceTraits(
        cacheLevels: levels, publishes: publishes, waitsForOS: random.percent(35),
        usesPort: random.percent(30)))
  }
}
