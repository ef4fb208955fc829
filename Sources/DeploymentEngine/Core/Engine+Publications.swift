import DeploymentInterface
import SafeTexts

extension Engine {
  /// Prepares the next revision of what a pool clones.
  mutating func publish(_ index: Int, _ request: Request) -> Reply {
    let pool = boxes[index].record
    guard pool.traits?.publishes ?? false else {
      return .refused(
        Refusal(.notPermitted, "the service of \(pool.name) does not publish, and needs not"))
    }
    if pool.inMaintenance {
      return .refused(Refusal(.notPermitted, "provider \(pool.provider) is in maintenance"))
    }
    if !pool.isConfigured {
      return .refused(Refusal(.notPermitted, "pool \(pool.name) left the configuration"))
    }
    if let running = boxes[index].publications.first(where: { $0.state == .publishing }) {
      return .refused(
        Refusal(
          .notPermitted, "revision \(running.revision) of \(pool.name) is being published already"))
    }
    let revision = nextRevision(index)
    let length = boxes[index].settings.deadlines.preparing
    boxes[index].publications.append(
      PublicationRecord(
        pool: pool.id, revision: revision, name: "\(pool.name)-r\(revision)",
        operation: Operation(.publish, deadline: deadline(in: length)), at: now.utc))
    log(.publication, "revision \(revision) is being published", pool: index, actor: request.actor)
    callPublication(index, revision)
    // History that was kept only because its number was the highest may go now.
    for old in boxes[index].publications where old.state == .removed {
      addDue(now.moment, .publication(index, old.revision))
    }
    return .accepted(nil, note: "revision \(revision) of \(pool.name) is being published")
  }

  /// Cancels the publication that is being prepared.
  mutating func cancelPublication(_ index: Int) -> Reply {
    let name = boxes[index].record.name
    guard let running = boxes[index].publications.first(where: { $0.state == .publishing }) else {
      return .refused(Refusal(.notPermitted, "nothing of \(name) is being published"))
    }
    beginPublication(index, running.revision, .cancel)
    return .accepted(nil, note: "revision \(running.revision) of \(name) is being cancelled")
  }

  /// A pool that was gone begins anew, and what it left behind has its names: they are passed over,
  /// so that no removal of what has no record meets what has one.
  private func nextRevision(_ index: Int) -> Int {
    var revision = (boxes[index].publications.map(\.revision).max() ?? 0) + 1
    while isLeftBehind("\(boxes[index].record.name)-r\(revision)") { revision += 1 }
    return revision
  }

  private func place(_ index: Int, _ revision: Int) -> Int? {
    boxes[index].publications.firstIndex { $0.revision == revision }
  }

  /// The one way to change a publication.
  private mutating func changePublication(
    _ index: Int, _ revision: Int, _ body: (inout PublicationRecord, EngineTime) -> Void
  ) {
    guard let place = place(index, revision) else { return }
    let before = boxes[index].publications[place].state
    body(&boxes[index].publications[place], now)
    if before != boxes[index].publications[place].state {
      boxes[index].publications[place].stateSince = now.utc
    }
    store(index, revision)
  }

  private mutating func changePublication(
    _ index: Int, _ revision: Int, _ body: (inout PublicationRecord) -> Void
  ) {
    changePublication(index, revision) { record, _ in body(&record) }
  }

  private mutating func store(_ index: Int, _ revision: Int) {
    guard let place = place(index, revision) else { return }
    let record = boxes[index].publications[place]
    // In its first place, so that an old revision stops being active before a new one begins.
    let stored = otherChanges.firstIndex {
      guard case .publication(let other) = $0 else { return false }
      return other.pool == record.pool && other.revision == record.revision
    }
    if let stored {
      otherChanges[stored] = .publication(record)
    } else {
      otherChanges.append(.publication(record))
    }
    if let next = record.next { addDue(next.at, .publication(index, revision)) }
    if let operation = record.operation {
      addDue(operation.deadline.at, .publication(index, revision))
    }
  }

  private mutating func beginPublication(_ index: Int, _ revision: Int, _ kind: OperationKind) {
    let deadlines = boxes[index].settings.deadlines
    let length = kind == .publish ? deadlines.preparing : deadlines.removing
    changePublication(index, revision) {
      $0.operation = Operation(kind, deadline: $1.deadline(in: length))
      $0.state = kind == .publish ? .publishing : .removing
      $0.failed = nil
      $0.next = nil
    }
    callPublication(index, revision)
  }

  mutating func callPublication(_ index: Int, _ revision: Int) {
    guard let place = place(index, revision), boxes[index].publicationCalls[revision] == nil,
      !boxes[index].record.inMaintenance,
      let operation = boxes[index].publications[place].operation
    else { return store(index, revision) }
    let record = boxes[index].publications[place]
    let id = CallID(nextCall)
    nextCall += 1
    let subject = CallSubject.publication(record.pool, revision)
    calls[id] = subject
    boxes[index].publicationCalls[revision] = id
    boxes[index].publicationCalled[revision] = operation.kind
    boxes[index].publications[place].next = nil
    let limit = boxes[index].settings.deadlines.call
    boxes[index].publicationCallDue[revision] = now.moment + limit
    addDue(now.moment + limit, .publication(index, revision))
    madeCalls.append(
      Call(
        id: id, subject: subject, pool: record.pool, notices: [],
        task: operation.step == .start ? .start(operation.kind) : .check(operation.kind),
        data: record.data,
        record: CallRecord(
          id: 0, pool: boxes[index].record.name, identity: Identity(name: record.name),
          placement: .cache(.l1, reservedFor: nil), publication: nil, time: now),
        timeLimit: limit))
    store(index, revision)
  }

  mutating func publicationCallEnded(_ outcome: CallOutcome, _ index: Int, _ revision: Int) {
    guard boxes[index].publicationCalls[revision] == outcome.id else { return }
    let called = boxes[index].publicationCalled[revision]
    boxes[index].publicationCalls[revision] = nil
    boxes[index].publicationCallDue[revision] = nil
    for line in outcome.log { log(.driver, line.message.text, level: line.level, pool: index) }
    changePublication(index, revision) {
      if let data = outcome.data { $0.data = data }
      $0.progress = outcome.progress
    }
    guard let place = place(index, revision),
      let operation = boxes[index].publications[place].operation
    else { return }
    guard called == operation.kind else {
      // What runs now had to wait for this call; now it is made.
      return callPublication(index, revision)
    }
    switch outcome.answer ?? .error(.init(.unknown, "it answered nothing")) {
    case .running:
      let pause = min(max(outcome.suggestedTime, Pauses.check.shortest), Pauses.check.longest)
      changePublication(index, revision) {
        $0.operation?.step = .check
        $0.operation?.failures = 0
        $0.reason = nil
        $0.next = $1.deadline(in: pause)
      }
    case .finished: publicationFinished(index, revision, operation.kind)
    case .error(let failure): publicationFailed(index, revision, operation, failure)
    }
  }

  private mutating func publicationFinished(
    _ index: Int, _ revision: Int, _ kind: OperationKind
  ) {
    changePublication(index, revision) {
      $0.operation = nil
      $0.next = nil
      $0.reason = nil
      $0.progress = nil
    }
    guard kind == .publish else { return publicationGone(index, revision) }
    works(boxes[index].host)
    activate(index, revision)
  }

  /// A new revision is what the pool creates from; what stands on the old one drains.
  private mutating func activate(_ index: Int, _ revision: Int) {
    let old = boxes[index].record.activePublication
    if let old { changePublication(index, old) { $0.state = .draining } }
    changePublication(index, revision) { $0.state = .active }
    boxes[index].record.activePublication = revision
    boxes[index].record.revision += 1
    log(.publication, "revision \(revision) is active", pool: index)
    for slot in slotOf.values.sorted() where live[slot].pool == index {
      recount(slot)
      drain(slot)
    }
    replan(index)
    if let old { removeIfDrained(index, old) }
    moveIfGone(pool: index)
  }

  /// What the activation of a newer revision means for one deployment of an older one.
  private mutating func drain(_ slot: Int) {
    guard live[slot].tally?.isOutdated ?? false else { return }
    let reason = "a newer publication is active"
    switch slots[slot].phase {
    case .preparing where slots[slot].placement.user == nil: remove(slot, because: reason)
    case .usable where slots[slot].placement.isAssigned && !slots[slot].inUse:
      if boxes[live[slot].pool].settings.onLogout == .remove { remove(slot, because: reason) }
    case .preparing, .usable, .removable, .removing, .removed, .canceling, .canceled, .error: break
    }
  }

  /// The active one is active no more, and no other takes its place.
  mutating func retirePublication(_ index: Int, _ revision: Int) {
    boxes[index].record.activePublication = nil
    boxes[index].record.revision += 1
    changePublication(index, revision) { $0.state = .draining }
    removeIfDrained(index, revision)
    replan(index)
  }

  // How many stand on a publication is reckoned anew at load, so counting stores nothing.

  mutating func stands(on revision: Int?, _ index: Int) {
    guard let revision, let place = place(index, revision) else { return }
    boxes[index].publications[place].standing += 1
  }

  mutating func standsNoLonger(on revision: Int?, _ index: Int) {
    guard let revision, let place = place(index, revision) else { return }
    boxes[index].publications[place].standing -= 1
    removeIfDrained(index, revision)
  }

  private mutating func removeIfDrained(_ index: Int, _ revision: Int) {
    guard let place = place(index, revision) else { return }
    let record = boxes[index].publications[place]
    guard record.state == .draining, record.standing <= 0 else { return }
    log(.publication, "revision \(revision) is removed: nothing stands on it", pool: index)
    beginPublication(index, revision, .destroy)
  }

  private mutating func publicationGone(_ index: Int, _ revision: Int) {
    let retention = boxes[index].settings.historyRetention
    changePublication(index, revision) {
      $0.state = .removed
      $0.data = []
      $0.next = $1.deadline(in: retention)
    }
    log(.publication, "revision \(revision) is gone", pool: index)
    moveIfGone(pool: index)
    eraseIfGone(pool: index)
  }

  private mutating func publicationFailed(
    _ index: Int, _ revision: Int, _ operation: Operation, _ failure: DeploymentFailure
  ) {
    let sentence = "\(operation.kind.word) of revision \(revision): \(failure.reason)"
    guard failure.kind == .permanent else {
      let failures = operation.failures + 1
      var wait = pause(after: failures, from: Pauses.retry.first, upTo: Pauses.retry.longest)
      switch failure.kind {
      case .throttled, .denied: wait = wait + restrainProvider(boxes[index].host, failure)
      case .permanent, .transient, .unknown, .portTaken: break
      }
      changePublication(index, revision) {
        $0.operation?.failures = failures
        $0.reason = failure.reason
        $0.next = $1.deadline(in: wait)
      }
      return log(
        .publication, "\(sentence); again in \(wait.spoken)", level: .warning, pool: index)
    }
    failPublication(index, revision, operation.kind, failure.reason)
  }

  private mutating func failPublication(
    _ index: Int, _ revision: Int, _ kind: OperationKind, _ reason: SafeText
  ) {
    let failures = (boxes[index].publicationRemovals[revision] ?? 0) + 1
    boxes[index].publicationRemovals[revision] = kind == .publish ? 0 : failures
    let wait =
      kind == .publish
      ? boxes[index].settings.errorRetention
      : pause(after: failures, from: Pauses.removal.first, upTo: Pauses.removal.longest)
    changePublication(index, revision) {
      $0.state = .error
      $0.operation = nil
      $0.failed = kind
      $0.reason = reason
      $0.next = $1.deadline(in: wait)
    }
    log(
      .publication, "\(kind.word) of revision \(revision) failed: \(reason)", level: .error,
      pool: index)
  }

  /// A call is still out though its time is over: said once.
  private mutating func noteOverdueCall(_ index: Int, _ revision: Int) {
    guard let due = boxes[index].publicationCallDue[revision], due <= now.moment else { return }
    boxes[index].publicationCallDue[revision] = nil
    let method = boxes[index].publicationCalled[revision]?.word ?? "a call"
    let limit = boxes[index].settings.deadlines.call
    let reason = "\(method) of revision \(revision) did not answer within \(limit.spoken)"
    changePublication(index, revision) { $0.reason = SafeText(reason) }
    log(.publication, reason, level: .warning, pool: index)
  }

  /// Something of a publication is due: a call, its deadline, its removal or its end as history.
  mutating func wakePublication(_ index: Int, _ revision: Int) {
    noteOverdueCall(index, revision)
    guard let place = place(index, revision) else { return }
    let record = boxes[index].publications[place]
    if boxes[index].record.inMaintenance, record.operation != nil || record.state == .error {
      return addDue(now.moment + Pauses.maintenance, .publication(index, revision))
    }
    if let operation = record.operation {
      let isOut = boxes[index].publicationCalls[revision] != nil
      if operation.deadline.at <= now.moment {
        let reason: SafeText =
          "\(operation.kind.word) did not finish within \(operation.deadline.length.spoken)"
        return failPublication(index, revision, operation.kind, record.reason ?? reason)
      }
      guard !isOut, let next = record.next, next.at <= now.moment else { return }
      return callPublication(index, revision)
    }
    guard let next = record.next, next.at <= now.moment else { return }
    switch record.state {
    case .error: beginPublication(index, revision, .destroy)
    case .removed:
      // The highest number stays known, so that it is not given again.
      guard boxes[index].publications.contains(where: { $0.revision > revision }) else { return }
      boxes[index].publications.remove(at: place)
      otherChanges.append(.erasedPublication(record.pool, revision))
    case .publishing, .active, .draining, .removing: break
    }
  }
}
