import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The checks of external resources without a record (orphans).
extension World {
  /// Checks a step before it is stored.
  func judgeOrphans(_ commit: Commit, _ outcome: Effects, _ told: [Told]) {
    guard !everLists.isEmpty else { return }
    let version = orphans.version
    for one in told { note(one, outcome) }
    let isSame = orphans.version == version
    for (old, new) in commit.amendments.lazy.map({ ($0.old, $0.new) }) {
      guard let new, old?.record.identity != new.record.identity, new.record.exists else {
        continue
      }
      judgeTaking(new.record, before: old?.record, outcome, told)
    }
    for case .provider(let one) in commit.others {
      if isSame, store.providers[one.name]?.record.orphans == one.orphans { continue }
      judgeList(of: one)
    }
  }

  /// The latest time that any clock had shown when the step was decided.
  private var latestClock: TimeSpan {
    let late = now.moment - decidedAt.moment
    return TimeSpan(
      milliseconds: elapsed.milliseconds - late.milliseconds + putForward.milliseconds)
  }

  private func note(_ told: Told, _ outcome: Effects) {
    switch told.event {
    case .inventoried(let id, let answer):
      guard let call = awaited.answered(id) else { return }
      note(answer, to: call)
    case .configured(_, _, let inventories): orphans.keep(inventories)
    case .request(let request):
      if let adoption = told.adoption(in: outcome) {
        orphans.adopted(adoption.id)
        return
      }
      guard case .accepted? = outcome.answers.first(where: { $0.key == request.key })?.reply
      else { return }
      if case .removeOrphan(let name) = request.verb { orphans.ask(name) }
      if case .forget(let id) = request.verb { noteForgotten(id) }
    case .tick, .callEnded, .answered, .askerEnded, .noticed: break
    }
  }

  private func note(_ answer: InventoryAnswer, to call: InventoryCall) {
    switch (call.task, answer) {
    case (.list, .things(let things)):
      orphans.take(things, on: call.provider, at: latestClock) { !store.hasRecord(of: $0.purpose) }
    case (.remove(let thing), .removed): orphans.removed(thing, on: call.provider)
    case (.remove(let thing), .failed): orphans.notRemoved(thing, on: call.provider)
    case (.list, .failed), (.list, .removed), (.remove, .things): break
    }
  }

  private func noteForgotten(_ id: DeploymentID) {
    guard let record = store.deployments[id]?.record,
      let provider = store.pools[record.pool]?.record.provider
    else { return }
    orphans.doubt(record.identity, on: provider)
  }

  /// The identity of a new deployment must not belong to an orphan, and the provider must have
  /// room.
  private func judgeTaking(
    _ new: Deployment, before old: Deployment?, _ outcome: Effects, _ told: [Told]
  ) {
    if told.contains(where: { $0.adoption(in: outcome)?.id == new.id }) { return }
    if let holder = orphans.holder(of: new.identity, besides: old?.identity) {
      complain(.orphans, "\(new.id) gets a part of the identity of \(holder): \(new.identity)")
    }
    guard old == nil, told.allSatisfy({ $0.keepsLimits }), let pool = engine.pool(new.pool),
      let provider = engine.providers.first(where: { $0.name == pool.provider })
    else { return }
    let places = provider.deployments + orphans.places(on: provider.name)
    if places > provider.limits.deployments {
      complain(
        .limits,
        "\(new.id) is made though \(places) of \(provider.limits.deployments) exist on "
          + "\(provider.name)")
    }
    let others = engine.pools.filter { $0.provider == pool.provider && $0.id != pool.id }
    let kept = others.reduce(0) { $0 + $1.placesKept }
    if kept > 0, places + kept > provider.limits.deployments {
      complain(
        .limits, "\(new.id) takes one of \(kept) places that other pools keep on \(provider.name)")
    }
  }

  /// The stored orphans must be the listed resources without a record.
  private func judgeList(of provider: ProviderRecord) {
    let expected = orphans.listed[provider.name] ?? []
    let listed = provider.orphans.all
    if expected.isEmpty, listed.isEmpty { return }
    let isSame =
      expected.count == listed.count
      && expected.allSatisfy { one in
        listed.contains { $0.thing == one.thing && $0.isConfirmed == (one.count > 1) }
      }
    if isSame { return }
    complain(
      .orphans,
      "\(provider.name) has \(expected.map { "\($0.thing.name) x\($0.count)" }) without a record, "
        + "stored are \(listed.map { "\($0.thing.name) x\($0.sightings)" })")
  }

  /// Checks a removal that the engine asks of a provider.
  func complaints(about call: InventoryCall) -> [String] {
    guard case .remove(let thing) = call.task else { return [] }
    func say(_ why: String) -> String {
      "\(thing.purpose) \(thing.name) must not be removed: \(why)"
    }
    if store.hasRecord(of: thing.purpose) { return [say("it has a record")] }
    let isCalled = unreportedFlights.contains { $0.call.subject.purpose == thing.purpose }
    if isCalled, !orphans.isAsked(OrphanName(thing, on: call.provider)) {
      return [say("a call may still make it")]
    }
    let rules = store.configuration.providers
    let rule = rules.first { SafeText($0.name) == call.provider }?.orphans ?? OrphanRule()
    return orphans.complaints(
      about: thing, on: call.provider, rule: rule, counters: store.counters, at: latestClock
    ).map(say)
  }

  /// Checks an adopted deployment.
  func judgeAdopted(_ new: Deployment, _ told: [Told], _ outcome: Effects) {
    guard let adoption = told.lazy.compactMap({ $0.adoption(in: outcome) }).first else { return }
    func complain(_ what: String) { self.complain(.adoptions, "\(new.id) is adopted, \(what)") }
    let old = store.deployments[new.id]?.record
    if old?.exists ?? false { complain("and has a record") }
    if let old, new.revision <= old.revision { complain("its revision falls to \(new.revision)") }
    if new.placement.holder != adoption.user { complain("and is \(new.placement)") }
    if new.isLetIn { complain("and its user is let in at once") }
    guard let sighting = orphans.sighting(adoption.orphan) else {
      return complain("and \(adoption.orphan) was not listed")
    }
    if sighting.count < 2 { complain("and was seen only once") }
    if sighting.thing.purpose != .deployment(new.id) || sighting.thing.identity != new.identity {
      complain("and is not what was listed")
    }
    let isLeaving = inventoryFlights.contains {
      $0.call.removed?.purpose == sighting.thing.purpose
    }
    if isLeaving { complain("and its removal is out") }
    let isCalled = unreportedFlights.contains { $0.call.subject == .deployment(new.id) }
    if isCalled { complain("and a call on what it was is out") }
  }
}

extension InventoryCall {
  /// The resource that the call removes.
  var removed: ExternalResource? {
    switch task {
    case .list: nil
    case .remove(let thing): thing
    }
  }
}

extension CallTarget {
  /// The purpose of its external resources; nil for a publication, which is known only by name.
  fileprivate var purpose: ExternalResource.Purpose? {
    switch self {
    case .deployment(let id): .deployment(id)
    case .publication: nil
    }
  }
}

extension Engine {
  fileprivate func pool(_ id: PoolID) -> Pool? { pools.first { $0.id == id } }
}
