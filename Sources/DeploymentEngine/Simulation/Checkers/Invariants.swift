import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The invariants of an engine's whole state. Pure: takes a view, returns violations.
package enum Invariants {
  /// All violations in a view.
  package static func complaints(about view: EngineView) -> [Violation] {
    var found: [Violation] = []
    func add(_ checker: Checker, _ judge: (EngineView, inout [String]) -> Void) {
      var complaints: [String] = []
      judge(view, &complaints)
      found += complaints.map { Violation(checker: checker, text: $0) }
    }
    add(.identity, identities)
    add(.records) { view, complaints in
      for one in view.deployments where one.exists { complaints += record(one) }
    }
    add(.dueTimes, dueTimes)
    add(.users, holders)
    add(.counts, pools)
    add(.publications, publications)
    add(.users, users)
    add(.idleness, idleness)
    return found
  }

  private static func dueTimes(_ view: EngineView, _ complaints: inout [String]) {
    var inFlight: [CallTarget: Flight] = [:]
    for flight in view.flights { inFlight[flight.call.subject] = flight }
    var surroundings: [PoolID: DueTimes] = [:]
    for pool in view.pools {
      guard let provider = view.provider(of: pool.id) else { continue }
      surroundings[pool.id] = DueTimes(pool, provider, nextWake: view.nextWake, now: view.now) {
        view.placed(on: provider, at: $0)
      }
    }
    for one in view.deployments where one.exists {
      complaints +=
        surroundings[one.pool]?.complaints(about: one, inFlight[.deployment(one.id)]) ?? []
    }
  }

  /// Each name, MAC and port has one holder, and each unique id one usable holder.
  private static func identities(_ view: EngineView, _ complaints: inout [String]) {
    var names: Set<String> = []
    var macs: Set<MACAddress> = []
    var ports: Set<UInt16> = []
    var uniqueIds: Set<SafeText> = []
    var addresses: Set<[SafeText]> = []
    let called = Set(view.flights.map(\.call.subject))
    let sharing = Set(view.configuration.pools.filter(\.sharedAddress).map(\.name))
    for held in view.deployments where held.exists {
      if !names.insert(held.identity.name).inserted {
        complaints.append("two hold the name \(held.identity.name)")
      }
      if let mac = held.identity.mac, !macs.insert(mac).inserted {
        complaints.append("two hold the address \(mac)")
      }
      if let port = held.identity.port {
        if !ports.insert(port).inserted { complaints.append("two hold the port \(port)") }
        if !Limits.ports.contains(port) { complaints.append("port \(port) is out of range") }
      }
      guard held.state == .usable, !held.uniqueId.isEmpty else { continue }
      if !uniqueIds.insert(held.uniqueId).inserted {
        complaints.append("two usable deployments have the unique id \(held.uniqueId)")
      }
      // While a call is in flight, what it was told meanwhile is not judged.
      guard held.phase == .usable(nil), !called.contains(.deployment(held.id)),
        held.placement.level != .l2, !held.sharesAddress, let ip = held.ip, !ip.isEmpty,
        ip != "127.0.0.1",
        let pool = view.pool(held.pool), !sharing.contains(pool.name.text)
      else { continue }
      if !addresses.insert([pool.provider, ip]).inserted {
        complaints.append("two usable deployments have the address \(ip)")
      }
    }
    for publication in view.publications where publication.state != .removed {
      if !names.insert(publication.name).inserted {
        complaints.append("two hold the name \(publication.name)")
      }
    }
  }

  /// The invariants of a single deployment.
  static func record(_ one: Deployment) -> [String] {
    var complaints: [String] = []
    if one.state == .error, one.reason?.isEmpty ?? true {
      complaints.append("\(one.id) is in error without a reason")
    }
    if one.because.isEmpty { complaints.append("\(one.id) was made for no reason") }
    if one.isLetIn, !one.wasLetIn { complaints.append("\(one.id) forgot that it lets its user in") }
    if one.isGivenUp, one.state == .usable {
      complaints.append("\(one.id) was given up and is usable")
    }
    if zip(one.loggedIn, one.loggedIn.dropFirst()).contains(where: { $0 >= $1 }) {
      complaints.append("\(one.id) has log-ins that are not a sorted set: \(one.loggedIn)")
    }
    if one.loggedIn.count > Limits.loggedInUsers {
      complaints.append("\(one.id) has too many log-ins")
    }
    if one.notices.count > Limits.pendingNotices {
      complaints.append("\(one.id) has too many notices")
    }
    if one.identity.name.isEmpty || one.identity.name.utf8.count > Limits.nameLength {
      complaints.append("\(one.id) is named “\(one.identity.name)”")
    }
    return complaints
  }

  /// No user holds two deployments of a pool, or holds one and waits.
  private static func holders(_ view: EngineView, _ complaints: inout [String]) {
    for pool in view.pools {
      let users = view.deployments.filter {
        $0.pool == pool.id && $0.isSupply && !$0.cancelRequested
      }.compactMap(\.placement.user)
      if Set(users).count != users.count {
        complaints.append("a user holds two deployments of \(pool.name): \(users)")
      }
      for waiter in view.waiters where waiter.pool == pool.id && users.contains(waiter.user) {
        complaints.append("\(waiter.user) waits in \(pool.name) and holds one there")
      }
    }
  }

  /// Counts match, and pools and providers agree.
  private static func pools(_ view: EngineView, _ complaints: inout [String]) {
    for pool in view.pools {
      let recount = view.recount(pool)
      if pool.counts != recount {
        complaints.append("\(pool.name) counts \(pool.counts), there are \(recount)")
      }
      let waiting = view.waiters.count { $0.pool == pool.id }
      if pool.waiting != waiting {
        complaints.append("\(pool.name) says \(pool.waiting) wait, but \(waiting) do")
      }
      let maintained = view.providers.first { $0.name == pool.provider }?.inMaintenance
      if let maintained, maintained != pool.inMaintenance {
        complaints.append("\(pool.name) differs from its provider about maintenance")
      }
    }
    for provider in view.providers {
      let existing = view.existing(on: provider)
      if provider.deployments != existing {
        complaints.append("\(provider.name) counts \(provider.deployments) of \(existing)")
      }
      // An engine that has not woken since cannot know.
      let isAwake = view.nextWake.map { $0 > view.now.moment } ?? true
      let hung = view.hung(on: provider)
      if isAwake, !hung.contains(provider.hung) {
        complaints.append("\(provider.name) counts \(provider.hung) of \(hung) calls that hang")
      }
    }
  }

  /// At most one publication is active and one in preparation; uses are counted; an error has a
  /// reason.
  private static func publications(_ view: EngineView, _ complaints: inout [String]) {
    uses(view, &complaints)
    for pool in view.pools {
      let own = view.publications.filter { $0.pool == pool.id }
      let active = own.filter { $0.state == .active }.map(\.revision)
      if active != (pool.activePublication.map { [$0] } ?? []) {
        complaints.append("\(pool.name): active \(active), not \(pool.activePublication ?? 0)")
      }
      if own.count(where: { $0.state == .publishing }) > 1 {
        complaints.append("\(pool.name) prepares two publications at once")
      }
      for publication in own {
        if publication.state == .error, publication.reason?.isEmpty ?? true {
          complaints.append("publication \(publication.name) is in error without a reason")
        }
      }
    }
  }

  private static func uses(_ view: EngineView, _ complaints: inout [String]) {
    for (publication, counted) in zip(view.publications, view.publicationUses) {
      let uses = view.deployments.count {
        $0.pool == publication.pool && $0.publication == publication.revision && $0.exists
      }
      if counted != uses {
        complaints.append("\(publication.name) counts \(counted) of \(uses)")
      }
      if uses > 0, publication.state == .removing || publication.state == .removed {
        complaints.append("\(publication.name) is removed while \(uses) deployments use it")
      }
    }
  }

  /// No user waits, or waits for what is not ready, while a deployment is available.
  private static func users(_ view: EngineView, _ complaints: inout [String]) {
    for pool in view.pools where pool.state == .active || pool.state == .restrained {
      guard
        let there = view.deployments.first(where: { $0.pool == pool.id && $0.canBeGiven })
      else { continue }
      for waiter in view.waiters
      where waiter.pool == pool.id && waiter.retryAt.map({ $0.at <= view.now.moment }) ?? true {
        complaints.append("\(waiter.user) waits though \(there.id) is ready")
      }
      for one in view.deployments where one.pool == pool.id && !one.isReady && !one.isLeaving {
        guard case .cache(.l1, reservedFor: let user?) = one.placement else { continue }
        complaints.append("\(user) waits for \(one.id) though \(there.id) is ready")
      }
    }
  }

  private static func idleness(_ view: EngineView, _ complaints: inout [String]) {
    for pool in view.pools where !pool.inMaintenance {
      // A shrink that needs no slot of the provider happens in the step that decides it.
      for plan in [pool.plan.l1, pool.plan.l2] where plan.action == .shrink && plan.fromL2 == 0 {
        complaints.append("\(pool.name) has an open plan that nothing carries out: \(plan.because)")
      }
    }
    let existing = Set(
      view.deployments.filter(\.exists).map { CallTarget.deployment($0.id) })
    let waited = view.flights.first {
      switch $0.call.subject {
      case .deployment: existing.contains($0.call.subject)
      case .publication: true
      }
    }
    if view.isIdle, let flight = waited {
      complaints.append("idle, while a call on \(flight.call.subject) is in flight")
    }
    if Set(view.flights.map(\.call.subject)).count != view.flights.count {
      complaints.append("two calls in flight on one target")
    }
  }
}
