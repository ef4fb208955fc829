import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Resources that drivers leave behind, and their removal and adoption.
extension ScriptedDriver {
  /// Lets a provider remove a resource that it has listed.
  ///
  /// - Returns: whether another resource has its name, which then stays.
  mutating func remove(_ thing: ExternalResource, on provider: SafeText) -> Bool {
    if resources.remove(thing, on: provider) { return true }
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

  /// Gives the resource of a deployment to its new record, if the resource still exists.
  mutating func adopt(_ id: DeploymentID, _ identity: Identity, on provider: SafeText) {
    if resources.holds(.deployment(id), on: provider) {
      things[identity.name] = .deployment(id)
      hosts.made(identity.name)
    } else {
      hosts.vanish(identity.name)
    }
  }

  /// Forgets the resources of a target, which belong to nobody from now on.
  mutating func disown(_ subject: CallTarget) {
    for name in things.keys.sorted() where things[name] == subject { forget(name) }
  }

  /// The failure of a creation whose name a leftover resource has; nil if none does.
  func obstacleLeft(to call: Call, _ task: DriverTask) -> Behaviour? {
    guard case .start(let kind) = task, kind.creates || kind == .publish, resources.isTaken(call)
    else {
      return nil
    }
    return .fail(Hosts.refusal(of: call.record.identity.name), Hosts.taken.text)
  }

  /// Decides whether a removal that reports success leaves the resource behind, or a repeated
  /// creation makes a second one; nil if neither.
  mutating func leaves(_ call: Call, _ task: DriverTask, _ state: TaskState) -> FaultClass? {
    guard resources.holds(call) else { return nil }
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

/// How often drivers leave resources behind; drawn from the seed and often 0.
struct LeftoverPlan {
  private var random: SplitMix64
  /// Denominator of the rates; 100 in a world full of faults.
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
