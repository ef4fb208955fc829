import DeploymentEngine

/// How often what goes wrong, in percent; drawn per seed, often not at all.
struct FaultDice {
  var random: SplitMix64
  var permanent = 0
  var transient = 0
  var unknown = 0
  var hang = 0
  var slow = 0
  var portTaken = 0

  /// Rates for one seed: each class of faults is there or not.
  init(seed: UInt64) {
    random = SplitMix64(seed)
    permanent = rate(20)
    transient = rate(25)
    unknown = rate(15)
    hang = rate(8)
    slow = rate(15)
    portTaken = rate(10)
  }

  private mutating func rate(_ most: Int) -> Int { random.percent(50) ? random.below(most) : 0 }

  /// What a method does that starts.
  mutating func start(_ kind: OperationKind) -> Behaviour {
    if kind.creates, random.percent(portTaken) { return .fail(.portTaken, "a stranger listens") }
    return fault() ?? .run(random.below(4))
  }

  /// What a check says; nil: what the operation's own course is.
  mutating func check() -> Behaviour? { random.percent(30) ? fault() : nil }

  private mutating func fault() -> Behaviour? {
    if random.percent(permanent) { return .fail(.permanent, "it is broken") }
    if random.percent(transient) { return .fail(.transient, "it is busy") }
    if random.percent(unknown) { return .fail(.unknown, "it said nonsense") }
    if random.percent(hang) { return .hang }
    if random.percent(slow) { return .slow(.seconds(Int64(random.below(90))), .run(1)) }
    return nil
  }
}
