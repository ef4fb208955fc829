import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts
import Testing

@testable import DashboardScreen
@testable import TerminalCells

/// The screen beside the real core: what it permits the engine permits, and what it shows is what
/// the engine has, whatever is pressed and whatever the drivers answer.
@Suite struct WithEngineTests {
  private struct Desk {
    var engine: Engine
    var model: ScreenModel
    var dice: Dice
    var now: EngineTime
    var calls: [Call] = []
    var pressed: [Request] = []
    var refusals: [String] = []

    init(seed: UInt64) {
      dice = Dice(seed)
      now = Fixture.now
      engine = Engine(seed: seed, loading: StoredState(), at: now)
      model = ScreenModel(settings: Fixture.settings, now: now)
      _ = model.update(.input(.resized(Size(width: 120, height: 36))), at: now)
      _ = model.update(
        .snapshot(StoreSnapshot(sequence: 0, storeID: "", state: StoredState(), now: now.utc)),
        at: now)
      engine.handle(.configured(Self.configuration, services: Self.services), at: now)
      deliver()
    }

    private static let configuration = Configuration(
      providers: [ProviderConfiguration(name: "here", driver: "simulated")],
      pools: [
        PoolConfiguration(
          name: "both", provider: "here", sizes: Sizes(initial: 0, l1: 3, l2: 2, max: 8),
          names: NamePattern(prefix: "both-", digits: 3)),
        PoolConfiguration(
          name: "one", provider: "here", sizes: Sizes(initial: 2, l1: 2, l2: 0, max: 5),
          names: NamePattern(prefix: "one-", digits: 3), onLogout: .remove),
      ])
    private static let services: [String: ServiceOffer] = [
      "both": .traits(ServiceTraits(cacheLevels: .l1AndL2)),
      "one": .traits(ServiceTraits(cacheLevels: .l1, waitsForOS: true)),
    ]

    /// Tells the screen what the engine has decided.
    mutating func deliver() {
      let outcome = engine.takeEffects()
      calls += outcome.calls
      _ = model.update(
        .changes(StoreChanges(sequence: 1, isWhole: false, changes: outcome.changes)), at: now)
      for answer in outcome.answers {
        if case .refused(let refusal) = answer.reply { refusals.append(refusal.sentence.text) }
        _ = model.update(.answer(answer.key, answer.reply), at: now)
      }
    }

    mutating func press(_ key: Key) {
      for request in model.update(.input(.key(key)), at: now).requests {
        pressed.append(request)
        engine.handle(.request(request), at: now)
      }
      deliver()
    }

    /// One driver answers, in whatever way.
    mutating func answerOne() {
      guard !calls.isEmpty else { return }
      let call = calls.remove(at: dice.below(calls.count))
      let failure = DeploymentFailure(.permanent, "it does not work")
      let answers: [TaskState] = [.finished, .finished, .finished, .running, .error(failure)]
      let outcome = CallResult(
        id: call.id, answer: call.task == nil ? nil : answers[dice.below(5)],
        uniqueId: SafeText("u\(call.record.id)"), ip: "10.0.0.\(call.record.id)",
        suggestedTime: .seconds(1))
      engine.handle(.callEnded(outcome), at: now)
      deliver()
    }

    mutating func wait(_ span: TimeSpan) {
      now = EngineTime(moment: now.moment + span, utc: now.utc + span)
      engine.handle(.tick, at: now)
      deliver()
      _ = model.update(.clock, at: now)
    }
  }

  /// What only the engine can know: that the provider is busy, that the user has one already, that
  /// there is nothing left to give; and what changed while a question was open.
  private static let expected = [
    "busy", "holds", "in maintenance", "has not returned", "is full", "has nothing ready",
    "is exhausted", "is held by", "is being removed", "there is nothing to undo",
    "has changed (you saw revision",
  ]

  private static let keys: [Key] = [
    "j", "k", "g", "1", "2", "3", "4", "2", "4", "c", "m", "r", "a", "t", "R", "D", "u", "+", "-",
    ">", "<", "y", "y", "y", .enter, .escape, .escape, .escape, .tab, " ", "!", "U",
  ]

  @Test(arguments: UInt64(1)...4)
  func agrees(seed: UInt64) {
    var desk = Desk(seed: seed)
    for _ in 0..<1500 {
      switch desk.dice.below(6) {
      case 0: desk.wait(.milliseconds(Int64(desk.dice.below(4000))))
      case 1, 2: desk.answerOne()
      default: desk.press(Self.keys[desk.dice.below(Self.keys.count)])
      }
    }
    #expect(desk.pressed.count > 30)
    for sentence in Set(desk.refusals).sorted() {
      #expect(Self.expected.contains { sentence.contains($0) }, "\(sentence)")
    }
    let shown = Pane.listOrder.flatMap {
      desk.model.live.rows(ListName(pool: nil, pane: $0)).ids
    }
    let existing = desk.engine.deployments.filter { !$0.phase.isHistory }.map(\.id)
    #expect(shown.sorted() == existing.sorted())
  }
}
