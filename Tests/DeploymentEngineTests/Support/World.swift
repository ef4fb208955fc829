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
  var oracle = DriverOracle()
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
  /// Subjects that a person cleans up after, whatever a late call makes of them.
  var forgotten: Set<CallSubject> = []
  private var nextKey = 0
  /// What the last step was told.
  private(set) var lastEvent: Event?
  /// The pools as they were before the last step.
  var previousPools: [PoolID: Pool] = [:]

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
    for flight in lost where flight.due != nil && !forgotten.contains(flight.call.subject) {
      driver.execute(flight.call, flight.answer)
    }
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
      judgeLimits(outcome.changes)
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
    if forgotten.contains(flight.call.subject) { driver.cleanUpByHand(flight.call.subject) }
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

  /// All that can be seen of the engine now.
  var view: EngineView {
    EngineView(engine, configuration: store.configuration, flights: flights, at: now)
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
