import DeploymentEngine
import DeploymentInterface
import EngineStore
import Glibc
import Posix
import SafeTexts

extension EngineLoop {
  /// Commits all decisions of the core, claims new requests in the same transaction, and then acts.
  mutating func store(noting note: SafeText? = nil) throws(StoreFailure) {
    var outcome = engine.takeEffects()
    if let sentence = outcome.brokenInvariant { return try recover(because: sentence) }
    if let note {
      let now = options.clock.now.utc
      outcome.journal.insert(JournalEntry(at: now, kind: .engine, message: note), at: 0)
    }
    let takesRequests = requestsMayWait && !isDraining
    if !outcome.isTransient || takesRequests {
      let start = options.clock.now.moment
      let committed = try commit(outcome, takesRequests)
      let now = options.clock.now
      if now.moment - start > .seconds(1) { engine.made(outcome, at: now) }
      requests += committed.requests
      requestsMayWait = committed.moreRequests
      for remark in committed.remarks { log.write(.warning, remark) }
      (handledRequests, isRecovering) = ([], false)
    }
    for change in outcome.changes { apply(change) }
    for entry in outcome.journal {
      log.write(entry.line(poolName: entry.pool.flatMap { poolNames[$0] }))
    }
    guard !isDraining else { return }
    for call in outcome.calls { make(call) }
    for call in outcome.inventories { make(call) }
  }

  /// The core has broken one of its invariants: nothing of that step is stored or done. The stored
  /// state is sound, so a new core is loaded from it and handles the same requests again. If an
  /// invariant breaks again before the next commit, the engine ends.
  private mutating func recover(because sentence: SafeText) throws(StoreFailure) {
    log.write(.error, "an invariant of the engine is broken; nothing is stored: \(sentence)")
    if isRecovering {
      throw StoreFailure(.lost, "an invariant of the engine is broken again: \(sentence)")
    }
    isRecovering = true
    requests = handledRequests + requests
    handledRequests = []
    let now = options.clock.now
    let state = try store.load(at: now)
    askers = AskerWatch(state)
    engine = Engine(continuing: engine, loading: state, at: now)
    configure(configuration, at: now)
  }

  /// Commits, and retries while the store cannot be written. Until then nothing is done, and
  /// results and requests wait.
  private mutating func commit(
    _ outcome: Effects, _ takesRequests: Bool
  ) throws(StoreFailure) -> Store.Committed {
    var pause: Int64 = 50
    var troubleIsLock = false
    while true {
      do throws(StoreFailure) {
        if let fault = session.fault() { throw fault }
        let committed = try store.commit(
          outcome, takingRequests: takesRequests, at: options.clock.now)
        if session.noteWritable() { log.write(.info, "the store can be written again") }
        return committed
      } catch {
        guard error.isPassing, !session.isStopping else { throw error }
        troubleIsLock = error.kind == .busy
        if session.noteTrouble(error.sentence) { log.write(.error, error.sentence) }
      }
      session.pause(pause)
      lease.noteProgress()
      // A lock that others take in turn is free again at once; a disk is not.
      pause = min(pause * 2, troubleIsLock ? 100 : 2000)
      let now = options.clock.now.moment
      runner.cancelOverdue(at: now)
      if let trouble = lease.trouble { throw StoreFailure(.lost, trouble) }
    }
  }

  private mutating func apply(_ change: StoreChange) {
    askers.note(change)
    switch change {
    case .pool(let pool): poolNames[pool.id] = pool.name
    case .erasedPool(let id): poolNames[id] = nil
    case .configuration(let configuration):
      self.configuration = configuration
      registry.keepOnly(configuration)
    case .deployment, .erasedDeployment, .provider, .erasedProvider, .publication,
      .erasedPublication, .waiter, .erasedWaiter, .counters:
      break
    }
  }

  private func make(_ call: Call) {
    let mailbox = session.mailbox
    guard let registered = registry.services[call.record.pool.text] else {
      return mailbox.post { $0.outcomes.append(resultWithoutService(call)) }
    }
    runner.make(
      CallRunner.Order(call: call, registered: registered, owner: store.id) { outcome in
        mailbox.post { $0.outcomes.append(outcome) }
      })
  }

  private mutating func make(_ call: InventoryCall) {
    let mailbox = session.mailbox
    guard let provider = registry.provider(named: call.provider) else { return }
    inventories.make(call, on: provider, owner: store.id) { answer in
      mailbox.post { $0.inventories.append((call.id, answer)) }
    }
  }

  /// The result of a call whose pool has no service.
  private func resultWithoutService(_ call: Call) -> CallResult {
    var why: SafeText = "its pool has no service"
    if case .problem(let problem) = registry.offers[call.record.pool.text] { why = problem }
    return CallResult(id: call.id, answer: call.task.map { _ in .error(.init(.transient, why)) })
  }

  /// Waits for calls in flight, makes no new ones, and commits the results.
  mutating func drain(_ mail: Mailbox.Mail, _ stop: Mailbox.StopRequest) throws(StoreFailure) {
    isDraining = true
    let end = EngineClock.system.now.moment + stop.draining
    try turn(mail)
    while runner.count > 0 {
      let left = (end - EngineClock.system.now.moment).milliseconds
      guard left > 0 else { break }
      try turn(session.mailbox.take(waitingUpTo: min(left, 100)))
    }
    try turn(session.mailbox.take(waitingUpTo: 0))
    let holder = HolderProcess.current
    try store(noting: "the engine stopped: pid \(holder.process.pid) on \(holder.place)")
  }
}
