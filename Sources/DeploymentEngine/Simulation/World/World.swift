package import DeploymentEngine
package import DeploymentInterface
import SafeTexts

/// Everything outside the engine, in memory and in virtual time: the store, the drivers, the
/// clocks.
///
/// After every step it checks what must always hold, and tells `complained` what does not.
package final class World {
  package internal(set) var engine: Engine
  package let store = StoreCopy()
  package internal(set) var now: EngineTime
  /// The providers that can list what exists on them, and those that ever could.
  package internal(set) var lists: Set<String> = []
  var everLists: Set<String> = []
  package internal(set) var inventoryFlights: [InventoryFlight] = []
  var awaited = AwaitedInventories()
  var orphans = OrphanOracle()
  /// Subjects that nobody cleans up after, though their records were given up.
  var abandoned: Set<CallTarget> = []
  /// The record that the next start does not find.
  var losing: DeploymentID?
  /// So far the wall clock was put forward in all.
  var putForward = TimeSpan.zero
  /// What the pools' drivers said that they can do.
  package var services: [String: ServiceOffer]
  /// The configuration as its file has it.
  package var file: Configuration
  package var driver = ScriptedDriver()
  package internal(set) var oracle = DriverOracle()
  var ledger = Ledger()
  /// Calls that have not come back, in the order in which they were made.
  package internal(set) var flights: [Flight] = []
  package internal(set) var journal: [JournalEntry] = []
  /// Calls that were made, with the time: every one, or the latest where `records` is off.
  package internal(set) var calls: [(at: Moment, call: Call)] = []
  /// What came of the last step.
  package internal(set) var last = Effects()
  package private(set) var complaints: [Violation] = []
  /// How much time has passed, whatever the clocks say.
  package internal(set) var elapsed = TimeSpan.zero
  private let complained: (Violation) -> Void
  /// Where complaints come from: the seed, or nothing.
  package var label = ""
  /// The next step is cut short, as by a crash.
  package var crashNext: CrashPoint?
  /// Off where a test does on purpose what the checks forbid.
  package var checks = true
  /// The whole state is judged after each so many steps; what a step changes, after each.
  package var judgesEvery = 1
  /// Off: journal and calls are not kept, so that years can pass.
  package var records = true
  /// Whoever follows the world.
  var happened: ((TraceEvent) -> Void)?
  /// A digest of everything that the engine ever wanted.
  package internal(set) var trace = Trace()
  /// How often what was visited.
  package internal(set) var marks = Marks()
  package let seed: UInt64
  /// Subjects that a person cleans up after, whatever a late call makes of them.
  package var forgotten: Set<CallTarget> = []
  private var nextKey = 0

  /// What the store cannot write, so it says, it has written.
  package var deniesCommit = false
  /// The store cannot be written for now.
  package internal(set) var storeFails = false
  var uncommitted: (outcome: Effects, told: [Told], at: EngineTime)?
  var mailbox: [Told] = []
  /// What is stored now is the last that this process stores.
  var isDying = false
  /// What the process was told that dies before it could store it.
  private var lostInCrash: [Told] = []
  /// When what is being stored was decided.
  var decidedAt = EngineTime.start
  /// Of the next commits, the one with this number fails for a while; counts down.
  package var failsCommit: Int?
  /// How many commits there were, and at which of them the process dies.
  package private(set) var commits = 0
  package var crashAt: (commit: Int, point: CrashPoint)?
  /// Whether what the last step wanted was stored.
  package private(set) var wasStored = true
  /// How often the process died or the store failed.
  package internal(set) var crashes = 0

  /// Where a step is cut short.
  package enum CrashPoint: Hashable, Sendable {
    /// Nothing of it was stored.
    case beforeCommit
    /// It was stored; so many of its calls were made.
    case afterCalls(Int)
  }

  /// An event, with the call that it ends.
  struct Told {
    var event: Event
    var flight: Flight?
  }

  /// A world with a configuration that its engine is not told yet.
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

  /// Tells the engine something and does what it wants.
  @discardableResult
  package func step(_ event: Event) -> Effects { step([Told(event: event)]) }

  /// Tells the engine several things that are stored in one commit.
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
        befall(.store)
        storeFails = true
        happened?(.storeFails(true))
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

  /// The store can be written again: what waited for that is stored, then what came meanwhile is
  /// told.
  package func healStore() {
    guard storeFails else { return }
    storeFails = false
    happened?(.storeFails(false))
    if let waiting = uncommitted {
      uncommitted = nil
      decidedAt = waiting.at
      engine.made(waiting.outcome, at: now)
      finish(waiting.outcome, waiting.told)
    }
    while !storeFails, !mailbox.isEmpty { step([mailbox.removeFirst()]) }
  }

  /// A store that had written, and said that it had not.
  private func storeWhatItDenied() {
    guard deniesCommit, let waiting = uncommitted else { return }
    var stored = waiting.outcome
    (stored.calls, stored.inventories) = ([], [])
    (uncommitted, storeFails, isDying, decidedAt) = (nil, false, true, waiting.at)
    absorb(stored, waiting.told)
    isDying = false
  }

  /// The process dies and another one loads what was stored. `monotonicOrigin` and `wallJump` move
  /// the
  /// clocks in between.
  package func restart(
    after pause: TimeSpan = .zero, wallJump: TimeSpan = .zero, configured: Bool = false
  ) {
    befall(.crash)
    crashes += 1
    storeWhatItDenied()
    let lost = flights
    happened?(.died(calls: lost.count))
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
    let loaded = store.state(at: now)
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
    if let happened { outcome.journal.forEach { happened(.told($0)) } }
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

  /// The answer to a call counts while its operation is still the one that is stored: one that
  /// comes late
  /// counts too, one that comes after another operation began says nothing.
  private func isCurrent(_ told: Told) -> Bool {
    guard let flight = told.flight else { return false }
    return store.operation(of: flight.call.subject) == flight.call.task?.operation
  }

  /// Of several events in one commit an earlier one let the deadline of what a call did pass.
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
    happened?(.called(call))
    if !records, calls.count > 128 { calls.removeFirst(64) }
    // Not by the clock of this run: that begins anew with every crash.
    let answered = driver.answer(to: call, at: Moment(milliseconds: elapsed.milliseconds))
    if let fault = driver.fault { marks.note(fault, of: call, store) }
    let due = answered.map { now.moment + $0.delay }
    flights.append(
      Flight(call: call, issuedAt: now.moment, due: due, answer: answered?.state))
  }

  /// A call comes back with this answer, whatever the script said.
  package func comeBack(_ flight: Flight, with answer: TaskState?) {
    step([end(flight, with: answer)])
  }

  /// A call comes back, and its answer comes a second time with it.
  package func comeBackTwice(_ flight: Flight) {
    befall(.old)
    let told = end(flight, with: flight.answer)
    step([told, Told(event: told.event)])
  }

  /// Several calls come back before anything is stored.
  package func comeBack(_ several: [Flight]) {
    step(several.map { end($0, with: $0.answer) })
  }

  private func end(_ flight: Flight, with answer: TaskState?) -> Told {
    execute(flight.call, answer)
    if forgotten.contains(flight.call.subject) { driver.cleanUpByHand(flight.call.subject) }
    if checks { driver.takeComplaints().forEach { complain(.things, $0) } }
    flights.removeAll { $0.call.id == flight.call.id }
    happened?(.answered(flight.call, answer))
    return Told(event: .callEnded(driver.outcome(of: flight.call, answer)), flight: flight)
  }

  /// Something befalls everything that there is.
  package func befall(_ kind: FaultClass) { marks.note(kind, engine) }

  // MARK: Complaints

  /// Something is wrong.
  package func complain(_ text: String) { complain(.scenario, text) }

  /// Something is wrong, by this checker.
  package func complain(_ checker: Checker, _ text: String) {
    let complaint = Violation(checker: checker, text: label + text)
    complaints.append(complaint)
    happened?(.complained(complaint))
    if complaints.count <= 3 { complained(complaint) }
  }

  /// A key that was not used yet.
  package func freshKey() -> RequestKey {
    nextKey += 1
    return RequestKey("k\(nextKey)")
  }

  /// Calls of whose end the engine has not been told.
  var unheard: [Flight] { mailbox.isEmpty ? flights : flights + mailbox.compactMap(\.flight) }

  /// All that can be seen of the engine now.
  package var view: EngineView {
    EngineView(engine, configuration: store.configuration, flights: unheard, at: now)
  }
}

extension EngineTime {
  /// When worlds begin: both clocks are somewhere, and not at the same place.
  package static let start = EngineTime(
    moment: Moment(milliseconds: 1_000_000), utc: Timestamp(milliseconds: 1_900_000_000_000))
}

extension Effects {
  /// What is in it, in short.
  package var summary: String {
    "\(changes.count) changes, \(calls.map { "\($0.subject) \($0.task.map { "\($0)" } ?? "")" })"
      + ", \(journal.map(\.message.text))"
  }
}
