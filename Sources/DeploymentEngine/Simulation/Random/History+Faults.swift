import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The faults of a world besides its drivers' answers.
extension History {
  /// Takes a host down, or brings one back with or without its resources.
  func troubleHost() {
    let host = random.below(3)
    world.noteFault(.host)
    if random.percent(50) {
      world.driver.failHost(host)
    } else {
      world.driver.returnHost(host, withThings: random.percent(50))
    }
  }

  /// Lets resources vanish: one, or all of a pool.
  func vanish() {
    world.noteFault(.vanish)
    let names = world.driver.things.keys.sorted()
    guard let one = random.pick(names) else { return }
    let isWholePool = random.percent(20)
    for name in names where name == one || isWholePool && name.first == one.first {
      world.driver.vanish(name)
    }
  }

  /// Sends notices of drivers about changes or logged-in users, sometimes from the wrong provider.
  func speakUnasked() {
    world.noteFault(.notice)
    for one in world.engine.deployments where random.percent(50) {
      let users = (0..<random.below(3)).map { _ in random.pick(Self.users) ?? "ann" }
      let kind: DriverNotice.Kind =
        random.percent(50) ? .changed("it was switched off") : .users(users)
      let notice = DriverNotice(owner: "", deployment: one.id, kind: kind)
      world.step(.noticed(notice, by: random.pick(["x", "y"]) ?? "x"))
    }
  }

  /// Lets a foreign resource take a name that a pool may use next, or removes it.
  func toggleForeignResource() {
    world.noteFault(.stranger)
    let prefix = random.pick(["a-", "b-", "c-"]) ?? "a-"
    world.driver.toggleForeign(at: prefix + "\(random.below(4))")
  }

  /// Sets the wall clock, by an hour, by hand or by years; or moves both clocks.
  func moveClock() {
    switch random.below(6) {
    case 0: world.jumpWallClock(by: .hours(1))
    case 1: world.jumpWallClock(by: .hours(-1))
    case 2: world.jumpWallClock(by: .hours(24 * 365 * (random.percent(50) ? 2 : -40)))
    case 3:
      world.noteFault(.clock)
      world.moveClocks(by: .seconds(Int64(random.below(12 * 3600))))
    default: world.jumpWallClock(by: .seconds(Int64(random.below(200_000)) - 100_000))
    }
  }

  /// Lets many users arrive at one instant and repeat their requests; some leave before they are
  /// let in.
  func storm() {
    world.noteFault(.storm)
    let pool: SafeText = random.pick(["a", "b", "c"]) ?? "a"
    let crowd = (0..<(5 + random.below(30))).map { SafeText("s\($0)") }
    for user in crowd { world.assign(user, from: pool) }
    for user in crowd where random.percent(50) { world.assign(user, from: pool) }
    for one in world.engine.deployments where random.percent(60) {
      guard let user = one.placement.user, crowd.contains(user) else { continue }
      world.ask(random.percent(50) ? .release(one.id) : .notify(one.uniqueId, .login(user)))
      if random.percent(50) { world.ask(.notify(one.uniqueId, .logout(user))) }
    }
  }

  /// Changes the configuration file: limits, sizes, names, identities, whole pools.
  func reload() {
    world.noteFault(.reload)
    var changed = configuration
    for index in changed.providers.indices where random.percent(30) {
      changed.providers[index].limits.preparing = 1 + random.below(3)
      changed.providers[index].limits.removing = 1 + random.below(2)
      changed.providers[index].limits.settingReady = 1 + random.below(2)
      if random.percent(40) { changed.providers[index].limits.deployments = 1 + random.below(12) }
    }
    for index in changed.providers.indices where random.percent(15) {
      changed.providers[index].orphans.removes.toggle()
      changed.providers[index].orphans.grace = .seconds(Int64(random.below(10) * random.below(400)))
      changed.providers[index].orphans.most = random.below(5)
    }
    if random.percent(5) { changeInventories() }
    for index in changed.pools.indices where random.percent(30) { change(&changed.pools[index]) }
    if random.percent(30), let gone = random.pick(changed.pools) {
      changed.pools.removeAll { $0.name == gone.name }
    }
    world.file = changed
    world.step(world.configured)
  }

  private func change(_ pool: inout PoolConfiguration) {
    switch random.below(8) {
    case 0: pool.sizes.max = max(pool.sizes.l1, pool.sizes.initial, random.below(4))
    case 1: (pool.sizes.initial, pool.sizes.l1) = (0, random.below(pool.sizes.max + 1))
    case 2: pool.provider = pool.provider == "x" ? "y" : "x"
    case 3: pool.names = NamePattern(prefix: pool.name + "+", digits: 1)
    case 4: pool.macs = MACRange(first: MACAddress(0x11), last: MACAddress(0x14))
    case 5: pool.onLogout = pool.onLogout == .keep ? .remove : .keep
    case 6:
      pool.deadlines = PoolDeadlines(
        preparing: .minutes(1), osReady: .minutes(1), removing: .minutes(1))
    default: (pool.errorRetention, pool.historyRetention) = (.seconds(1), .zero)
    }
    if pool.sizes.l1 > pool.sizes.max { pool.sizes.l1 = pool.sizes.max }
  }

  /// Changes the offer of a service, lets it fail to load, or restores it.
  func changeService() {
    world.noteFault(.service)
    guard let pool = random.pick(["a", "b", "c"]), case .traits(var traits)? = offers[pool]
    else { return }
    switch random.below(6) {
    case 0: traits.cacheLevels = random.pick([.none, .l1, .l1AndL2]) ?? .l1
    case 1: traits.publishes.toggle()
    case 2: traits.waitsForOS.toggle()
    case 3: traits.usesPort.toggle()
    default: break
    }
    world.services[pool] = random.percent(15) ? .problem("it does not load") : .traits(traits)
    world.step(world.configured)
  }
}
