import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What things stand on: hosts that go down with all that they carry, things that vanish behind our
/// back, and strangers under our names.
struct Hosts {
  /// How many there are.
  var count = 3
  /// The host of each thing; publications stand on none.
  private var hostOf: [String: Int] = [:]
  private var down: Set<Int> = []
  /// Made, and no longer there though nobody was asked to remove it.
  private(set) var gone: Set<String> = []
  private var strangers: Set<String> = []

  static let taken: SafeText = "something that is not ours has this name"

  /// What a call meets before its driver can do anything; nil: nothing is in its way.
  mutating func obstacle(to call: Call, _ task: DriverTask) -> (FaultClass, Behaviour)? {
    guard case .deployment = call.subject else { return nil }
    let name = call.record.identity.name
    if let host = hostOf[name], down.contains(host) {
      return (.host, .fail(.transient, "its host does not answer"))
    }
    if gone.contains(name) { return obstacle(toGone: task) }
    guard case .start(let kind) = task, kind.creates else { return nil }
    if strangers.contains(name) {
      return (.stranger, .fail(.permanent, Self.taken.text))
    }
    if hostOf[name] == nil {
      let first = Int(name.utf8.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) })
      let order = (first..<first + count).map { [count] in $0 % count }
      guard let host = order.first(where: { [down] in !down.contains($0) }) else {
        return (.host, .fail(.transient, "no host has room for it"))
      }
      hostOf[name] = host
    }
    return nil
  }

  private func obstacle(toGone task: DriverTask) -> (FaultClass, Behaviour)? {
    switch task.operation {
    case .cancel, .destroy: return (.vanish, .finish)
    case .deployForCache, .deployForUser:
      if !task.isCheck { return nil }
    case .moveToCache, .setReady, .notifyReadyFromOSManager, .publish: break
    }
    return (.vanish, .fail(.permanent, "it is gone"))
  }

  /// It was made, perhaps again.
  mutating func made(_ name: String) { gone.remove(name) }

  /// It was removed because we asked for it.
  mutating func removed(_ name: String) {
    hostOf[name] = nil
    gone.remove(name)
  }

  /// A thing is no longer there, and nobody asked for that.
  mutating func vanish(_ name: String) { gone.insert(name) }

  /// Something that is not ours gets a name before we use it, or goes again.
  mutating func stranger(at name: String) {
    if strangers.remove(name) == nil { strangers.insert(name) }
  }

  /// A host goes down, and nothing on it answers.
  mutating func fail(_ host: Int) { down.insert(host % count) }

  /// A host comes back; the names of what it carried.
  mutating func comeBack(_ host: Int) -> [String] {
    guard down.remove(host % count) != nil else { return [] }
    return hostOf.filter { $0.value == host % count }.keys.sorted()
  }

  /// Every host is back with all that is still on it, and no stranger stands in the way.
  mutating func heal() {
    down = []
    strangers = []
  }
}
