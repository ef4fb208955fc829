import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Simulates providers that can list their resources: their answers, delays and faults.
struct Inventories {
  /// The outcome of a call.
  struct Plan {
    /// Time until it returns; nil if it never returns on its own.
    var delay: TimeSpan?
    /// Why it fails; a removal may be done nevertheless.
    var refusal: SafeText?
    /// Whether a removal is done.
    var isDone = true
    /// Age of a listing when it returns.
    var lag = TimeSpan.zero
    /// Whether its answer arrives twice.
    var isTwice = false
    /// Whether it counts as a fault.
    var isFaulty = false
  }

  private var random: SplitMix64
  private var failing = 0
  private var silent = 0
  private var slow = 0
  private var lagging = 0
  private var repeated = 0
  private var strange = 0
  /// Foreign resources that the provider lists as ours for a while.
  private var foreign: [SafeText: [ExternalResource]] = [:]

  /// Rates for a seed: each kind of fault is active or not.
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

  /// Stops all faults.
  mutating func heal() {
    (failing, silent, slow, lagging, repeated, strange) = (0, 0, 0, 0, 0, 0)
    foreign = [:]
  }

  /// Plans the outcome of a call.
  mutating func plan(of call: InventoryCall) -> Plan {
    var random = random.fork()
    var plan = Plan(delay: .milliseconds(Int64(random.below(20_000))))
    // A listing shows the state at its start.
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

  /// Whether a removal was done although the process died.
  mutating func reaches() -> Bool { random.percent(50) }

  /// Foreign resources in the listing of a provider; they come and go.
  mutating func foreignResources(on provider: SafeText) -> [ExternalResource] {
    var random = random.fork()
    if random.percent(strange) {
      let prefix = random.pick(["a-", "b-", "c-", "z-"]) ?? "a-"
      let name = prefix + "\(random.below(10))"
      let id = DeploymentID(Int64(random.below(random.percent(20) ? 100_000 : 60)))
      foreign[provider, default: []].append(
        ExternalResource(
          kind: "stranger", name: SafeText(name), purpose: .deployment(id),
          identity: random.percent(70) ? Identity(name: name) : nil))
    }
    if random.percent(20) { foreign[provider] = nil }
    let list = foreign[provider] ?? []
    // A name is unique together with its kind.
    return list.enumerated().filter { place, one in
      !list[..<place].contains { $0.name == one.name }
    }.map(\.element)
  }
}

/// Reasons of failed inventory calls.
enum InventoryTrouble {
  static let busy: SafeText = "the last call has not come back"
  static let other: SafeText = "it is not what it was: left alone"
  static let broken: SafeText = "the connection broke"
}
