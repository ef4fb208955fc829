import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The external resources with our owner tag, with or without a record, and those that existed
/// until recently.
struct ExternalResources {
  private struct Key: Hashable {
    var provider: SafeText
    var isPublication: Bool
    var name: String
  }
  /// A resource with the time of its existence.
  private struct Item {
    var key: Key
    var thing: ExternalResource
    var since: TimeSpan
    var until: TimeSpan?

    func existed(at time: TimeSpan) -> Bool { since <= time && time < until ?? .endless }
  }

  /// How long removed resources are remembered.
  private static let memory = TimeSpan.minutes(20)
  /// Time since the world's start.
  var now = TimeSpan.zero
  /// The provider of each pool; pools without one here are not tracked.
  private var homes: [PoolID: SafeText] = [:]
  private var places: [Key: Int] = [:]
  /// In an order that depends only on the events.
  private var items: [Item?] = []
  private var free: [Int] = []
  private var past: [Item] = []
  /// Number of removed resources above which the oldest are forgotten.
  private var enough = 32

  /// Sets the provider of a pool; nil to stop tracking it.
  mutating func settle(_ pool: PoolID, on provider: SafeText?) { homes[pool] = provider }

  /// Whether the pool of a call is tracked.
  func keeps(_ call: Call) -> Bool { homes[call.pool] != nil }

  /// Whether a resource of the call's target exists under its own name.
  func holds(_ call: Call) -> Bool {
    guard let key = key(call), let place = places[key] else { return false }
    return items[place]?.thing.purpose == purpose(call)
  }

  /// Whether a resource of another target has the name of the call's.
  func isTaken(_ call: Call) -> Bool {
    guard let key = key(call), let place = places[key] else { return false }
    return items[place]?.thing.purpose != purpose(call)
  }

  /// Adds the resource that a call has created, or a second one beside it.
  mutating func made(_ call: Call, twice: Bool) {
    guard var key = key(call) else { return }
    if twice { key.name += "#2" }
    let identity = call.record.identity
    let isPublication = key.isPublication
    let thing = ExternalResource(
      kind: isPublication ? "volume" : "domain", name: SafeText(key.name), purpose: purpose(call),
      identity: isPublication ? nil : identity)
    if let place = places[key] {
      items[place]?.thing = thing
    } else {
      let item = Item(key: key, thing: thing, since: now)
      if let place = free.popLast() {
        (items[place], places[key]) = (item, place)
      } else {
        places[key] = items.count
        items.append(item)
      }
    }
  }

  /// Removes what the driver of a call finds: the resource under its own name, else the second one.
  mutating func removed(_ call: Call) {
    guard var key = key(call) else { return }
    if !holds(call) { key.name += "#2" }
    guard let place = places[key], items[place]?.thing.purpose == purpose(call) else { return }
    take(place)
  }

  /// Removes the resources with a name, on any provider.
  mutating func vanish(_ name: String) {
    for place in items.indices where items[place]?.key.name == name { take(place) }
  }

  /// Removes all resources of a purpose.
  mutating func cleanUp(_ purpose: ExternalResource.Purpose) {
    for place in items.indices where items[place]?.thing.purpose == purpose { take(place) }
  }

  /// Removes a resource as a provider does: only if it still has the same purpose.
  ///
  /// - Returns: whether a resource with another purpose has its name.
  mutating func remove(_ thing: ExternalResource, on provider: SafeText) -> Bool {
    let key = Key(
      provider: provider, isPublication: thing.kind == "volume", name: thing.name.text)
    guard let place = places[key] else { return false }
    guard items[place]?.thing.purpose == thing.purpose else { return true }
    take(place)
    return false
  }

  /// The resources on a provider, now or at an earlier time.
  func things(on provider: SafeText, at time: TimeSpan? = nil) -> [ExternalResource] {
    let time = time ?? now
    var found: [ExternalResource] = []
    for case .some(let item) in items
    where item.key.provider == provider && item.existed(at: time) {
      found.append(item.thing)
    }
    guard time < now else { return found }
    for item in past where item.key.provider == provider && item.existed(at: time) {
      if !found.contains(where: { $0.name == item.thing.name && $0.kind == item.thing.kind }) {
        found.append(item.thing)
      }
    }
    return found
  }

  /// Whether a resource with this purpose exists on a provider.
  func holds(_ purpose: ExternalResource.Purpose, on provider: SafeText) -> Bool {
    items.contains { $0?.thing.purpose == purpose && $0?.key.provider == provider }
  }

  private mutating func take(_ place: Int) {
    guard var item = items[place] else { return }
    places[item.key] = nil
    items[place] = nil
    free.append(place)
    item.until = now
    past.append(item)
    guard past.count > enough else { return }
    let oldest = TimeSpan(milliseconds: now.milliseconds - Self.memory.milliseconds)
    past.removeAll { $0.until ?? .zero < oldest }
    enough = 2 * past.count + 32
  }

  private func key(_ call: Call) -> Key? {
    homes[call.pool].map {
      Key(provider: $0, isPublication: call.isPublication, name: call.record.identity.name)
    }
  }

  private func purpose(_ call: Call) -> ExternalResource.Purpose {
    switch call.subject {
    case .deployment(let id): .deployment(id)
    case .publication: .publication(call.record.identity.name)
    }
  }
}

extension Call {
  fileprivate var isPublication: Bool {
    if case .publication = subject { true } else { false }
  }
}

extension TimeSpan {
  /// Longer than any simulated world.
  static let endless = TimeSpan(milliseconds: .max)
}
