import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension History {
  /// Stops all faults: everything works, every agent reports, and no more requests come.
  package func heal() {
    world.label = "seed \(seed) healed: "
    world.healStore()
    world.failsCommit = nil
    world.crashNext = nil
    world.deniesCommit = false
    world.driver.heal()
    world.orphans.heal()
    world.services = offers
    world.list(world.everLists)
    if random.percent(50) {
      world.restart()
    } else {
      for flight in world.flights where flight.due == nil {
        world.comeBack(flight, with: .error(.init(.unknown, "it came back")))
      }
      for flight in world.inventoryFlights where flight.due == nil { world.comeBack(flight) }
    }
    world.reconfigure { $0 = configuration }
    for provider in ["x", "y"] { world.ask(.maintenance(SafeText(provider), false)) }
    for pool in ["a", "b", "c"] {
      for verb in [Verb.resume(SafeText(pool)), .lift(SafeText(pool))] { world.ask(verb) }
    }
  }

  /// Runs until everything has settled, or has not in time.
  package func settle() { while advanceToRest() {} }

  /// Advances to the next event; everything must settle within thirty hours.
  package func advanceToRest() -> Bool {
    if quiet == nil {
      quiet = (world.now.moment + .hours(30), [])
      world.drain()
    }
    guard let (until, told) = quiet, world.complaints.isEmpty else { return false }
    if let pool = world.engine.pools.first(where: {
      $0.plan.l1.waitsForRoom && !forced.contains($0.id)
    }) {
      forced.insert(pool.id)
      world.ask(.forcePublication(pool.name))
      world.drain()
      return true
    }
    if world.engine.isIdle, isClean {
      if isTidied { return false }
      isTidied = true
      world.removeAllOrphans()
      return true
    }
    if isTidied { world.removeAllOrphans() }
    if let waiting = world.engine.deployments.first(where: {
      $0.isWaitingForOS && $0.phase == .usable(nil) && !$0.uniqueId.isEmpty
        && !told.contains($0.id)
    }) {
      quiet?.told.insert(waiting.id)
      world.ask(.notify(waiting.uniqueId, .ready(nil)))
      world.drain()
      return true
    }
    guard let next = world.nextEvent, next <= until else {
      world.complain(.liveness, "not settled: \(unsettled + openPlans)")
      return false
    }
    world.moveClocks(by: next - world.now.moment)
    world.drain()
    quiet?.told = []
    return true
  }

  /// Whether nothing is being prepared or removed and no error of a cache or publication is left.
  private var isClean: Bool { unsettled.isEmpty }

  /// What pools say whose plans are open or whose users wait.
  private var openPlans: [String] {
    world.engine.pools.filter { !$0.plan.isMet || $0.waiting > 0 }.map { "\($0.name): \($0.now)" }
  }

  private var unsettled: [String] {
    world.engine.deployments.filter { one in
      switch one.state {
      case .removable, .removing, .canceling: true
      case .error: one.isDisposable
      case .usable: one.isWaitingForOS || one.pending != nil
      case .preparing: true
      case .removed, .canceled: false
      }
    }.map { "\($0.id) \($0.phase)" }
      + world.engine.publications.filter { $0.operation != nil || $0.state == .error }
      .map { "\($0.name) \($0.state)" }
      + world.unsettledOrphans(configuration.providers, isTidied: isTidied)
      + world.engine.doubtedProviders.map { "\($0) is doubted" }
  }

  /// Checks a settled world.
  package func judgeSettled() {
    for pool in world.engine.pools { judge(pool) }
    for one in world.engine.deployments where one.state == .usable {
      let hasVanished = world.driver.hasVanished(one.identity.name)
      if !hasVanished, world.driver.things[one.identity.name] != .deployment(one.id) {
        world.complain(.things, "\(one.id) is usable and does not exist")
      }
      if one.placement.isAssigned, !one.isLetIn {
        world.complain(.liveness, "\(one.id) is \(one.placement) and does not let its user in")
      }
    }
    let held = Set(world.engine.deployments.filter(\.exists).map(\.identity.name))
      .union(world.engine.publications.filter { $0.state != .removed }.map(\.name))
    for name in world.driver.things.keys.sorted() where !held.contains(name) {
      world.complain(.things, "\(name) exists outside and belongs to nobody")
    }
  }

  private func judge(_ pool: Pool) {
    let counts = pool.counts
    let levels = pool.traits?.cacheLevels ?? .none
    var sizes = pool.sizes
    if !levels.contains(.l1) { (sizes.l1, sizes.initial) = (0, 0) }
    let reference = ReferencePlanner(
      sizes: sizes, l1: counts.l1, l2: counts.l2, assigned: counts.assigned,
      leaving: counts.leaving)
    let hasAnything = counts.existing > 0
    let isStuck = world.engine.deployments.contains {
      $0.pool == pool.id && $0.isFree && $0.isSupply && $0.inUse
    }
    if reference.shrink > 0, !isStuck {
      world.complain(.liveness, "\(pool.name) has too much at L1: \(counts)")
    }
    if counts.l2 - counts.l2Outdated > sizes.l2, !isStuck {
      world.complain(.liveness, "\(pool.name) has too much at L2: \(counts)")
    }
    guard !isExhausted(pool), pool.state == .active, pool.problem == nil || !hasAnything,
      !(pool.traits?.publishes ?? false) || pool.activePublication != nil
    else { return }
    if counts.l1Outdated + counts.l2Outdated > 0, !isStuck {
      world.complain(.liveness, "\(pool.name) keeps outdated deployments: \(counts) \(pool.plan)")
    }
    if reference.grow > 0 {
      world.complain(.liveness, "\(pool.name) is short of L1: \(counts) \(pool.now)")
    }
    if counts.l2 < (levels.contains(.l2) ? sizes.l2 : 0) {
      world.complain(.liveness, "\(pool.name) is short of L2: \(counts) \(pool.now)")
    }
    let full = counts.total + counts.leaving >= sizes.max
    if pool.waiting > 0, !full {
      world.complain(.liveness, "\(pool.waiting) wait in \(pool.name): \(pool.now)")
    }
  }

  /// Whether all names, addresses or places of the provider are taken.
  private func isExhausted(_ pool: Pool) -> Bool {
    guard let settings = world.file.pools.first(where: { SafeText($0.name) == pool.name }),
      let provider = world.engine.providers.first(where: { $0.name == pool.provider })
    else { return true }
    let own = world.engine.deployments.filter { $0.pool == pool.id && $0.exists }
    let macs = Set(world.engine.deployments.filter(\.exists).compactMap(\.identity.mac))
    return provider.deployments >= provider.limits.deployments || own.count >= 10
      || (settings.macs != nil && macs.count >= 3)
  }
}
