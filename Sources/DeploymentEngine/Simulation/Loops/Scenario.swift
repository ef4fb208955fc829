import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A fixed scenario of a small site, from its first configuration until it has settled. Exhaustive
/// tests disturb it at each point in turn.
package struct Scenario {
  package let world: World

  /// A disturbance of the scenario.
  package enum Disturbance: Hashable, Sendable {
    case none
    /// The process dies at this commit.
    case crash(commit: Int, World.CrashPoint)
    /// The process dies at two commits.
    case crashes(Int, Int)
    /// The driver call with this number behaves differently.
    case call(Int, Behaviour)
    /// The store cannot be written for a while, from this commit on.
    case store(commit: Int)
  }

  package init(_ disturbance: Disturbance) {
    world = World(
      configuration: Configuration(), services: [:], seed: 1, startingAt: .start,
      complained: { _ in })
    world.label = "\(disturbance): "
    world.judgesEvery = 8
    switch disturbance {
    case .none: break
    case .crash(let commit, let point): world.crashAt = (commit, point)
    case .crashes(let first, let second):
      world.crashAt = (first, .afterCalls(0))
      later = second
    case .call(let number, let behaviour): world.driver.failing = (number, behaviour)
    case .store(let commit): world.failsCommit = commit
    }
  }
  private var later: Int?

  /// Runs the scenario and returns its violations.
  package mutating func run() -> [Violation] {
    configure()
    ask(.publish("c"))
    settle()
    ask(.assignFromPool("a", user: "ann"))
    ask(.assignFromPool("c", user: "bob"))
    ask(.assignFromPool("b", user: "cyd"))
    settle()
    agent(.login("ann"), of: "ann")
    ask(.resize("a", SizeOverrides(l1: 0, l2: 2)))
    settle()
    if let one = first({ $0.placement.level == .l2 }) { ask(.move(one, to: .l1)) }
    ask(.publish("c"))
    settle()
    if let one = first({ $0.placement.level == .l1 && $0.isReady }) { ask(.destroy(one)) }
    agent(.logout("ann"), of: "ann")
    if let one = first({ $0.placement.user == "bob" }) { ask(.release(one)) }
    settle()
    finish()
    return world.complaints
  }

  private mutating func configure() {
    func pool(_ name: String, _ sizes: Sizes, _ policy: LogoutPolicy) -> PoolConfiguration {
      var pool = PoolConfiguration(
        name: name, provider: "here", sizes: sizes, names: NamePattern(prefix: name, digits: 1))
      (pool.onLogout, pool.historyRetention) = (policy, .minutes(1))
      pool.macs = MACRange(first: MACAddress(0x10), last: MACAddress(0x18))
      return pool
    }
    world.services = [
      "a": .traits(ServiceTraits(cacheLevels: .l1AndL2, usesPort: true)),
      "b": .traits(ServiceTraits(cacheLevels: .none)),
      "c": .traits(ServiceTraits(cacheLevels: .l1AndL2, publishes: true, waitsForOS: true)),
    ]
    let limits = ProviderLimits(preparing: 2, removing: 1, deployments: 20, settingReady: 1)
    world.file = Configuration(
      providers: [ProviderConfiguration(name: "here", driver: "scripted", limits: limits)],
      pools: [
        pool("a", Sizes(l1: 1, l2: 1, max: 3), .remove), pool("b", Sizes(max: 1), .keep),
        pool("c", Sizes(l1: 1, l2: 1, max: 3), .keep),
      ])
    world.driver.always(.deployForCache, .run(1))
    world.driver.always(.destroy, .run(1))
    world.step(.configured(world.file, services: world.services))
    // A new engine gets its configuration again until it has stored it.
    if world.store.configuration != world.file {
      world.healStore()
      world.step(.configured(world.file, services: world.services))
    }
    settle()
  }

  /// Sends a request, and repeats it if the engine died before it had stored a reply.
  private func ask(_ verb: Verb) {
    for _ in 0..<3 {
      world.ask(verb)
      if world.storeFails { world.healStore() }
      if world.wasStored { return }
    }
  }

  private func first(_ holds: (Deployment) -> Bool) -> DeploymentID? {
    world.engine.deployments.first { $0.isSupply && holds($0) }?.id
  }

  private func agent(_ word: GuestEvent, of user: SafeText) {
    guard let one = world.engine.deployments.first(where: { $0.placement.user == user }) else {
      return
    }
    ask(.notify(one.uniqueId, word))
  }

  /// Lets every agent report and everything settle.
  private mutating func settle() {
    for _ in 0..<400 where world.complaints.isEmpty {
      if world.storeFails { world.healStore() }
      if let second = later, world.crashAt.map({ world.commits >= $0.commit }) ?? false {
        world.crashAt = (max(second, world.commits + 1), .beforeCommit)
        later = nil
      }
      world.drain()
      // A call that hangs ends some time after its deadline.
      for flight in world.flights where flight.due == nil {
        guard world.now.moment >= flight.deadline + .minutes(2) else { continue }
        world.comeBack(flight, with: .error(.init(.unknown, "it was ended")))
      }
      let waiting = world.engine.deployments.first {
        $0.isWaitingForOS && $0.phase == .usable(nil)
      }
      if let waiting {
        ask(.notify(waiting.uniqueId, .ready(nil)))
        continue
      }
      if world.engine.isIdle, !world.storeFails,
        !world.engine.deployments.contains(where: isUnsettled)
      {
        return
      }
      guard let next = world.nextEvent else { break }
      world.moveClocks(by: next - world.now.moment)
    }
    if world.complaints.isEmpty { world.complain(.liveness, "not settled") }
  }

  private func isUnsettled(_ one: Deployment) -> Bool {
    switch one.state {
    case .removable, .removing, .canceling, .preparing: true
    case .error: one.isDisposable
    case .usable, .removed, .canceled: false
    }
  }

  private func finish() {
    world.judgeState([])
    let held = Set(world.engine.deployments.filter(\.exists).map(\.identity.name))
      .union(world.engine.publications.filter { $0.state != .removed }.map(\.name))
    for name in world.driver.things.keys.sorted() where !held.contains(name) {
      world.complain(.things, "\(name) exists outside and belongs to nobody")
    }
    for pool in world.engine.pools where pool.counts.l1 < pool.sizes.l1 {
      world.complain(.liveness, "\(pool.name) is short of L1: \(pool.counts)")
    }
  }

  /// The final holders and the number of ready deployments at each level; no disturbance may change
  /// it.
  package var outcome: [String] {
    world.engine.pools.map { "\($0.name) \($0.counts.l1Ready) \($0.counts.l2Ready)" }
      + world.engine.deployments.filter { $0.placement.isAssigned && $0.isSupply }
      .map { "\($0.placement.user ?? "") \($0.isLetIn)" }.sorted()
  }
}
