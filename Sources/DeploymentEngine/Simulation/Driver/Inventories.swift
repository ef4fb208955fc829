import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Plays providers that can list what exists on them: what they answer, when, and what is wrong
/// with it.
struct Inventories {
  /// What comes of one call.
  struct Plan {
    /// After how long it comes back; nil: never by itself.
    var delay: TimeSpan?
    /// Why it fails; a removal may be done all the same.
    var refusal: SafeText?
    /// What was asked for is done.
    var isDone = true
    /// A listing shows what there was so long before it comes back.
    var lag = TimeSpan.zero
    /// Its answer comes twice.
    var isTwice = false
    /// What is not as it should be with it.
    var isFaulty = false
  }

  private var random: SplitMix64
  private var failing = 0
  private var silent = 0
  private var slow = 0
  private var lagging = 0
  private var repeated = 0
  private var strange = 0
  /// Somebody else's things that the provider takes for ours, for a while.
  private var strangers: [SafeText: [ExternalResource]] = [:]

  /// Rates for one seed: each kind of trouble is there or not.
  init(seed: UInt64, without: Set<FaultClass>) {
    random = SplitMix64(seed: seed)
    var chance = random.fork()
    func rate(_ most: Int) -> Int {
      let drawn = chance.percent(50) ? chance.below(most) : 0
      return without.contains(.inventory) ? 0 : drawn
    }
    failing = rate(40)
    silent = rate(15)
    slow = rate(30)
    lagging = rate(60)
    repeated = rate(30)
    strange = rate(20)
  }

  /// Nothing is wrong any more.
  mutating func heal() {
    (failing, silent, slow, lagging, repeated, strange) = (0, 0, 0, 0, 0, 0)
    strangers = [:]
  }

  /// What comes of a call.
  mutating func plan(of call: InventoryCall) -> Plan {
    var random = random.fork()
    var plan = Plan(delay: .milliseconds(Int64(random.below(20_000))))
    // What it shows is what was there when it began to look.
    plan.lag = plan.delay ?? .zero
    if random.percent(silent) {
      (plan.delay, plan.isFaulty) = (nil, true)
      plan.isDone = random.percent(50)
      if random.percent(50) { plan.delay = .minutes(Int64(4 + random.below(300))) }
    } else if random.percent(slow) {
      (plan.delay, plan.isFaulty) = (.seconds(Int64(random.below(240))), true)
      plan.lag = plan.delay ?? .zero
    }
    if random.percent(lagging) {
      plan.lag = plan.lag + .seconds(Int64(random.below(600)))
      plan.isFaulty = true
    }
    if random.percent(failing) {
      (plan.refusal, plan.isFaulty) = (InventoryTrouble.broken, true)
      plan.isDone = random.percent(40)
    }
    if random.percent(repeated) { (plan.isTwice, plan.isFaulty) = (true, true) }
    return plan
  }

  /// Whether a removal was done though its process died.
  mutating func reaches() -> Bool { random.percent(50) }

  /// Somebody else's things come and go among what a provider lists.
  mutating func strangers(on provider: SafeText) -> [ExternalResource] {
    var random = random.fork()
    if random.percent(strange) {
      let prefix = random.pick(["a-", "b-", "c-", "z-"]) ?? "a-"
      let name = prefix + "\(random.below(10))"
      let id = DeploymentID(Int64(random.below(random.percent(20) ? 100_000 : 60)))
      strangers[provider, default: []].append(
        ExternalResource(
          kind: "stranger", name: SafeText(name), purpose: .deployment(id),
          identity: random.percent(70) ? Identity(name: name) : nil))
    }
    if random.percent(20) { strangers[provider] = nil }
    let list = strangers[provider] ?? []
    // A name is unique together with its kind.
    return list.enumerated().filter { place, one in
      !list[..<place].contains { $0.name == one.name }
    }.map(\.element)
  }
}

/// Why a provider does not do what it is asked.
enum InventoryTrouble {
  static let busy: SafeText = "the last call has not come back"
  static let other: SafeText = "it is not what it was: left alone"
  static let broken: SafeText = "the connection broke"
}
