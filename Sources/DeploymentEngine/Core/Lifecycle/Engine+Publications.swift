import DeploymentInterface
import SafeTexts

extension Engine {
  /// The only way to change a publication.
  private mutating func changePublication(
    _ index: Int, _ revision: Int, _ body: (inout PublicationRecord, EngineTime) -> Void
  ) {
    let now = now
    let changed = poolTable.update(revision, of: index) { publication in
      let before = publication.record.state
      body(&publication.record, now)
      if before != publication.record.state { publication.record.stateSince = now.utc }
    }
    if let changed { store(changed.record, index) }
  }

  /// Feeds an input to the machine of a publication, and carries out the transition.
  private mutating func feedPublication(
    _ index: Int, _ revision: Int, _ input: (inout PublicationRecord, EngineTime) -> Transition
  ) {
    var transition = Transition.none
    changePublication(index, revision) { transition = input(&$0, $1) }
    if let sentence = transition.broken {
      outbox.breakInvariant("revision \(revision) of \(poolTable[index].record.name): \(sentence)")
    }
    if transition.calls { callPublication(index, revision) }
  }

  private mutating func store(_ record: PublicationRecord, _ index: Int) {
    outbox.store(record)
    if let next = record.nextActionAt { timers.add(next.at, .publication(index, record.revision)) }
    if let operation = record.operation {
      timers.add(operation.deadline.at, .publication(index, record.revision))
    }
  }

  /// It may take the place of the last ready deployment.
  mutating func force(_ index: Int, _ revision: Int) {
    changePublication(index, revision) { publication, _ in publication.isForced = true }
    poolTable.replan(index)
  }

  /// Moves the due times of a pool's publications.
  mutating func giveBackTime(ofPublications index: Int, _ later: (Deadline) -> Deadline) {
    for publication in poolTable[index].publications where publication.record.state != .removed {
      let revision = publication.record.revision
      guard publication.record.operation != nil || publication.record.nextActionAt != nil else {
        continue
      }
      changePublication(index, revision) { record, _ in record = record.mappingDeadlines(later) }
    }
  }

  /// Cancels the preparation of a publication.
  mutating func cancelPublishing(_ index: Int, _ revision: Int) {
    let length = poolTable[index].settings.deadlines.removing
    feedPublication(index, revision) { $0.cancel(within: length, at: $1) }
  }

  private mutating func removePublication(_ index: Int, _ revision: Int) {
    let length = poolTable[index].settings.deadlines.removing
    feedPublication(index, revision) { $0.remove(within: length, at: $1) }
  }

  /// Notes that no call is in flight on a publication.
  mutating func endPublicationCall(_ index: Int, _ revision: Int) {
    _ = poolTable.update(revision, of: index) { $0.call = nil }
  }

  /// Restarts the time limit of a publication's call.
  mutating func setPublicationCallDue(_ index: Int, _ revision: Int, _ due: Moment) {
    _ = poolTable.update(revision, of: index) { $0.call?.begin(due: due) }
  }

  mutating func callPublication(_ index: Int, _ revision: Int) {
    guard let publication = poolTable[index].publication(revision) else { return }
    let record = publication.record
    guard publication.call == nil, !poolTable[index].record.inMaintenance,
      let task = record.operation?.task
    else { return store(record, index) }
    let subject = CallTarget.publication(record.pool, revision)
    let id = callTable.begin(subject)
    let limit = poolTable[index].settings.deadlines.call
    let due = now.moment + limit
    let called = poolTable.update(revision, of: index) {
      $0.call = CallInFlight(id, task: task, due: due)
      $0.record.nextActionAt = nil
    }
    timers.add(due, .publication(index, revision))
    outbox.make(
      Call(
        id: id, subject: subject, pool: record.pool, notices: [], task: task,
        data: record.data,
        record: CallRecord(
          id: 0, pool: poolTable[index].record.name, identity: Identity(name: record.name),
          placement: .cache(.l1, reservedFor: nil), publication: nil, time: now),
        timeLimit: limit))
    if let called { store(called.record, index) }
  }

  mutating func publicationCallEnded(_ result: CallResult, _ pool: PoolID, _ revision: Int) {
    guard let index = poolTable.place(pool),
      let call = poolTable[index].publication(revision)?.call, call.id == result.id
    else { return }
    endPublicationCall(index, revision)
    for line in result.log { log(.driver, line.message.text, level: line.level, pool: index) }
    changePublication(index, revision) { record, _ in
      if let data = result.data { record.data = data }
      record.progress = result.progress
    }
    guard let operation = poolTable[index].publication(revision)?.record.operation else { return }
    guard call.task?.operation == operation.kind else {
      // The operation that runs now had to wait for this call.
      return callPublication(index, revision)
    }
    switch result.taskState {
    case .running:
      feedPublication(index, revision) { $0.keepRunning(checkedIn: result.checkPause, at: $1) }
    case .finished: publicationFinished(index, revision, operation.kind)
    case .error(let failure): publicationFailed(index, revision, operation, failure)
    }
  }

  private mutating func publicationFinished(
    _ index: Int, _ revision: Int, _ kind: OperationKind
  ) {
    guard kind == .publish else { return publicationGone(index, revision) }
    providerWorks(poolTable[index].provider)
    activate(index, revision)
  }

  /// Makes a revision the one that the pool creates from; deployments of the old one drain.
  private mutating func activate(_ index: Int, _ revision: Int) {
    let old = poolTable[index].record.activePublication
    if let old { feedPublication(index, old) { record, _ in record.drain() } }
    feedPublication(index, revision) { record, _ in record.activate() }
    poolTable.activate(revision, of: index)
    // What failed so far was made from another image.
    let restraint = poolTable[index].record.restraint
    poolTable.lift(index)
    if let restraint, isOfProvider(restraint, index) { poolTable.restrain(index, restraint) }
    let isLifted = restraint != nil && poolTable[index].record.restraint == nil
    let lifted = isLifted ? ", and the pool is no longer restrained" : ""
    log(.publication, "revision \(revision) is active\(lifted)", pool: index)
    for slot in deploymentTable.inUse where deploymentTable.pool(of: slot) == index {
      recount(slot)
      drain(slot)
    }
    poolTable.replan(index)
    if let old { removeIfDrained(index, old) }
    outbox.follow(with: .poolEmptied(index))
  }

  /// Handles one deployment of an older revision after an activation.
  private mutating func drain(_ slot: Int) {
    guard deploymentTable.isOutdated(slot) else { return }
    let reason = "a newer publication is active"
    switch deploymentTable[slot].phase {
    case .preparing where deploymentTable[slot].placement.user == nil: remove(slot, because: reason)
    case .preparing, .usable, .removable, .removing, .removed, .canceling, .canceled, .error: break
    }
  }

  /// Retires the active publication without a successor.
  mutating func retirePublication(_ index: Int, _ revision: Int) {
    poolTable.activate(nil, of: index)
    feedPublication(index, revision) { record, _ in record.drain() }
    removeIfDrained(index, revision)
    poolTable.replan(index)
  }

  // The number of deployments of a publication is computed at load, so counting stores nothing.

  mutating func stands(on revision: Int?, _ index: Int) {
    guard let revision else { return }
    _ = poolTable.update(revision, of: index) { $0.uses += 1 }
  }

  mutating func standsNoLonger(on revision: Int, _ index: Int) {
    _ = poolTable.update(revision, of: index) { $0.uses -= 1 }
    removeIfDrained(index, revision)
  }

  private mutating func removeIfDrained(_ index: Int, _ revision: Int) {
    guard let publication = poolTable[index].publication(revision) else { return }
    guard publication.record.state == .draining, publication.uses <= 0 else { return }
    log(.publication, "revision \(revision) is being removed: no deployment uses it", pool: index)
    removePublication(index, revision)
  }

  private mutating func publicationGone(_ index: Int, _ revision: Int) {
    let retention = poolTable[index].settings.historyRetention
    feedPublication(index, revision) { $0.end(keptFor: retention, at: $1) }
    log(.publication, "revision \(revision) is gone", pool: index)
    outbox.follow(with: .poolEmptied(index))
    outbox.follow(with: .recordErased(pool: index))
  }

  private mutating func publicationFailed(
    _ index: Int, _ revision: Int, _ operation: Operation, _ failure: DeploymentFailure
  ) {
    let sentence = "\(operation.kind.word) of revision \(revision): \(failure.reason)"
    guard failure.kind.endsOperation else {
      let failures = operation.failures + 1
      var wait = timers.pause(after: failures, from: Timing.retry.first, upTo: Timing.retry.longest)
      switch failure.kind {
      case .throttled, .denied: wait = wait + restrainProvider(poolTable[index].provider, failure)
      case .permanent, .transient, .unknown, .portTaken, .nameTaken, .gone: break
      }
      feedPublication(index, revision) {
        $0.failForNow(because: failure.reason, againIn: wait, at: $1)
      }
      return log(
        .publication, "\(sentence); retrying in \(wait.spoken)", level: .warning, pool: index)
    }
    failPublication(index, revision, operation.kind, failure.reason)
  }

  private mutating func failPublication(
    _ index: Int, _ revision: Int, _ kind: OperationKind, _ reason: SafeText
  ) {
    let changed = poolTable.update(revision, of: index) {
      $0.failedRemovals = kind == .publish ? 0 : $0.failedRemovals + 1
    }
    guard let failures = changed?.failedRemovals else {
      return outbox.breakInvariant("revision \(revision) failed but does not exist")
    }
    let wait =
      kind == .publish
      ? poolTable[index].settings.errorRetention
      : timers.pause(after: failures, from: Timing.removal.first, upTo: Timing.removal.longest)
    feedPublication(index, revision) { $0.fail(because: reason, removedIn: wait, at: $1) }
    log(
      .publication, "\(kind.word) of revision \(revision) failed: \(reason)", level: .error,
      pool: index)
  }

  /// Reports once that a call in flight exceeded its time limit.
  private mutating func noteOverdueCall(_ index: Int, _ revision: Int) {
    guard poolTable.noteOverdueCall(of: revision, in: index, at: now) else { return }
    let task = poolTable[index].publication(revision)?.call?.task
    let method = task?.operation.word ?? "a call"
    let limit = poolTable[index].settings.deadlines.call
    let reason = "\(method) of revision \(revision) did not answer within \(limit.spoken)"
    changePublication(index, revision) { record, _ in record.reason = SafeText(reason) }
    log(.publication, reason, level: .warning, pool: index)
  }

  /// Something of a publication is due: a call, its deadline, its removal or the end of its
  /// history.
  mutating func wakePublication(_ index: Int, _ revision: Int) {
    noteOverdueCall(index, revision)
    guard let publication = poolTable[index].publication(revision) else { return }
    let record = publication.record
    if poolTable[index].record.inMaintenance, record.operation != nil || record.state == .error {
      return timers.add(now.moment + Timing.maintenance, .publication(index, revision))
    }
    if let operation = record.operation {
      if operation.isOver(at: now) {
        let reason = SafeText(operation.overdueSentence)
        return failPublication(index, revision, operation.kind, record.reason ?? reason)
      }
      guard publication.call == nil, let next = record.nextActionAt, next.at <= now.moment else {
        return
      }
      return callPublication(index, revision)
    }
    guard let next = record.nextActionAt, next.at <= now.moment else { return }
    switch record.state {
    case .error: removePublication(index, revision)
    case .removed:
      // The highest number stays in the store, so that it is not used again.
      guard poolTable[index].publications.contains(where: { $0.record.revision > revision }) else {
        return
      }
      poolTable.erasePublication(revision, of: index)
      outbox.store(.erasedPublication(record.pool, revision))
    case .publishing, .active, .draining, .removing: break
    }
  }
}
