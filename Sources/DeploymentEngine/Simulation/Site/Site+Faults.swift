import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The faults of a site, with realistic rates.
extension Site {
  /// Schedules the faults of a day.
  func scheduleFaults(of midnight: TimeSpan) {
    let often: [(FaultClass, Int)] = [
      (.host, 1), (.vanish, 3), (.stranger, 2), (.storm, 1), (.notice, 24), (.reload, 2),
      (.service, 1),
    ]
    for (kind, times) in often {
      for _ in 0..<times { schedule.add(midnight + moment(), .fault(kind)) }
    }
    for hour in 0..<24 {
      schedule.add(midnight + .hours(Int64(hour)) + .minutes(10), .publish("lab", isFirst: true))
    }
    if faultRandom.percent(50) {
      schedule.add(midnight + .hours(3), .publish("lab", isFirst: false))
    }
  }

  private func moment() -> TimeSpan { .seconds(Int64(faultRandom.below(86_400))) }

  /// Carries out a fault.
  func inject(_ kind: FaultClass) {
    var random = faultRandom.fork()
    world.noteFault(kind)
    let now = world.elapsed
    switch kind {
    case .host:
      let host = random.below(20)
      world.driver.failHost(host)
      let back = now + .minutes(Int64(5 + random.below(120)))
      schedule.add(back, .hostReturns(host, withThings: random.percent(60)))
    case .vanish:
      let names = world.driver.things.keys.sorted()
      if let name = random.pick(names) { world.driver.vanish(name) }
    case .stranger:
      let pool = random.pick(["desk", "lab", "ci"]) ?? "ci"
      let number = "000\(random.below(400))".suffix(4)
      world.driver.toggleForeign(at: pool + number)
      schedule.add(now + .hours(Int64(1 + random.below(8))), .foreignLeaves(pool + number))
    case .storm:
      let pool: SafeText = random.pick(["desk", "lab", "ci"]) ?? "ci"
      for guest in 0..<(20 + random.below(60)) {
        let name = "s\(now.milliseconds)-\(guest)"
        visit(name, pool, now, within: 1, staying: 1 + random.below(7200))
        schedule.add(now + .seconds(1), .come(SafeText(name), pool))
      }
    case .notice: speakUnasked(&random)
    case .reload:
      reload(&random)
      schedule.add(now + .minutes(Int64(10 + random.below(600))), .reloadEnds)
    case .service:
      changeService(&random)
      schedule.add(now + .minutes(Int64(5 + random.below(240))), .serviceReturns)
    case .permanent, .transient, .unknown, .lost, .hang, .slow, .port, .twin, .address, .outage,
      .garbage, .old, .crash, .store, .clock, .operators, .agents, .askers, .zombie, .second, .loss,
      .inventory:
      break
    }
  }

  /// Ends a fault.
  func end(_ act: Schedule.Act) {
    switch act {
    case .hostReturns(let host, let withThings):
      world.driver.returnHost(host, withThings: withThings)
    case .foreignLeaves(let name): world.driver.toggleForeign(at: name)
    case .reloadEnds:
      world.file = usual
      world.step(world.configured)
    case .serviceReturns:
      world.services = offers
      world.step(world.configured)
    case .come, .logIn, .logOut, .ready, .resize, .crash, .storeFails, .storeHeals, .clock,
      .operator, .fault, .publish:
      break
    }
  }

  /// Sends a few notices of drivers about changes or logged-in users.
  private func speakUnasked(_ random: inout SplitMix64) {
    let all = world.engine.deployments
    for _ in 0..<3 {
      guard let one = random.pick(all), one.exists else { continue }
      let users = random.percent(60) ? [one.placement.user].compactMap(\.self) : []
      let kind: DriverNotice.Kind =
        random.percent(50) ? .changed("it was switched off") : .users(users)
      world.step(.noticed(DriverNotice(owner: "", deployment: one.id, kind: kind), by: "here"))
    }
  }

  /// Changes the configuration file: limits, sizes, policies, and sometimes removes a pool.
  private func reload(_ random: inout SplitMix64) {
    var changed = usual
    let limits = ProviderLimits(
      preparing: 10 + random.below(60), removing: 10 + random.below(60),
      deployments: 1000 + random.below(1500), settingReady: 8 + random.below(64))
    if random.percent(50) { changed.providers[0].limits = limits }
    if random.percent(30) { changed.providers[0].orphans.removes.toggle() }
    if let index = random.pick(Array(changed.pools.indices)) {
      switch random.below(5) {
      case 0: changed.pools[index].sizes.l1 /= 2
      case 1: changed.pools[index].sizes.l2 /= 2
      case 2: changed.pools[index].onLogout = .remove
      case 3: changed.pools[index].deadlines.preparing = .minutes(3)
      default: changed.pools[index].names = NamePattern(prefix: "new-", digits: 4)
      }
    }
    if random.percent(10) { changed.pools.removeAll { $0.name == "lab" } }
    world.file = changed
    world.step(world.configured)
  }

  /// Changes the offer of a service for a while, or lets it fail to load.
  private func changeService(_ random: inout SplitMix64) {
    let pool = random.pick(["desk", "lab", "ci"]) ?? "ci"
    guard case .traits(var traits)? = offers[pool] else { return }
    switch random.below(4) {
    case 0: traits.cacheLevels = .l1
    case 1: traits.waitsForOS.toggle()
    case 2: traits.usesPort.toggle()
    default: break
    }
    let loads = random.percent(75)
    world.services[pool] = loads ? .traits(traits) : .problem("it does not load")
    world.step(world.configured)
  }

  /// Requests a publication; with `isFirst` only if the pool has none.
  func publish(_ pool: SafeText, isFirst: Bool) {
    guard let there = world.engine.pool(named: pool) else { return }
    if isFirst, there.activePublication != nil { return }
    world.ask(.publish(pool))
  }

  /// Requests the removal of an orphan, or its adoption for a user.
  func actOnOrphans() {
    var random = faultRandom.fork()
    let listed = world.engine.providers.first?.orphans.all ?? []
    guard let one = random.pick(listed) else { return }
    let name = OrphanName(one.thing, on: "here")
    let user = SafeText("u\(random.below(600))")
    world.ask(random.percent(60) ? .removeOrphan(name) : .adopt(name, user: user))
  }

  /// Ends a call; sometimes its answer arrives twice.
  func comeBack(_ flight: Flight) {
    if !without.contains(.old), faultRandom.below(5000) == 0 { return world.comeBackTwice(flight) }
    world.comeBack(flight, with: flight.answer)
  }
}
