extension Engine {
  /// Begins an operation; its first call is made at once.
  mutating func begin(
    _ slot: Int, _ kind: OperationKind, as phase: (Operation) -> Phase,
    within length: TimeSpan
  ) {
    // Whatever begins now looks at it.
    deploymentTable.updateRuntime(slot) { $0.reportedChange = nil }
    change(slot) {
      $0.phase = phase(Operation(kind, deadline: $1.deadline(in: length)))
      $0.patience = nil
      $0.reason = nil
      $0.progress = nil
      $0.next = $1.deadline(in: .zero)
    }
    call(slot)
  }

  /// Begins an operation as soon as the provider has room for it: in this very step where it has.
  mutating func queueOperation(
    _ slot: Int, _ kind: OperationKind, as phase: (Operation) -> Phase
  ) {
    let length = deadlines(of: slot).preparing
    let provider = provider(of: slot).name
    change(slot) {
      $0.phase = phase(Operation(kind, step: .queued, deadline: $1.deadline(in: length)))
      $0.patience = nil
      $0.reason = SafeText("\(kind.word) waits for a place on provider \(provider)")
      $0.progress = nil
      $0.next = nil
    }
    enqueue(slot, kind)
  }

  /// Lets it wait in the queue that its operation has.
  mutating func enqueue(_ slot: Int, _ kind: OperationKind) {
    if kind == .setReady {
      enqueue(slot, .ready)
    } else if !deploymentTable.isCalled(slot) {
      enqueue(slot, .start)
    }
  }

  /// Lets it wait in a queue of its provider. While a call is out nothing waits to be removed: then
  /// the end of that call does this.
  mutating func enqueue(_ slot: Int, _ queue: WorkQueue) {
    if queue == .removal, deploymentTable.isCalled(slot) { return }
    guard deploymentTable.enqueue(slot, queue) else { return }
    if queue == .removal, deploymentTable[slot].next != nil { change(slot) { $0.next = nil } }
    providerTable.append(deploymentTable[slot].id, to: queue, of: providerPlace(of: slot))
  }

  /// Placement and state change in one commit.
  mutating func startMove(
    _ slot: Int, to level: CacheLevel, reservedFor user: SafeText?, because reason: String
  ) {
    change(slot) { $0.placement = .cache(level, reservedFor: user) }
    let length = poolTable[deploymentTable.pool(of: slot)].settings.deadlines.preparing
    begin(slot, .moveToCache(level), as: { .preparing($0) }, within: length)
    log(.state, "moving to \(level.rawValue): \(reason)", slot: slot)
  }

  /// The driver said gone: what identified it is free again, and it is history.
  mutating func markRemoved(_ slot: Int, as phase: Phase, actor: SafeText = "engine") {
    let index = deploymentTable.pool(of: slot)
    let identity = deploymentTable[slot].identity
    if let call = deploymentTable.endCall(slot) {
      // Only `forget` comes here with a call out: nothing is made of its answer any more.
      let late = LateCall(
        deployment: deploymentTable[slot].id, identity: identity,
        provider: poolTable[index].provider)
      callTable.forget(call.id, late)
    } else {
      identityTable.giveBack(identity)
    }
    let publication = deploymentTable[slot].publication
    let retention = poolTable[index].settings.historyRetention
    change(slot) {
      $0.phase = phase
      $0.pending = nil
      $0.reason = nil
      $0.progress = nil
      $0.notices = []
      $0.loggedIn = []
      $0.console = nil
      $0.data = []
      $0.next = nil
      $0.patience = $1.deadline(in: retention)
    }
    let sentence = "\(phase.state.rawValue): \(identity.name) is free again"
    outbox.follow(with: .journal(entry(.state, sentence, slot: slot, actor: actor)))
    if let publication {
      outbox.follow(with: .publicationLeft(pool: index, revision: publication))
    }
  }

  /// An operation ended in an error, with its reason.
  mutating func fail(_ slot: Int, _ kind: OperationKind, _ failure: DeploymentFailure) {
    let before = deploymentTable[slot].phase
    let removals: Int
    switch before {
    case .removing, .canceling: removals = deploymentTable.runtime(slot).failedRemovals + 1
    case .preparing, .usable, .removable, .removed, .canceled, .error: removals = 0
    }
    deploymentTable.updateRuntime(slot) { $0.failedRemovals = removals }
    let wasAskedFor = deploymentTable[slot].cancelRequested
    let due = errorPause(slot, removals: removals, wasAskedFor: wasAskedFor).map {
      Deadline(from: now.moment, length: $0)
    }
    change(slot) {
      $0.phase = .error(Failed(kind, failure.kind, removals: removals))
      $0.reason = failure.reason
      $0.progress = nil
      $0.patience = nil
      $0.next = due
      $0.placement = $0.placement.with(.wanted)
    }
    log(.failure, "\(kind.word): \(failure.reason)", level: .error, slot: slot)
    endReservation(slot)
    if kind.creates, failure.kind == .permanent { noteCreationError(slot, failure.reason) }
  }

  /// When an error is removed by itself: what was never assigned after its retention, again with
  /// growing
  /// pauses; what a person wanted gone at once; an assigned one waits for a person.
  private mutating func errorPause(
    _ slot: Int, removals: Int, wasAskedFor: Bool
  ) -> TimeSpan? {
    if removals > 0, !deploymentTable[slot].everAssigned {
      return timers.pause(
        after: removals, from: Timing.removal.first, upTo: Timing.removal.longest)
    }
    if wasAskedFor { return .zero }
    return deploymentTable[slot].everAssigned ? nil : pool(of: slot).settings.errorRetention
  }

  /// A deployment that failed or goes is no longer anybody's reservation: the user gets another.
  mutating func endReservation(_ slot: Int) {
    guard case .cache(let level, reservedFor: .some(let user)) = deploymentTable[slot].placement
    else {
      return
    }
    change(slot) { $0.placement = .cache(level, reservedFor: nil) }
    log(.assignment, "no longer reserved for \(user), who gets another", slot: slot)
    beginWaiting(user, in: deploymentTable.pool(of: slot), key: RequestKey("engine"), isFirst: true)
  }

  private mutating func noteCreationError(_ slot: Int, _ reason: SafeText) {
    let index = deploymentTable.pool(of: slot)
    let rule = poolTable[index].settings.restrain
    guard rule.count > 0, rule.within > .zero else { return }
    var errors = poolTable[index].record.creationErrors.filter { $0.at > now.moment }
    errors.append(deadline(in: rule.within))
    if errors.count > rule.count { errors.removeFirst(errors.count - rule.count) }
    poolTable.setCreationErrors(index, errors)
    guard errors.count == rule.count, let last = errors.last else { return }
    restrain(index, until: last, reason)
    log(
      .pool,
      "restrained for \(rule.within.spoken): \(rule.count) creations failed, the last because: "
        + reason.text, level: .warning, pool: index)
  }
}

extension [Notice] {
  /// Adds one; over the limit the oldest goes.
  mutating func add(_ notice: Notice) {
    append(notice)
    if count > Bounds.pendingNotices { removeFirst(count - Bounds.pendingNotices) }
  }
}
