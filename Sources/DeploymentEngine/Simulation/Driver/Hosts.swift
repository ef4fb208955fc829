import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Simulated hosts that go down with all their resources, resources that vanish, and foreign
/// resources with our names.
struct Hosts {
  /// Number of hosts.
  var count = 3
  /// The host of each deployment's resource; publications have none.
  private var hostOf: [String: Int] = [:]
  private var down: Set<Int> = []
  /// Names of resources that have vanished and were not created again.
  private(set) var gone: Set<String> = []
  private var foreignNames: Set<String> = []

  static let taken: SafeText = "something that is not ours has this name"

  /// How a driver refuses a taken name: some can tell it from other errors.
  static func refusal(of name: String) -> FailureClass {
    (name.utf8.last ?? 0).isMultiple(of: 2) ? .nameTaken : .permanent
  }

  /// The fault that a call meets before its driver can do anything; nil if there is none.
  mutating func obstacle(to call: Call, _ task: DriverTask) -> (FaultClass, Behaviour)? {
    guard case .deployment = call.subject else { return nil }
    let name = call.record.identity.name
    if let host = hostOf[name], down.contains(host) {
      return (.host, .fail(.transient, "its host does not answer"))
    }
    if gone.contains(name) { return obstacle(toGone: task) }
    guard case .start(let kind) = task, kind.creates else { return nil }
    if foreignNames.contains(name) {
      return (.stranger, .fail(Self.refusal(of: name), Self.taken.text))
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
    return (.vanish, .fail(task.operation.creates ? .permanent : .gone, "it is gone"))
  }

  /// Notes that a resource was created, perhaps again.
  mutating func made(_ name: String) { gone.remove(name) }

  /// Notes that a resource was removed on request.
  mutating func removed(_ name: String) {
    hostOf[name] = nil
    gone.remove(name)
  }

  /// Lets a resource vanish.
  mutating func vanish(_ name: String) { gone.insert(name) }

  /// Lets a foreign resource take a name, or removes it again.
  mutating func toggleForeign(at name: String) {
    if foreignNames.remove(name) == nil { foreignNames.insert(name) }
  }

  /// Takes a host down; nothing on it answers.
  mutating func fail(_ host: Int) { down.insert(host % count) }

  /// Brings a host back; returns the names of its resources.
  mutating func comeBack(_ host: Int) -> [String] {
    guard down.remove(host % count) != nil else { return [] }
    return hostOf.filter { $0.value == host % count }.keys.sorted()
  }

  /// Brings all hosts back and removes all foreign resources.
  mutating func heal() {
    down = []
    foreignNames = []
  }
}
