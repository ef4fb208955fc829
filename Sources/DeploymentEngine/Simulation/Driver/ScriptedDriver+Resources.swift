import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What drivers leave behind, and what becomes of it.
extension ScriptedDriver {
  /// A provider removes one of the things that it has listed.
  ///
  /// - Returns: whether something else has its name: that stays.
  mutating func remove(_ thing: ExternalResource, on provider: SafeText) -> Bool {
    if stock.remove(thing, on: provider) { return true }
    let name = thing.name.text
    switch (thing.purpose, things[name]) {
    case (.deployment(let id), .deployment(let owner)?): if id == owner { forget(name) }
    case (.publication, .publication?): forget(name)
    case (.deployment, .publication?), (.publication, .deployment?), (_, nil): break
    }
    return false
  }

  private mutating func forget(_ name: String) {
    things[name] = nil
    hosts.removed(name)
  }

  /// What exists of a deployment is a new record's from now on; perhaps nothing does.
  mutating func adopt(_ id: DeploymentID, _ identity: Identity, on provider: SafeText) {
    if stock.holds(.deployment(id), on: provider) {
      things[identity.name] = .deployment(id)
      hosts.made(identity.name)
    } else {
      hosts.vanish(identity.name)
    }
  }

  /// Nobody answers any more for what was made for a subject.
  mutating func disown(_ subject: CallTarget) {
    for name in things.keys.sorted() where things[name] == subject { forget(name) }
  }

  /// What a call meets because of what others have left behind; nil: nothing.
  func obstacleLeft(to call: Call, _ task: DriverTask) -> Behaviour? {
    guard case .start(let kind) = task, kind.creates || kind == .publish, stock.isTaken(call) else {
      return nil
    }
    return .fail(.permanent, Hosts.taken.text)
  }

  /// Whether a removal that says that it is done leaves the thing behind, or a creation that is
  /// asked for again makes a second one.
  mutating func leaves(_ call: Call, _ task: DriverTask, _ state: TaskState) -> FaultClass? {
    guard stock.holds(call) else { return nil }
    switch task {
    case .start(.cancel), .start(.destroy), .check(.cancel), .check(.destroy):
      guard state == .finished, leftovers.leavesBehind() else { return nil }
      staying.insert(call.subject)
      return .zombie
    case .start(.deployForCache), .start(.deployForUser):
      guard leftovers.makesSecond() else { return nil }
      doubled.insert(call.subject)
      return .second
    case .start, .check: return nil
    }
  }
}

/// How often drivers leave something behind; drawn per seed, often never.
struct LeftoverPlan {
  private var random: SplitMix64
  /// So many times of how many: of a hundred in a world that is all trouble.
  private let outOf: Int
  private var zombie = 0
  private var second = 0

  init(seed: UInt64, without: Set<FaultClass> = [], outOf: Int = 100) {
    self.outOf = outOf
    random = SplitMix64(seed: seed)
    let rates = (
      random.percent(60) ? random.below(15) : 0, random.percent(60) ? random.below(60) : 0
    )
    zombie = without.contains(.zombie) ? 0 : rates.0
    second = without.contains(.second) ? 0 : rates.1
  }

  mutating func leavesBehind() -> Bool { random.below(outOf) < zombie }
  mutating func makesSecond() -> Bool { random.below(outOf) < second }
  mutating func heal() { (zombie, second) = (0, 0) }
}
