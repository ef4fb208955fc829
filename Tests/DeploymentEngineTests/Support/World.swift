import DeploymentEngine
import Testing

/// Everything outside the engine, in memory and in virtual time: the store, the drivers, the
/// clocks.
///
/// After every step it checks what must always hold; a complaint is recorded as an issue with
/// `label`, so
/// that a failing seed can be found again.
final class World {
  private(set) var engine: Engine
  private(set) var store = StoreCopy()
  private(set) var now: EngineTime
  /// What the pools' drivers said that they can do.
  var services: [String: ServiceOffer]
  /// The configuration as its file has it.
  var file: Configuration
  var driver = ScriptedDriver()
  private(set) var oracle = DriverOracle()
  /// Calls that have not come back, in the order in which they were made.
  private(set) var flights: [Flight] = []
  private(set) var journal: [JournalEntry] = []
  /// Every call ever made, with the time.
  private(set) var calls: [(at: Moment, call: Call)] = []
  /// What came of the last step.
  private(set) var last = Outcome()
  private(set) var complaints: [String] = []
  /// Where complaints come from: the seed, or nothing.
  var label = ""
  /// The next step is cut short, as by a crash.
  var crashNext: CrashPoint?
  /// Off where a test does on purpose what the checks forbid.
  var checks = true
  /// The whole state is judged after each so many steps; what a step changes, after each.
  var judgesEvery = 1
  /// A digest of everything that the engine ever wanted.
  private(set) var trace = Trace()
  let seed: UInt64
  private var nextKey = 0
  private var previousPools: [PoolID: Pool] = [:]

  /// Where a step is cut short.
  enum CrashPoint: CaseIterable {
    /// Nothing of it was stored.
    case beforeCommit
    /// It was stored, no call was made.
    case beforeCalls
  }

  /// A world with a configuration that its engine is not told yet.
  init(
    configuration: Configuration, services: [String: ServiceOffer], seed: UInt64 = 1,
    startingAt start: EngineTime = .start
  ) {
    self.now = start
    self.seed = seed
    self.services = services
    self.file = configuration
    self.engine = Engine(seed: seed, loading: StoredState(), at: start)
    absorb(engine.takeOutcome(), event: nil)
    step(.configured(configuration, services: services))
  }

  /// A world with pools on one provider, run until nothing more happens at its first instant.
  convenience init(
    _ pools: PoolSetup..., limits: ProviderLimits = ProviderLimits(), seed: UInt64 = 1,
    script: (inout ScriptedDriver) -> Void = { _ in }
  ) {
    let provider = ProviderConfiguration(name: "here", driver: "scripted", limits: limits)
    let configuration = Configuration(providers: [provider], pools: pools.map(\.configuration))
    let services = Dictionary(
      pools.map { ($0.configuration.name, $0.offer) }, uniquingKeysWith: { first, _ in first })
    self.init(configuration: Configuration(providers: [provider]), services: [:], seed: seed)
    script(&driver)
    self.services = services
    self.file = configuration
    step(.configured(configuration, services: services))
    drain()
  }

  // MARK: Steps

  /// Tells the engine something and does what it wants.
  @discardableResult
  func step(_ event: Event) -> Outcome {
    previousPools = Dictionary(
      engine.pools.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let outcome = engine.step(event, at: now)
    trace.add(outcome)
    switch crashNext {
    case nil: absorb(outcome, event: event)
    case .beforeCommit:
      crashNext = nil
      restart()
    case .beforeCalls:
      crashNext = nil
      var stored = outcome
      stored.calls = []
      let wasCurrent = isCurrent(event)
      store.commit(stored.changes, at: now)
      hear(event, wasCurrent)
      restart()
    }
    return outcome
  }

  /// The process dies and another one loads what was stored. `monotonicOrigin` and `wallJump` move
  /// the
  /// clocks in between.
  func restart(after pause: TimeSpan = .zero, wallJump: TimeSpan = .zero, configured: Bool = false)
  {
    let lost = flights
    flights = []
    for flight in lost where flight.due != nil { driver.execute(flight.call, flight.answer) }
    now = EngineTime(
      moment: Moment(milliseconds: 50_000 + now.moment.milliseconds % 1000),
      utc: now.utc + pause + wallJump)
    let loaded = store.state(at: now)
    store.startRun()
    engine = Engine(seed: seed, loading: loaded, at: now)
    if checks { compare(loaded, besides: Set(lost.map(\.call.subject))) }
    absorb(engine.takeOutcome(), event: nil)
    if configured { step(.configured(file, services: services)) }
    step(.tick)
  }

  /// What waited for the end of a call that is lost now may begin at once; all else is as it was.
  private func compare(_ loaded: StoredState, besides lost: Set<CallSubject>) {
    for (now, was) in zip(engine.deployments, loaded.deployments)
    where now.withoutDueTimes != was.withoutDueTimes && !lost.contains(.deployment(now.id)) {
      complain("a restart made \(now) of \(was)")
    }
    if engine.deployments.count != loaded.deployments.count {
      complain("a restart lost deployments")
    }
    if engine.waiters.map(\.user) != loaded.waiters.map(\.user) {
      complain("a restart changed who waits")
    }
  }

  private func absorb(_ outcome: Outcome, event: Event?) {
    last = outcome
    if checks {
      lastEvent = event
      judge(outcome.changes)
      judgeCreations(outcome)
      judgeAnswers(outcome, event)
    }
    let wasCurrent = isCurrent(event)
    store.commit(outcome.changes, at: now)
    journal += outcome.journal
    hear(event, wasCurrent)
    for case .erasedPublication(let pool, let revision) in outcome.changes {
      oracle.forget(.publication(pool, revision))
    }
    for call in outcome.calls { launch(call) }
    if checks, event != nil, trace.steps % judgesEvery == 0 { judgeState(event) }
  }

  /// The answer to a call counts while its operation is still the one that is stored: one that
  /// comes late
  /// counts too, one that comes after another operation began says nothing.
  private func isCurrent(_ event: Event?) -> Bool {
    guard case .callEnded(let ended)? = event,
      let flight = flights.first(where: { $0.call.id == ended.id })
    else { return false }
    return store.operation(of: flight.call.subject) == flight.call.task?.operation
  }

  private func hear(_ event: Event?, _ isCurrent: Bool) {
    guard case .callEnded(let ended)? = event,
      let index = flights.firstIndex(where: { $0.call.id == ended.id })
    else { return }
    let flight = flights.remove(at: index)
    if isCurrent { oracle.heard(flight.call, ended.answer) }
  }

  private func launch(_ call: Call) {
    if checks { judge(call) }
    calls.append((now.moment, call))
    guard let (answer, delay) = driver.answer(to: call) else {
      flights.append(Flight(call: call, issuedAt: now.moment, due: nil, answer: nil))
      return
    }
    let due = now.moment + delay
    flights.append(Flight(call: call, issuedAt: now.moment, due: due, answer: answer))
  }

  /// A call comes back with this answer, whatever the script said.
  func comeBack(_ flight: Flight, with answer: TaskState?) {
    driver.execute(flight.call, answer)
    if checks { driver.complaints.forEach(complain) }
    step(.callEnded(driver.outcome(of: flight.call, answer)))
  }

  // MARK: Time

  /// Moves both clocks.
  func moveClocks(by span: TimeSpan) {
    now = EngineTime(moment: now.moment + span, utc: now.utc + span)
  }

  /// Moves the wall clock alone: NTP, a person, a summer time.
  func jumpWallClock(by span: TimeSpan) {
    now = EngineTime(moment: now.moment, utc: now.utc + span)
  }

  // MARK: Complaints

  /// Something is wrong.
  func complain(_ text: String) {
    complaints.append(text)
    if complaints.count <= 3 { Issue.record("\(label)\(text)") }
  }

  /// A key that was not used yet.
  func freshKey() -> RequestKey {
    nextKey += 1
    return RequestKey("k\(nextKey)")
  }

  // MARK: Judging

  private func judge(_ changes: [StoreChange]) {
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

  private var lastEvent: Event?

  private func judgeCreations(_ outcome: Outcome) {
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

  private func judgeAnswers(_ outcome: Outcome, _ event: Event?) {
    let keys = outcome.answers.map(\.key)
    guard case .request(let request)? = event else { return }
    if keys.count(where: { $0 == request.key }) != 1 {
      complain("\(request.verb) has \(keys.count) answers")
    }
    for case .refused(let refusal) in outcome.answers.map(\.reply) where refusal.sentence.isEmpty {
      complain("\(request.verb) is refused without a word")
    }
  }

  private func judge(_ call: Call) {
    if flights.contains(where: { $0.call.subject == call.subject }) {
      complain("a second call on \(call.subject) while one is in flight")
    }
    guard let pool = engine.pools.first(where: { $0.id == call.pool }),
      let provider = engine.providers.first(where: { $0.name == pool.provider })
    else { return complain("\(call.subject) belongs to no pool or provider") }
    let isNew = oracle.known(call.subject).started != call.task?.operation
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
    if isNew { judgeLimits(call, provider, view) }
  }

  private func judgeLimits(_ call: Call, _ provider: ProviderRecord, _ view: EngineView) {
    guard case .start(let kind)? = call.task else { return }
    switch kind {
    case .deployForCache, .deployForUser, .moveToCache:
      let count = view.preparing(on: provider)
      if count > provider.limits.preparing { complain("\(provider.name): preparing \(count)") }
    case .setReady:
      let count = view.settingReady(on: provider)
      if count > provider.limits.settingReady { complain("\(provider.name): readying \(count)") }
    case .cancel, .destroy:
      let count = view.removing(on: provider)
      if count > provider.limits.removing { complain("\(provider.name): removing \(count)") }
    case .notifyReadyFromOSManager, .publish: break
    }
  }

  private func judgeState(_ event: Event?) {
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

  /// All that can be seen of the engine now.
  var view: EngineView {
    var view = EngineView(
      engine, configuration: store.configuration, flights: flights, at: now)
    view.started = oracle.started
    return view
  }
}

extension EngineTime {
  /// When worlds begin: both clocks are somewhere, and not at the same place.
  static let start = EngineTime(
    moment: Moment(milliseconds: 1_000_000), utc: Timestamp(milliseconds: 1_900_000_000_000))
}

extension Outcome {
  /// What is in it, in short.
  var summary: String {
    "\(changes.count) changes, \(calls.map { "\($0.subject) \($0.task.map { "\($0)" } ?? "")" })"
      + ", \(journal.map(\.message.text))"
  }
}
