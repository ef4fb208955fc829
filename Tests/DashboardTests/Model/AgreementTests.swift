import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

@testable import DashboardScreen
@testable import TerminalCells

/// The screen and the engine are asked the same question about every request, in whatever state
/// random operators and drivers bring a world. They give the same answer.
@Suite struct AgreementTests {
  private struct World {
    var engine: Engine
    var catalog: Catalog
    var dice: Dice
    var now = Fixture.now
    var calls: [Call] = []
    var keys = 0

    init(seed: UInt64) {
      dice = Dice(seed)
      engine = Engine(seed: seed, loading: StoredState(), at: now)
      catalog = Catalog()
      configure(hasLab: true)
    }

    private static func pool(_ name: String, l2: Int, most: Int) -> PoolConfiguration {
      PoolConfiguration(
        name: name, provider: "here", sizes: Sizes(initial: 0, l1: 2, l2: l2, max: most),
        names: NamePattern(prefix: "\(name)-", digits: 3), errorRetention: .minutes(5),
        historyRetention: .minutes(2))
    }

    /// Gives the engine a configuration; without `lab`, that pool leaves it.
    mutating func configure(hasLab: Bool) {
      let lab = hasLab ? [Self.pool("lab", l2: 2, most: 5)] : []
      let configuration = Configuration(
        providers: [
          ProviderConfiguration(name: "here", driver: "simulated")
        ],
        pools: lab + [Self.pool("one", l2: 0, most: 3)])
      engine.handle(
        .configured(
          configuration,
          services: [
            "lab": .traits(ServiceTraits(cacheLevels: .l1AndL2, publishes: true)),
            "one": .traits(ServiceTraits(cacheLevels: .l1, waitsForOS: true)),
          ]), at: now)
      deliver()
    }

    mutating func deliver() {
      let outcome = engine.takeEffects()
      calls += outcome.calls
      for change in outcome.changes { catalog.apply(change) }
    }

    /// The engine's refusal, as a copy of it gives it.
    mutating func engineRefusal(of verb: Verb) -> String? {
      var copy = engine
      keys += 1
      let request = Request(key: RequestKey("question-\(keys)"), actor: "op", verb: verb)
      copy.handle(.request(request), at: now)
      for answer in copy.takeEffects().answers where answer.key == request.key {
        if case .refused(let refusal) = answer.reply { return refusal.sentence.text }
      }
      return nil
    }

    mutating func ask(_ verb: Verb) {
      keys += 1
      // Some wait for the grace time.
      let waits = verb.graceful != nil && dice.below(3) == 0
      engine.handle(
        .request(
          Request(
            key: RequestKey("request-\(keys)"), actor: "op", verb: verb,
            notBefore: waits ? now.utc + .seconds(60) : nil)), at: now)
      deliver()
    }

    mutating func step() {
      switch dice.below(6) {
      case 0:
        let span = TimeSpan.milliseconds(Int64(dice.below(20_000)))
        now = EngineTime(moment: now.moment + span, utc: now.utc + span)
        engine.handle(.tick, at: now)
        deliver()
      case 1:
        let verbs = catalog.pools.flatMap { pool in
          AgreementTests.poolActions.compactMap { $0.verb(on: pool, user: "ann") }
        }
        ask(verbs[dice.below(verbs.count)])
      case 2:
        let verbs = engine.deployments.flatMap { deployment in
          AgreementTests.requests(of: deployment).map { Verb($0, of: deployment.id) }
        }
        if !verbs.isEmpty { ask(verbs[dice.below(verbs.count)]) }
      default: answerOne()
      }
    }

    private mutating func answerOne() {
      guard !calls.isEmpty else { return }
      let call = calls.remove(at: dice.below(calls.count))
      let failure = DeploymentFailure(.permanent, "it does not work")
      let answers: [TaskState] = [
        .finished, .finished, .finished, .finished, .running, .error(failure),
      ]
      let outcome = CallResult(
        id: call.id, answer: call.task == nil ? nil : answers[dice.below(answers.count)],
        uniqueId: SafeText("u\(call.record.id)"), ip: "10.0.0.\(call.record.id)",
        suggestedTime: .seconds(1))
      engine.handle(.callEnded(outcome), at: now)
      deliver()
    }
  }

  fileprivate static let poolActions = ActionTable.all.map(\.id).filter {
    ActionTable[$0].need == .pool || $0 == .assign
  }

  fileprivate static func requests(of deployment: Deployment) -> [DeploymentRequest] {
    ActionTable.all.compactMap {
      $0.id.request(from: deployment.placement.level, user: "user-\(deployment.id)")
    }
  }

  /// What only the engine can know: a call that has not come back, what a pool has left to give,
  /// and whether somebody else holds one.
  private static let engineOnly = [
    "the last call on", "is full", "has nothing ready", "is exhausted", "holds",
    "does not wait in",
  ]

  private static func differs(_ screen: SafeText?, _ engine: String?) -> Bool {
    guard screen?.text != engine else { return false }
    return screen != nil || !engineOnly.contains { engine?.contains($0) ?? false }
  }

  @Test func agree() {
    var refused: Set<RequestName> = []
    var permitted: Set<RequestName> = []
    func compare(_ verb: Verb, _ screen: SafeText?, in world: inout World) {
      let engine = world.engineRefusal(of: verb)
      #expect(!Self.differs(screen, engine), "\(verb): \(screen ?? "-") | \(engine ?? "-")")
      if screen == nil { permitted.insert(verb.name) } else { refused.insert(verb.name) }
    }
    for seed in UInt64(1)...24 {
      var world = World(seed: seed)
      for step in 0..<240 {
        if step == 120 || step == 180 { world.configure(hasLab: step == 180) }
        world.step()
        guard step % 6 == 0 else { continue }
        for pool in world.catalog.pools {
          for id in Self.poolActions {
            guard let verb = id.verb(on: pool, user: "new") else { continue }
            compare(verb, world.catalog.refusal(of: id, on: pool), in: &world)
          }
        }
        for deployment in world.engine.deployments {
          let shown = world.catalog.deployment(deployment.id) ?? deployment
          for id in ActionID.allCases {
            guard let asked = id.request(from: shown.placement.level, user: "new") else { continue }
            let refusal = id.refusal(on: shown, in: world.catalog.pool(shown.pool))
            compare(Verb(asked, of: shown.id), refusal, in: &world)
          }
        }
      }
    }
    // The worlds are worth asking in.
    let asked = RequestName.allCases.filter {
      [.deployment, .pool, .provider].contains($0.row.subject)
    }
    #expect(permitted.isSuperset(of: asked), "\(asked.filter { !permitted.contains($0) })")
    #expect(refused.isSuperset(of: asked), "\(asked.filter { !refused.contains($0) })")
  }
}
