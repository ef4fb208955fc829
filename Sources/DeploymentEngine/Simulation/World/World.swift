package import DeploymentEngine
package import DeploymentInterface
import SafeTexts

/// A simulated world around an engine, in memory and virtual time: the store, the drivers and the
/// clocks.
///
/// After each step it checks the invariants and reports violations to `complained`.
package final class World {
  package internal(set) var engine: Engine
  package let store = StoreCopy()
  package internal(set) var now: EngineTime
  /// The providers that can list their external resources.
  package internal(set) var lists: Set<String> = []
  /// The providers that could ever list them.
  var everLists: Set<String> = []
  package internal(set) var inventoryFlights: [InventoryFlight] = []
  var awaited = AwaitedInventories()
  var orphans = OrphanOracle()
  /// Targets whose records were given up and whose external resources nobody cleans up.
  var abandoned: Set<CallTarget> = []
  /// The deployment whose record is lost at the next start.
  var losing: DeploymentID?
  /// Total time by which the wall clock was moved forward.
  var putForward = TimeSpan.zero
  /// The offers of the pools' services, by the pool's name.
  package var services: [String: ServiceOffer]
  /// The configuration file.
  package var file: Configuration
  package var driver = ScriptedDriver()
  package internal(set) var oracle = DriverOracle()
  var ledger = Ledger()
  /// Calls in flight, in the order in which they were made.
  package internal(set) var flights: [Flight] = []
  package internal(set) var journal: [JournalEntry] = []
  /// The calls so far with their times; only the latest ones if `records` is off.
  package internal(set) var calls: [(at: Moment, call: Call)] = []
  /// The effects of the last step.
  package internal(set) var last = Effects()
  package private(set) var complaints: [Violation] = []
  /// Time since the world's start, whatever the clocks show.
  package internal(set) var elapsed = TimeSpan.zero
  private let complained: (Violation) -> Void
  /// Prefix of all violations, such as the seed.
  package var label = ""
  /// The point at which the next step crashes.
  package var crashNext: CrashPoint?
  /// Whether to check; off in tests that break the rules on purpose.
  package var checks = true
  /// The whole state is judged once in this many steps; the changes of a step, after each.
  package var judgesEvery = 1
  /// Whether to keep the journal and all calls; off for long runs.
  package var records = true
  /// Observes the events of the world.
  var onEvent: ((TraceEvent) -> Void)?
  /// A digest of all effects of the engine.
  package internal(set) var trace = Trace()
  /// The coverage so far.
  package internal(set) var marks = Marks()
  package let seed: UInt64
  /// Targets that a user cleans up after, even after late calls.
  package var forgotten: Set<CallTarget> = []
  private var nextKey = 0

  /// Whether a failing store has written the commit that it reports as failed.
  package var deniesCommit = false
  /// Whether the store fails at the moment.
  package internal(set) var storeFails = false
  var uncommitted: (outcome: Effects, told: [Told], at: EngineTime)?
  var mailbox: [Told] = []
  /// Whether the current commit is the last of this process.
  var isDying = false
  /// Events that the dying process has handled but not stored.
  private var lostInCrash: [Told] = []
  /// The time when the current commit was decided.
  var decidedAt = EngineTime.start
  /// Number of commits until one fails for a while; counts down.
  package var failsCommit: Int?
  /// Number of commits so far.
  package private(set) var commits = 0
  package var crashAt: (commit: Int, point: CrashPoint)?
  /// Whether the last step was stored.
  package private(set) var wasStored = true
  /// Number of crashes.
  package internal(set) var crashes = 0

  /// The point of a step at which the process crashes.
  package enum CrashPoint: Hashable, Sendable {
    /// Before the step is stored.
    case beforeCommit
    /// After the step was stored and this number of its calls were made.
    case afterCalls(Int)
  }

  /// An event, with the call that it ends, if any.
  struct Told {
    var event: Event
    var flight: Flight?
  }

  /// A world whose engine gets this configuration in its first step.
  package init(
    configuration: Configuration, services: [String: ServiceOffer], seed: UInt64,
    startingAt start: EngineTime, complained: @escaping (Violation) -> Void
  ) {
    self.now = start
    self.decidedAt = start
    self.seed = seed
    self.services = services
    self.file = configuration
    self.complained = complained
    self.engine = Engine(seed: seed, loading: StoredState(), at: start)
    absorb(engine.takeEffects(), [])
    step(.configured(configuration, services: services))
  }

  // MARK: Steps

  /// Lets the engine handle an event, and carries out the effects.
  @discardableResult
  package func step(_ event: Event) -> Effects { step([Told(event: event)]) }

  /// Lets the engine handle several events that are stored in one commit.
  @discardableResult
  func step(_ told: [Told]) -> Effects {
    if storeFails {
      guard uncommitted != nil else {
        uncommitted = (handle(told), told, now)
        return Effects()
      }
      mailbox += told
      return Effects()
    }
    let outcome = handle(told)
    if let left = failsCommit, !outcome.isTransient {
      failsCommit = left > 1 ? left - 1 : nil
      if left == 1 {
        noteFault(.store)
        storeFails = true
        onEvent?(.storeFails(true))
        uncommitted = (outcome, told, now)
        return Effects()
      }
    }
    finish(outcome, told)
    return outcome
  }

  private func handle(_ told: [Told]) -> Effects {
    decidedAt = now
    for one in told {
      engine.handle(one.event, at: now)
      awaited.tell(one.event, at: now.moment)
    }
    let outcome = engine.takeEffects()
    if let sentence = outcome.brokenInvariant { complain(.transitions, sentence.text) }
    trace.add(outcome)
    return outcome
  }

  private func finish(_ outcome: Effects, _ told: [Told]) {
    if !outcome.isTransient {
      commits += 1
      if let crash = crashAt, crash.commit == commits { crashNext = crash.point }
    }
    wasStored = crashNext != .beforeCommit
    switch crashNext {
    case nil: absorb(outcome, told)
    case .beforeCommit:
      crashNext = nil
      lostInCrash = told
      restart()
      wasStored = false
    case .afterCalls(let count):
      crashNext = nil
      var stored = outcome
      stored.calls = Array(outcome.calls.prefix(count))
      if count < outcome.calls.count { stored.inventories = [] }
      isDying = true
      absorb(stored, told)
      isDying = false
      restart()
      wasStored = true
    }
  }

  /// Repairs the store: commits the waiting step, then handles the events that came in the
  /// meantime.
  package func healStore() {
    guard storeFails else { return }
    storeFails = false
    onEvent?(.storeFails(false))
    if let waiting = uncommitted {
      uncommitted = nil
      decidedAt = waiting.at
      engine.made(waiting.outcome, at: now)
      finish(waiting.outcome, waiting.told)
    }
    while !storeFails, !mailbox.isEmpty { step([mailbox.removeFirst()]) }
  }

  /// Applies the commit that the store had written but reported as failed.
  private func storeWhatItDenied() {
    guard deniesCommit, let waiting = uncommitted else { return }
    var stored = waiting.outcome
    (stored.calls, stored.inventories) = ([], [])
    (uncommitted, storeFails, isDying, decidedAt) = (nil, false, true, waiting.at)
    absorb(stored, waiting.told)
    isDying = false
  }

  /// Lets the process die and a new one load the store. `pause` passes in between, and `wallJump`
  /// also moves the wall clock.
  package func restart(
    after pause: TimeSpan = .zero, wallJump: TimeSpan = .zero, configured: Bool = false
  ) {
    noteFault(.crash)
    crashes += 1
    storeWhatItDenied()
    let lost = flights
    onEvent?(.died(calls: lost.count))
    let told = lostInCrash + (uncommitted?.told ?? []) + mailbox
    lostInCrash = []
    flights = []
    (storeFails, uncommitted, mailbox) = (false, nil, [])
    for flight in lost where !forgotten.contains(flight.call.subject) {
      if driver.reached(flight) { execute(flight.call, flight.answer) }
    }
    loseInventories()
    loseRecord()
    orphans.restart()
    putForward = putForward + max(.zero, pause + wallJump)
    now = EngineTime(
      moment: Moment(milliseconds: 50_000 + now.moment.milliseconds % 1000),
      utc: now.utc + pause + wallJump)
    let loaded = store.state(at: now, absence: max(.zero, pause + wallJump))
    store.startRun()
    engine = Engine(seed: seed, loading: loaded, at: now)
    decidedAt = now
    if checks {
      compare(loaded, besides: Set((lost + told.compactMap(\.flight)).map(\.call.subject)))
    }
    absorb(engine.takeEffects(), [])
    if configured || !lists.isEmpty { step(self.configured) }
    let run = crashes
    step(.tick)
    if run == crashes { judgeStart() }
  }

  func absorb(_ outcome: Effects, _ told: [Told]) {
    last = outcome
    marks.note(told, store: store)
    let commit = Commit(outcome.changes, on: store, at: now)
    marks.note(commit, on: store)
    if checks {
      judge(commit, outcome, told)
      judgeOrphans(commit, outcome, told)
    }
    let current = told.map { isCurrent($0) }
    store.take(commit, at: now)
    if records { journal += outcome.journal }
    if let onEvent { outcome.journal.forEach { onEvent(.told($0)) } }
    for (one, isCurrent) in zip(told, current) where isCurrent {
      guard let flight = one.flight, case .callEnded(let ended) = one.event,
        told.count == 1 || !isOverruled(flight.call)
      else { continue }
      oracle.heard(flight.call, ended.answer)
    }
    for case .erasedPublication(let pool, let revision) in commit.others {
      oracle.forget(.publication(pool, revision))
    }
    for one in commit.amendments where one.new == nil { oracle.forget(.deployment(one.id)) }
    cleanUpAfterForgetting(outcome, told)
    adoptOutside(outcome, told)
    let (made, asked) = (outcome.calls, outcome.inventories)
    for call in made { launch(call) }
    for call in asked { launch(call) }
    if checks { judgeStored(commit, told) }
  }

  /// Whether the answer to a call counts: its operation must still be the stored one. A late answer
  /// counts; one that comes after another operation has begun does not.
  private func isCurrent(_ told: Told) -> Bool {
    guard let flight = told.flight else { return false }
    return store.operation(of: flight.call.subject) == flight.call.task?.operation
  }

  /// Whether an earlier event of the same commit has let the deadline of the call's operation pass.
  private func isOverruled(_ call: Call) -> Bool {
    guard let kind = call.task?.operation, kind.creates || kind == .cancel || kind == .destroy
    else { return false }
    switch call.subject {
    case .deployment(let id):
      guard case .error(let failed)? = store.deployments[id]?.record.phase else { return false }
      return failed.operation == kind
    case .publication(let pool, let revision):
      let key = StoreCopy.PublicationKey(pool: pool, revision: revision)
      return store.publications[key]?.record.state == .error
    }
  }

  private func launch(_ call: Call) {
    if checks { judge(call) }
    noteHome(of: call)
    calls.append((now.moment, call))
    onEvent?(.called(call))
    if !records, calls.count > 128 { calls.removeFirst(64) }
    // Not the clock of this run, which restarts with each crash.
    let answered = driver.answer(to: call, at: Moment(milliseconds: elapsed.milliseconds))
    if let fault = driver.fault { marks.note(fault, of: call, store) }
    let due = answered.map { now.moment + $0.delay }
    flights.append(
      Flight(call: call, issuedAt: now.moment, due: due, answer: answered?.state))
  }

  /// Ends a call with this answer instead of the scripted one.
  package func comeBack(_ flight: Flight, with answer: TaskState?) {
    step([end(flight, with: answer)])
  }

  /// Ends a call and delivers its answer twice.
  package func comeBackTwice(_ flight: Flight) {
    noteFault(.old)
    let told = end(flight, with: flight.answer)
    step([told, Told(event: told.event)])
  }

  /// Ends several calls in one commit.
  package func comeBack(_ several: [Flight]) {
    step(several.map { end($0, with: $0.answer) })
  }

  private func end(_ flight: Flight, with answer: TaskState?) -> Told {
    execute(flight.call, answer)
    if forgotten.contains(flight.call.subject) { driver.cleanUpByHand(flight.call.subject) }
    if checks { driver.takeComplaints().forEach { complain(.things, $0) } }
    flights.removeAll { $0.call.id == flight.call.id }
    onEvent?(.answered(flight.call, answer))
    return Told(event: .callEnded(driver.outcome(of: flight.call, answer)), flight: flight)
  }

  /// Counts a fault that affects all deployments.
  package func noteFault(_ kind: FaultClass) { marks.note(kind, engine) }

  // MARK: Complaints

  /// Reports a violation of the test's own expectations.
  package func complain(_ text: String) { complain(.scenario, text) }

  /// Reports a violation found by a checker.
  package func complain(_ checker: Checker, _ text: String) {
    let complaint = Violation(checker: checker, text: label + text)
    complaints.append(complaint)
    onEvent?(.complained(complaint))
    if complaints.count <= 3 { complained(complaint) }
  }

  /// An unused request key.
  package func freshKey() -> RequestKey {
    nextKey += 1
    return RequestKey("k\(nextKey)")
  }

  /// Calls whose end the engine has not handled yet.
  var unreportedFlights: [Flight] {
    mailbox.isEmpty ? flights : flights + mailbox.compactMap(\.flight)
  }

  /// The engine's visible state.
  package var view: EngineView {
    EngineView(engine, configuration: store.configuration, flights: unreportedFlights, at: now)
  }
}

extension EngineTime {
  /// The start of worlds, with different values on the two clocks.
  package static let start = EngineTime(
    moment: Moment(milliseconds: 1_000_000), utc: Timestamp(milliseconds: 1_900_000_000_000))
}

extension Effects {
  /// A short description.
  package var summary: String {
    "\(changes.count) changes, \(calls.map { "\($0.subject) \($0.task.map { "\($0)" } ?? "")" })"
      + ", \(journal.map(\.message.text))"
  }
}
