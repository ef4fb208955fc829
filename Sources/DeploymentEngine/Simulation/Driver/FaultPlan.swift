package import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The rate of each class of faults of drivers, in percent; drawn from the seed and often 0.
package struct FaultPlan: Sendable {
  package var random: SplitMix64
  private var permanent = 0
  private var transient = 0
  private var unknown = 0
  private var lost = 0
  private var hang = 0
  private var slow = 0
  private var portTaken = 0
  private var addressless = 0
  private var garbage = 0
  /// Interval between the outages of a provider, and their length, in milliseconds.
  private var outageEvery: Int64 = 0
  private var outageLength: Int64 = 0

  /// The reason of failures during an outage.
  static let silence = "the provider does not answer"

  /// Rates for a seed: each class of faults is active or not, and never one that is left out.
  package init(seed: UInt64, without: Set<FaultClass> = []) {
    random = SplitMix64(seed: seed)
    permanent = rate(20, .permanent, without)
    transient = rate(25, .transient, without)
    unknown = rate(15, .unknown, without)
    lost = rate(15, .lost, without)
    hang = rate(16, .hang, without)
    slow = rate(15, .slow, without)
    portTaken = rate(10, .port, without)
    addressless = rate(30, .address, without)
    garbage = rate(20, .garbage, without)
    let length = Int64(rate(6, .outage, without))
    if length > 0 {
      outageEvery = 600_000
      outageLength = length * 60_000
    }
  }

  /// A plan without faults.
  package init() { random = SplitMix64(seed: 0) }

  private mutating func rate(_ most: Int, _ kind: FaultClass, _ without: Set<FaultClass>) -> Int {
    let drawn = random.percent(50) ? random.below(most) : 0
    return without.contains(kind) ? 0 : drawn
  }

  /// The behaviour of a method that starts.
  mutating func start(_ kind: OperationKind, of call: Call, at now: Moment) -> Behaviour {
    if isOut(now) { return .fail(.transient, Self.silence) }
    if kind.creates, random.percent(portTaken) { return .fail(.portTaken, "a stranger listens") }
    return fault() ?? .run(random.below(4))
  }

  /// The behaviour of a check; nil for the normal progress of its operation.
  mutating func check(of call: Call, at now: Moment) -> Behaviour? {
    if isOut(now) { return .fail(.transient, Self.silence) }
    return random.percent(30) ? fault() : nil
  }

  /// Sometimes adds garbage to a result.
  mutating func spoil(_ outcome: inout CallResult) {
    guard random.percent(garbage) else { return }
    switch random.below(8) {
    case 0: outcome.suggestedTime = .milliseconds(-1)
    case 1: outcome.suggestedTime = TimeSpan(milliseconds: .max / 2)
    case 2: outcome.progress = Progress(done: .max, of: -1)
    case 3: outcome.uniqueId = ""
    case 4: outcome.name = SafeText(String(repeating: "x", count: 300))
    case 5: outcome.log = Array(repeating: LogLine(.error, "nonsense"), count: 50)
    case 6: outcome.answer = nil
    default: outcome.suggestedTime = .zero
    }
  }

  /// Whether a call took effect before its process died.
  mutating func reached(hangs: Bool) -> Bool { random.percent(hangs ? 30 : 60) }

  /// Whether the address is not known yet.
  mutating func hidesAddress() -> Bool { random.percent(addressless) }

  private func isOut(_ now: Moment) -> Bool {
    outageEvery > 0 && now.milliseconds % outageEvery >= outageEvery - outageLength
  }

  private mutating func fault() -> Behaviour? {
    if random.percent(permanent) { return .fail(.permanent, "it is broken") }
    if random.percent(transient) { return .fail(.transient, "it is busy") }
    if random.percent(unknown) { return .fail(.unknown, "it said nonsense") }
    if random.percent(lost) { return .fail(.unknown, ScriptedDriver.notDone) }
    if random.percent(hang) { return .hang }
    if random.percent(slow) { return .slow(.seconds(Int64(random.below(90))), .run(1)) }
    return nil
  }
}
