import DeploymentEngine

/// What is judged after each step, besides the invariants.
extension World {
  func judge(_ changes: [StoreChange]) {
    var seen: Set<DeploymentID> = []
    for case .deployment(let new) in changes {
      if !seen.insert(new.id).inserted { complain("\(new.id) is stored twice in one step") }
      if engine.deployment(new.id) != new { complain("\(new.id) is stored as it is not") }
      guard let old = store.deployments[new.id]?.record else {
        Transitions.complaints(aboutNew: new, at: now).forEach(complain)
        continue
      }
      let subject = CallSubject.deployment(new.id)
      Transitions.complaints(
        from: old, to: new, wasCalled: oracle.known(subject).called, at: now
      ).forEach(complain)
      judgeAdmission(old, new)
    }
  }

  private func judgeAdmission(_ old: Deployment, _ new: Deployment) {
    let subject = CallSubject.deployment(new.id)
    if new.admission == .wanted, old.admission != .wanted { oracle.claimed(subject) }
    guard new.admission == .granted, old.admission != .granted else { return }
    guard case .callEnded(let ended)? = lastEvent, ended.answer == .finished,
      let flight = flights.first(where: { $0.call.id == ended.id }),
      flight.call.task == .start(.setReady) || flight.call.task == .check(.setReady)
    else {
      if !oracle.known(subject).readySinceClaim {
        complain("\(new.id): \(new.placement) let in before setReady finished")
      }
      return
    }
  }

  func judgeCreations(_ outcome: Outcome) {
    let before = Set(store.deployments.keys)
    var created: [PoolID: Int] = [:]
    for case .deployment(let new) in outcome.changes
    where !before.contains(new.id) && new.placement.level != .l2 {
      created[new.pool, default: 0] += 1
    }
    for (id, count) in created {
      guard let pool = engine.pools.first(where: { $0.id == id }) else { continue }
      let wasBarred = previousPools[id].map { $0.state != .active } ?? false
      if wasBarred, pool.state != .active { complain("\(pool.name) is \(pool.state) and creates") }
      if pool.traits?.publishes == true, pool.activePublication == nil {
        complain("\(pool.name) creates \(count) without a publication")
      }
      judgeFullness(pool)
    }
  }

  /// After a creation, everything in L1 and with users, and what leaves from there, fits into
  /// `max`.
  private func judgeFullness(_ pool: Pool) {
    let leftL2 = engine.deployments.count { one in
      guard one.pool == pool.id, one.exists, !one.isSupply, one.placement.level == .l2,
        let old = store.deployments[one.id]?.record
      else { return false }
      return old.isSupply
    }
    let filled = pool.counts.total + pool.counts.leaving - leftL2
    let old = previousPools[pool.id].map { $0.counts.total + $0.counts.leaving } ?? 0
    if filled > pool.sizes.max, filled > old {
      complain("\(pool.name) has \(filled) of \(pool.sizes.max)")
    }
    guard let provider = engine.providers.first(where: { $0.name == pool.provider }) else { return }
    if provider.deployments > provider.limits.deployments {
      complain("\(provider.name) has \(provider.deployments) of \(provider.limits.deployments)")
    }
  }

  func judgeAnswers(_ outcome: Outcome, _ event: Event?) {
    let keys = outcome.answers.map(\.key)
    guard case .request(let request)? = event else { return }
    if keys.count(where: { $0 == request.key }) != 1 {
      complain("\(request.verb) has \(keys.count) answers")
    }
    for case .refused(let refusal) in outcome.answers.map(\.reply) where refusal.sentence.isEmpty {
      complain("\(request.verb) is refused without a word")
    }
  }

  func judge(_ call: Call) {
    if flights.contains(where: { $0.call.subject == call.subject }) {
      complain("a second call on \(call.subject) while one is in flight")
    }
    guard let pool = engine.pools.first(where: { $0.id == call.pool }),
      let provider = engine.providers.first(where: { $0.name == pool.provider })
    else { return complain("\(call.subject) belongs to no pool or provider") }
    switch call.subject {
    case .deployment(let id):
      oracle.judge(
        call, store.deployments[id]?.record, traits: pool.traits,
        inMaintenance: provider.inMaintenance
      ).forEach(complain)
    case .publication(let id, let revision):
      let key = StoreCopy.PublicationKey(pool: id, revision: revision)
      oracle.judge(
        call, store.publications[key]?.record, inMaintenance: provider.inMaintenance
      ).forEach(complain)
    }
  }

  /// Whoever takes a place of a provider finds one. What had one before keeps it when the limit is
  /// lowered.
  func judgeLimits(_ changes: [StoreChange]) {
    var taken: [PoolID: Set<Place>] = [:]
    for case .deployment(let new) in changes {
      guard let place = new.place, store.deployments[new.id]?.record.place != place else {
        continue
      }
      taken[new.pool, default: []].insert(place)
    }
    guard !taken.isEmpty else { return }
    let view = view
    for provider in view.providers {
      let places = view.pools.filter { $0.provider == provider.name }
        .reduce(into: Set<Place>()) { $0.formUnion(taken[$1.id] ?? []) }
      let limits = provider.limits
      if places.contains(.preparing), view.preparing(on: provider) > limits.preparing {
        complain("\(provider.name): preparing \(view.preparing(on: provider))")
      }
      if places.contains(.removing), view.removing(on: provider) > limits.removing {
        complain("\(provider.name): removing \(view.removing(on: provider))")
      }
      if places.contains(.settingReady), view.settingReady(on: provider) > limits.settingReady {
        complain("\(provider.name): readying \(view.settingReady(on: provider))")
      }
    }
  }

  func judgeState(_ event: Event?) {
    Invariants.complaints(about: view).forEach(complain)
    judgeStore()
    guard event == .tick else { return }
    var again = engine
    let outcome = again.step(.tick, at: now)
    if !outcome.isEmpty { complain("a second tick at once wants \(outcome.summary)") }
    if let wake = again.nextWake, wake <= now.moment {
      complain("two ticks leave something due at \(wake), it is \(now.moment)")
    }
  }

  /// What is stored is the state.
  private func judgeStore() {
    let stored = store.deployments.count
    if engine.deployments.count != stored {
      complain("\(engine.deployments.count) deployments, \(stored) stored")
    }
    for one in engine.deployments where !store.holds(one) {
      complain("\(one.id) differs from what is stored")
    }
    for pool in engine.pools where !store.holds(pool) {
      complain("pool \(pool.name) differs from what is stored")
    }
    for provider in engine.providers where store.providers[provider.name] != provider {
      complain("provider \(provider.name) differs from what is stored")
    }
    for one in engine.publications where !store.holds(one) {
      complain("\(one.name) differs from what is stored")
    }
    if engine.waiters.count != store.waiters.count { complain("who waits differs from the store") }
  }
}
