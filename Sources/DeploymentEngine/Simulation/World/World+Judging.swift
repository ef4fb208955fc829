import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// The checks of each step, besides the invariants of the whole state.
extension World {
  /// Checks a step's effects against the state stored before.
  func judge(_ commit: Commit, _ outcome: Effects, _ told: [Told]) {
    for (place, one) in commit.amendments.enumerated() {
      if commit.amendments[..<place].contains(where: { $0.id == one.id }) {
        complain(.durability, "\(one.id) is stored twice in one step")
      }
      if let new = one.new { judge(one.old, new, told, outcome) }
    }
    judgeCreations(commit, outcome, told)
    judgeAnswers(outcome, told)
    judgePromises(commit, outcome, told)
  }

  private func judge(
    _ old: StoreCopy.Row<Deployment>?, _ row: StoreCopy.Row<Deployment>, _ told: [Told],
    _ outcome: Effects
  ) {
    let new = row.record
    if !engine.holds(new) {
      complain(.durability, "\(new.id) is stored differently from the engine's state")
    }
    if told.contains(where: { $0.adoption(in: outcome)?.id == new.id }) {
      return judgeAdopted(new, told, outcome)
    }
    guard let old = old?.record else {
      Transitions.complaints(aboutNew: new, at: decidedAt).forEach { complain(.transitions, $0) }
      return
    }
    let known = oracle.known(.deployment(new.id))
    for complaint in Transitions.complaints(
      from: old, to: new, wasCalled: known.called, at: decidedAt)
    {
      complain(complaint.checker, complaint.text)
    }
    Invariants.record(new).forEach { complain(.records, $0) }
    judgeAdmission(old, new, told)
  }

  private func judgeAdmission(_ old: Deployment, _ new: Deployment, _ told: [Told]) {
    let subject = CallTarget.deployment(new.id)
    if new.admission == .wanted, old.admission != .wanted { oracle.claimed(subject) }
    if new.state == .error, new.admission == .granted {
      complain(.admission, "\(new.id) is in error and its user counts as let in")
    }
    guard new.admission == .granted, old.admission != .granted else { return }
    let isReady = told.contains { one in
      guard case .callEnded(let ended) = one.event, ended.answer == .finished,
        let call = one.flight?.call, call.subject == subject
      else { return false }
      return call.task == .start(.setReady) || call.task == .check(.setReady)
    }
    if !isReady, !oracle.known(subject).readySinceClaim {
      complain(.admission, "\(new.id): \(new.placement) let in before setReady finished")
    }
  }

  private func judgeCreations(_ commit: Commit, _ outcome: Effects, _ told: [Told]) {
    var created: Set<PoolID> = []
    for one in commit.amendments where one.old == nil {
      guard let new = one.new?.record, new.placement.level != .l2,
        !told.contains(where: { $0.adoption(in: outcome)?.id == new.id })
      else { continue }
      created.insert(new.pool)
    }
    guard !created.isEmpty else { return }
    for pool in engine.pools where created.contains(pool.id) {
      let before = store.pools[pool.id]?.record
      let wasBarred = before.map { $0.state != .active } ?? false
      if wasBarred, pool.state != .active {
        complain(.creation, "\(pool.name) is \(pool.state) and creates")
      }
      if pool.traits?.publishes == true, pool.activePublication == nil {
        complain(.creation, "\(pool.name) creates without a publication")
      }
      // A limit may be raised and lowered again in one commit, with a creation in between.
      if told.allSatisfy({ $0.keepsLimits }) { judgeFullness(pool, before, commit, told) }
    }
  }

  /// After a creation, the deployments at L1 and with users, and those leaving from there, must fit
  /// into `max`.
  private func judgeFullness(
    _ pool: Pool, _ before: Pool?, _ commit: Commit, _ told: [Told]
  ) {
    var leftL2 = 0
    for change in commit.amendments {
      guard let one = change.new?.record, one.pool == pool.id, one.exists, !one.isSupply,
        one.placement.level == .l2
      else { continue }
      // A deployment that was created or retried in the same commit was supply in between.
      let wasTriedAgain = told.contains { $0.triesAgain(one.id) }
      if wasTriedAgain || change.old?.record.isSupply ?? true { leftL2 += 1 }
    }
    let filled = pool.counts.total + pool.counts.leaving - leftL2
    let old = before.map { $0.counts.total + $0.counts.leaving } ?? 0
    if filled > pool.sizes.max, filled > old {
      complain(
        .limits,
        "\(pool.name) has \(filled) of \(pool.sizes.max): \(pool.counts.total) in use or at L1, "
          + "\(pool.counts.leaving) leaving, \(leftL2) of them from L2; before it had \(old)")
    }
    guard let provider = engine.providers.first(where: { $0.name == pool.provider }) else { return }
    if provider.deployments > provider.limits.deployments {
      complain(
        .limits, "\(provider.name) has \(provider.deployments) of \(provider.limits.deployments)")
    }
  }

  private func judgeAnswers(_ outcome: Effects, _ told: [Told]) {
    for one in told {
      guard case .request(let request) = one.event else { continue }
      let count = outcome.answers.count { $0.key == request.key }
      if count != 1 { complain(.answers, "\(request.verb) has \(count) answers") }
      guard told.count == 1, let id = request.verb.deployment, let seen = request.ifRevision,
        let stored = store.deployments[id]?.record.revision, stored != seen,
        case .accepted? = outcome.answers.first(where: { $0.key == request.key })?.reply
      else { continue }
      complain(.answers, "\(id): \(request.verb) at revision \(seen) is accepted at \(stored)")
    }
    for case .refused(let refusal) in outcome.answers.map(\.reply) where refusal.sentence.isEmpty {
      complain(.answers, "a request is refused without a reason")
    }
  }

  /// Checks a call against the stored state.
  func judge(_ call: Call) {
    if flights.contains(where: { $0.call.subject == call.subject }) {
      complain(.oneCall, "a second call on \(call.subject) while one is in flight")
    }
    guard let pool = store.pools[call.pool],
      let inMaintenance = store.providers[pool.record.provider]?.record.inMaintenance
    else { return complain(.faithfulness, "\(call.subject) belongs to no pool or provider") }
    let found: [String]
    switch call.subject {
    case .deployment(let id):
      found = oracle.judge(
        call, store.deployments[id], traits: pool.record.traits, inMaintenance: inMaintenance)
    case .publication(let id, let revision):
      let key = StoreCopy.PublicationKey(pool: id, revision: revision)
      found = oracle.judge(
        call, store.publications[key]?.record, inMaintenance: inMaintenance)
    }
    found.forEach { complain(.calls, $0) }
  }

  /// Checks the stored changes, and every `judgesEvery` steps the whole state.
  func judgeStored(_ commit: Commit, _ told: [Told]) {
    for complaint in ledger.take(commit, told.withdrawals, store) {
      complain(complaint.checker, complaint.text)
    }
    for one in told { judgeData(of: one) }
    guard !told.isEmpty, !isDying else { return }
    for one in commit.amendments {
      if let new = one.new?.record, new.exists { judgeDueTimes(new) }
    }
    guard trace.steps % judgesEvery == 0 else { return }
    judgeState(told)
  }

  /// A driver's data must be stored.
  private func judgeData(of told: Told) {
    guard case .callEnded(let ended) = told.event, let data = ended.data,
      case .deployment(let id)? = told.flight?.call.subject,
      let stored = store.deployments[id]?.record, stored.exists
    else { return }
    if stored.data != data { complain(.durability, "\(id): its driver's data is not stored") }
  }

  /// After a start, operations that were in flight must be checked at once.
  func judgeStart() {
    guard checks, !storeFails, complaints.isEmpty else { return }
    let called = Set(flights.map(\.call.subject))
    for one in engine.deployments where !called.contains(.deployment(one.id)) {
      guard let operation = one.phase.operation, operation.step != .queued,
        operation.step != .again,
        !one.cancelRequested, store.pools[one.pool]?.record.inMaintenance == false,
        one.stateSince < now.utc
      else { continue }
      complain(.restart, "\(one.id) is \(one.phase) and not checked after a start")
    }
  }

  private func judgeDueTimes(_ one: Deployment) {
    guard let pool = store.pools[one.pool], let provider = store.providers[pool.record.provider]
    else { return }
    let flight = unreportedFlights.first { $0.call.subject == .deployment(one.id) }
    let surroundings = DueTimes(pool.record, provider.record, nextWake: engine.nextWake, now: now) {
      self.ledger.held($0, on: provider.record.name)
    }
    surroundings.complaints(about: one, flight).forEach { complain(.dueTimes, $0) }
  }

  /// Checks the whole state.
  func judgeState(_ told: [Told]) {
    let view = view
    for complaint in Invariants.complaints(about: view) {
      complain(complaint.checker, complaint.text)
    }
    judgeStore(view)
    guard told.count == 1, told[0].event == .tick, decidedAt == now else { return }
    var again = engine
    let outcome = again.step(.tick, at: now)
    if !outcome.isEmpty {
      complain(.repetition, "a second tick at once wants \(outcome.summary)")
    }
    if let wake = again.nextWake, wake <= now.moment {
      complain(.repetition, "two ticks leave something due at \(wake), it is \(now.moment)")
    }
  }

  /// The store must hold the engine's state.
  private func judgeStore(_ view: EngineView) {
    let stored = store.deployments.count
    if view.deployments.count != stored {
      complain(.durability, "\(view.deployments.count) deployments, \(stored) stored")
    }
    for one in view.deployments where !store.holds(one) {
      complain(.durability, "\(one.id) differs from what is stored")
    }
    for pool in view.pools where !store.holds(pool) {
      complain(.durability, "pool \(pool.name) differs from what is stored")
    }
    for provider in view.providers where !store.holds(provider) {
      complain(.durability, "provider \(provider.name) differs from what is stored")
    }
    for one in view.publications where !store.holds(one) {
      let key = StoreCopy.PublicationKey(pool: one.pool, revision: one.revision)
      complain(
        .durability,
        "\(one.name) differs from what is stored: \(one), stored "
          + "\(store.publications[key].map { "\($0.record)" } ?? "nothing")")
    }
    if view.waiters.count != store.waiters.count {
      complain(.durability, "the waiting users differ from the store")
    }
  }

  /// A restart must change only due times, except for the targets of lost calls, whose next
  /// operation may begin at once.
  func compare(_ loaded: StoredState, besides lost: Set<CallTarget>) {
    for (now, was) in zip(engine.deployments, loaded.deployments)
    where now.withoutDueTimes != was.withoutDueTimes && !lost.contains(.deployment(now.id)) {
      complain(.restart, "a restart made \(now) of \(was)")
    }
    if engine.deployments.count != loaded.deployments.count {
      complain(.restart, "a restart lost deployments")
    }
    let lists = Dictionary(uniqueKeysWithValues: loaded.providers.map { ($0.name, $0.orphans) })
    for provider in engine.providers where provider.orphans != lists[provider.name] ?? OrphanList()
    {
      complain(.restart, "a restart changed what exists on \(provider.name) without a record")
    }
    if engine.waiters.map(\.user) != loaded.waiters.map(\.user) {
      complain(.restart, "a restart changed the waiting users")
    }
  }
}

extension World.Told {
  /// Whether the event leaves the limits unchanged.
  var keepsLimits: Bool {
    switch event {
    case .configured: false
    case .request(let request):
      if case .resize = request.verb { false } else { true }
    case .tick, .callEnded, .answered, .askerEnded, .noticed, .inventoried: true
    }
  }

  fileprivate func triesAgain(_ id: DeploymentID) -> Bool {
    if case .request(let request) = event, case .retry(id) = request.verb { true } else { false }
  }
}
