import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What providers have listed and no record speaks of, reckoned from the listings and the stored
/// records alone; and who asked for what. Pure: no clock, no engine.
struct OrphanOracle {
  /// One thing without a record.
  struct Sighting {
    var thing: ExternalResource
    /// In how many listings in a row it was there.
    var count: Int
    /// When it was first among them, by the most that any clock may have shown.
    var since: TimeSpan
  }
  /// By provider, in the order in which they were listed.
  private(set) var listed: [SafeText: [Sighting]] = [:] { didSet { version += 1 } }
  /// How many there were beyond those.
  private var more: [SafeText: Int] = [:]
  /// How often each was listed since faults stopped.
  private(set) var listings: [SafeText: Int] = [:]
  /// Counts up with each change of what is listed.
  private(set) var version = 0
  /// The providers that can list, as the running engine was told.
  private var able: Set<String> = []
  private var asked: Set<OrphanName> = []
  /// What records that were given up held, until their provider has said what exists.
  private var doubts: [SafeText: [Identity]] = [:]

  /// What is known of a thing by its name.
  func sighting(_ name: OrphanName) -> Sighting? {
    listed[name.provider]?.first { $0.thing.name == name.name && $0.thing.kind == name.kind }
  }

  /// A provider has said what exists on it; `isOrphan` by the records as they were then.
  mutating func take(
    _ things: [ExternalResource], on provider: SafeText, at time: TimeSpan,
    isOrphan: (ExternalResource) -> Bool
  ) {
    guard able.contains(provider.text) else { return }
    let before = listed[provider] ?? []
    let all = things.filter(isOrphan).map { thing in
      let known = before.first {
        $0.thing.name == thing.name && $0.thing.kind == thing.kind
          && $0.thing.purpose == thing.purpose
      }
      return Sighting(
        thing: thing, count: (known?.count ?? 0) + 1, since: known?.since ?? time)
    }
    // Of more than are kept in mind the last are only counted.
    let kept = all.sorted { ($0.thing.name, $0.thing.kind) < ($1.thing.name, $1.thing.kind) }
    more[provider] = max(0, all.count - Limits.orphans)
    listed[provider] = all.count > Limits.orphans ? Array(kept.prefix(Limits.orphans)) : all
    doubts[provider] = nil
    listings[provider, default: 0] += 1
  }

  /// Faults stop.
  mutating func heal() { listings = [:] }

  /// A provider has removed a thing.
  mutating func removed(_ thing: ExternalResource, on provider: SafeText) {
    listed[provider]?.removeAll { $0.thing.name == thing.name && $0.thing.kind == thing.kind }
    asked.remove(OrphanName(thing, on: provider))
  }

  /// A provider could not: whoever asked has had an answer.
  mutating func notRemoved(_ thing: ExternalResource, on provider: SafeText) {
    asked.remove(OrphanName(thing, on: provider))
  }

  /// A person asks for a removal, and it is accepted.
  mutating func ask(_ name: OrphanName) { asked.insert(name) }

  /// Whether a person has asked for its removal, and has had no answer.
  func isAsked(_ name: OrphanName) -> Bool { asked.contains(name) }

  /// What was made for a deployment, on whatever provider, has a record again.
  mutating func adopted(_ id: DeploymentID) {
    listed = listed.mapValues { all in all.filter { $0.thing.purpose != .deployment(id) } }
  }

  /// A record was given up: what it held is nobody else's before its provider is listed, where the
  /// engine has been told that it can be.
  mutating func doubt(_ identity: Identity, on provider: SafeText) {
    guard able.contains(provider.text) else { return }
    doubts[provider, default: []].append(identity)
  }

  /// Only these providers can list; of others nobody knows what exists.
  mutating func keep(_ providers: Set<String>) {
    able = providers
    listed = listed.filter { providers.contains($0.key.text) }
    more = more.filter { providers.contains($0.key.text) }
    doubts = doubts.filter { providers.contains($0.key.text) }
    asked = asked.filter { providers.contains($0.provider.text) }
  }

  /// Another engine runs on what is stored, which is not told yet who can list.
  mutating func restart() { (able, doubts) = ([], [:]) }

  /// How many places of a provider they take.
  func places(on provider: SafeText) -> Int {
    let ids = (listed[provider] ?? []).compactMap { one -> DeploymentID? in
      guard one.count > 1, case .deployment(let id) = one.thing.purpose else { return nil }
      return id
    }
    return Set(ids).count + (more[provider] ?? 0)
  }

  /// What has no record, or had one, and has any of what is taken anew, that is besides what was
  /// held before.
  func holder(of identity: Identity, besides old: Identity?) -> String? {
    let isTaken = { (one: Identity) in one.hasAny(of: identity, besides: old) }
    for (provider, all) in listed.sorted(by: { $0.key < $1.key }) {
      let things = all.lazy.map(\.thing)
      guard let one = things.first(where: { $0.identity.map(isTaken) ?? false }) else { continue }
      return "\(one.name) of \(one.purpose), which \(provider) lists without a record,"
    }
    for (provider, all) in doubts.sorted(by: { $0.key < $1.key }) {
      guard let one = all.first(where: isTaken) else { continue }
      return "\(one.name), whose record was given up and which \(provider) has not listed since,"
    }
    return nil
  }

  /// What is wrong with asking a provider to remove a thing.
  func complaints(
    about thing: ExternalResource, on provider: SafeText, rule: OrphanRule, counters: Counters,
    at time: TimeSpan
  ) -> [String] {
    let name = OrphanName(thing, on: provider)
    let list = listed[provider] ?? []
    let isOld = { (one: ExternalResource) in
      if case .deployment(let id) = one.purpose { id.number >= counters.deployment } else { false }
    }
    if isOld(thing) { return ["it was made by a later state of the store"] }
    if asked.contains(name) { return [] }
    guard rule.removes else { return ["nobody asked, and no rule says so"] }
    var complaints: [String] = []
    if list.contains(where: { isOld($0.thing) }) { complaints.append("the store is an old copy") }
    let count = list.count + (more[provider] ?? 0)
    if count > rule.most { complaints.append("there are \(count) of \(rule.most)") }
    guard let sighting = sighting(name), sighting.thing.purpose == thing.purpose else {
      return complaints + ["it was not listed"]
    }
    if sighting.count < 2 { complaints.append("it was seen only once") }
    let age = time.milliseconds - sighting.since.milliseconds
    if age < rule.grace.milliseconds {
      complaints.append("it was seen for \(age) of \(rule.grace.milliseconds) ms")
    }
    return complaints
  }
}

extension OrphanName {
  init(_ thing: ExternalResource, on provider: SafeText) {
    self.init(provider: provider, kind: thing.kind, name: thing.name)
  }
}

extension Identity {
  /// Whether it has anything of another that was not had before.
  fileprivate func hasAny(of other: Identity, besides old: Identity?) -> Bool {
    (name == other.name && name != old?.name)
      || (mac != nil && mac == other.mac && mac != old?.mac)
      || (port != nil && port == other.port && port != old?.port)
  }
}
