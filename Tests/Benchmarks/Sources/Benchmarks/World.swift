import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The core with a world around it that does everything at once and well: each call is answered
/// in the next step.
struct World {
  var engine: Engine
  private(set) var steps = 0
  private(set) var clock = EngineTime(moment: .init(milliseconds: 0), utc: .init(milliseconds: 0))
  private var keys = 0

  /// Pools of at most ten thousand, each full: `count` deployments stand ready in L1.
  static func configuration(_ count: Int) -> Configuration {
    let pools = max(1, count / 10_000)
    let size = count / pools
    return Configuration(
      providers: [
        ProviderConfiguration(
          name: "here", driver: "simulated",
          limits: ProviderLimits(
            preparing: count, removing: count, deployments: 10 * count, settingReady: count))
      ],
      pools: (0..<pools).map { index in
        PoolConfiguration(
          name: "pool\(index)", provider: "here", service: ["steps": .integer(0)],
          sizes: Sizes(l1: size, max: 2 * size),
          names: NamePattern(prefix: "p\(index)-", digits: 7),
          historyRetention: .zero)
      })
  }

  /// An engine that goes on from what was stored.
  init(loading state: StoredState) {
    engine = Engine(seed: 1, loading: state, at: clock)
  }

  /// An empty store that is told the configuration and left alone until nothing is in flight.
  init(filledTo count: Int) {
    engine = Engine(seed: 1, loading: StoredState(), at: clock)
    let configuration = Self.configuration(count)
    let services = Self.services(of: configuration)
    handle(.configured(configuration, services: services))
  }

  /// Tells the core one event and answers every call that comes of it, until none does.
  ///
  /// - Returns: the deployment that the event's answer names.
  @discardableResult
  mutating func handle(_ event: Event) -> DeploymentID? {
    let first = step(event)
    var calls = first.calls
    while !calls.isEmpty {
      var next: [Call] = []
      for call in calls { next += step(.callEnded(Self.answer(to: call))).calls }
      calls = next
    }
    guard case .accepted(let id, _) = first.answers.first?.reply else { return nil }
    return id
  }

  /// One step.
  mutating func step(_ event: Event) -> Effects {
    steps += 1
    clock.moment.milliseconds += 1
    clock.utc.milliseconds += 1
    return engine.step(event, at: clock)
  }

  /// Several events as one step, so that they are stored together.
  mutating func together(_ events: [Event]) -> Effects {
    steps += events.count
    clock.moment.milliseconds += 1
    clock.utc.milliseconds += 1
    for event in events { engine.handle(event, at: clock) }
    return engine.takeEffects()
  }

  static func services(of configuration: Configuration) -> [String: ServiceOffer] {
    let traits = ServiceTraits(cacheLevels: .l1)
    return Dictionary(
      uniqueKeysWithValues: configuration.pools.map { ($0.name, .traits(traits)) })
  }

  @discardableResult
  mutating func request(_ verb: Verb) -> DeploymentID? {
    keys += 1
    return handle(.request(Request(key: RequestKey("k\(keys)"), actor: "bench", verb: verb)))
  }

  static func answer(to call: Call) -> CallResult {
    CallResult(
      id: call.id, answer: call.task == nil ? nil : .finished,
      uniqueId: SafeText(call.record.identity.name),
      ip: address(of: call.record.id))
  }

  private static func address(of id: Int64) -> SafeText {
    "10.\(id >> 16 & 255).\(id >> 8 & 255).\(id & 255)"
  }
}
