import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// Tracks the orphans of providers, computed from the listings and the stored records alone, and
/// the removals that were requested. Pure: no clock, no engine.
struct OrphanOracle {
  /// A listed resource without a record.
  struct Sighting {
    var thing: ExternalResource
    /// Number of consecutive listings that contained it.
    var count: Int
    /// Time of the first of these listings, by the latest time that any clock may have shown.
    var since: TimeSpan
  }
  /// By provider, in the order of the listing.
  private(set) var listed: [SafeText: [Sighting]] = [:] { didSet { version += 1 } }
  /// Number of further orphans that are only counted.
  private var more: [SafeText: Int] = [:]
  /// Number of listings of each provider since faults stopped.
  private(set) var listings: [SafeText: Int] = [:]
  /// Changes with each change of `listed`.
  private(set) var version = 0
  /// The providers that can list, as far as the running engine knows.
  private var able: Set<String> = []
  private var asked: Set<OrphanName> = []
  /// The identities of forgotten records, until their provider has been listed.
  private var doubts: [SafeText: [Identity]] = [:]

  /// The sighting of a resource with this name.
  func sighting(_ name: OrphanName) -> Sighting? {
    listed[name.provider]?.first { $0.thing.name == name.name && $0.thing.kind == name.kind }
  }

  /// Applies a listing; `isOrphan` uses the records at that time.
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
    // Those beyond the limit are only counted.
    let kept = all.sorted { ($0.thing.name, $0.thing.kind) < ($1.thing.name, $1.thing.kind) }
    more[provider] = max(0, all.count - Limits.orphans)
    listed[provider] = all.count > Limits.orphans ? Array(kept.prefix(Limits.orphans)) : all
    doubts[provider] = nil
    listings[provider, default: 0] += 1
  }

  /// Notes that faults have stopped.
  mutating func heal() { listings = [:] }

  /// Notes that a provider has removed a resource.
  mutating func removed(_ thing: ExternalResource, on provider: SafeText) {
    listed[provider]?.removeAll { $0.thing.name == thing.name && $0.thing.kind == thing.kind }
    asked.remove(OrphanName(thing, on: provider))
  }

  /// Notes that a removal has failed: the request is answered.
  mutating func notRemoved(_ thing: ExternalResource, on provider: SafeText) {
    asked.remove(OrphanName(thing, on: provider))
  }

  /// Notes an accepted request for a removal.
  mutating func ask(_ name: OrphanName) { asked.insert(name) }

  /// Whether a request for its removal is open.
  func isAsked(_ name: OrphanName) -> Bool { asked.contains(name) }

  /// Notes an adoption: the resources of the deployment, on any provider, have a record again.
  mutating func adopted(_ id: DeploymentID) {
    listed = listed.mapValues { all in all.filter { $0.thing.purpose != .deployment(id) } }
  }

  /// Notes a forgotten record: its identity must not be reused before its provider is listed, if
  /// the engine knows that it can be.
  mutating func doubt(_ identity: Identity, on provider: SafeText) {
    guard able.contains(provider.text) else { return }
    doubts[provider, default: []].append(identity)
  }

  /// Sets the providers that can list, and drops the knowledge about all others.
  mutating func keep(_ providers: Set<String>) {
    able = providers
    listed = listed.filter { providers.contains($0.key.text) }
    more = more.filter { providers.contains($0.key.text) }
    doubts = doubts.filter { providers.contains($0.key.text) }
    asked = asked.filter { providers.contains($0.provider.text) }
  }

  /// Notes a restart: the new engine does not know yet which providers can list.
  mutating func restart() { (able, doubts) = ([], [:]) }

  /// Number of places that the orphans take on a provider.
  func places(on provider: SafeText) -> Int {
    let ids = (listed[provider] ?? []).compactMap { one -> DeploymentID? in
      guard one.count > 1, case .deployment(let id) = one.thing.purpose else { return nil }
      return id
    }
    return Set(ids).count + (more[provider] ?? 0)
  }

  /// Describes an orphan or forgotten record that holds a part of an identity which is newly taken,
  /// that is, not in `old`.
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

  /// The violations of asking a provider to remove a resource.
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
  /// Whether it shares a part with another identity that `old` does not have.
  fileprivate func hasAny(of other: Identity, besides old: Identity?) -> Bool {
    (name == other.name && name != old?.name)
      || (mac != nil && mac == other.mac && mac != old?.mac)
      || (port != nil && port == other.port && port != old?.port)
  }
}
