import DeploymentInterface
import SafeTexts

extension Engine {
  /// Feeds an input to the machine of a deployment, and carries out the transition.
  mutating func feed(_ slot: Int, _ input: (inout Deployment, EngineTime) -> Transition) {
    var transition = Transition.none
    change(slot) { transition = input(&$0, $1) }
    if let sentence = transition.broken {
      outbox.breakInvariant("\(deploymentTable[slot].id): \(sentence)")
    }
    if transition.calls { call(slot) }
    if let queue = transition.queue { enqueue(slot, queue) }
  }

  /// Starts a preparing operation, which is called at once.
  mutating func prepare(_ slot: Int, _ kind: OperationKind) {
    let length = deadlines(of: slot).preparing
    forgetReport(slot)
    feed(slot) { $0.prepare(kind, within: length, at: $1) }
  }

  /// Starts an operation during which the deployment stays usable.
  mutating func use(_ slot: Int, _ kind: OperationKind) {
    let length = deadlines(of: slot).preparing
    forgetReport(slot)
    feed(slot) { $0.use(kind, within: length, at: $1) }
  }

  /// The same when its provider has room: in this very step if it has room now.
  mutating func queueToPrepare(_ slot: Int, _ kind: OperationKind) {
    let length = deadlines(of: slot).preparing
    let provider = provider(of: slot).name
    feed(slot) { $0.queueToPrepare(kind, within: length, on: provider, at: $1) }
  }

  /// The same when its provider has room: in this very step if it has room now.
  mutating func queueToUse(_ slot: Int, _ kind: OperationKind) {
    let length = deadlines(of: slot).preparing
    let provider = provider(of: slot).name
    feed(slot) { $0.queueToUse(kind, within: length, on: provider, at: $1) }
  }

  /// Starts the queued operation.
  mutating func beginQueued(_ slot: Int) {
    let length = deadlines(of: slot).preparing
    forgetReport(slot)
    feed(slot) { $0.beginQueued(within: length, at: $1) }
  }

  /// Starts the removal, or the cancellation of the running operation.
  mutating func beginRemoval(_ slot: Int) {
    let length = deadlines(of: slot).removing
    forgetReport(slot)
    feed(slot) { $0.beginRemoval(within: length, at: $1) }
  }

  /// The operation that starts now verifies what the driver reported.
  private mutating func forgetReport(_ slot: Int) {
    deploymentTable.updateRuntime(slot) { $0.reportedChange = nil }
  }

  /// Puts the deployment into a queue of its provider. During a call it is not queued for a removal
  /// or a start: the end of the call does that.
  mutating func enqueue(_ slot: Int, _ queue: WorkQueue) {
    if queue != .ready, deploymentTable.isCalled(slot) { return }
    guard deploymentTable.enqueue(slot, queue) else { return }
    if queue == .removal, deploymentTable[slot].nextActionAt != nil {
      change(slot) { $0.nextActionAt = nil }
    }
    providerTable.append(deploymentTable[slot].id, to: queue, of: providerPlace(of: slot))
  }

  /// Placement and state change in one commit.
  mutating func startMove(
    _ slot: Int, to level: CacheLevel, reservedFor user: SafeText?, because reason: String
  ) {
    change(slot) { $0.placement = .cache(level, reservedFor: user) }
    prepare(slot, .moveToCache(level))
    log(.state, "moving to \(level.rawValue): \(reason)", slot: slot)
  }

  /// The driver confirmed the removal: the deployment becomes history and its identity is free
  /// again.
  mutating func markRemoved(_ slot: Int) {
    giveBackIdentity(slot)
    let retention = pool(of: slot).settings.historyRetention
    feed(slot) { $0.end(keptFor: retention, at: $1) }
    followHistory(slot)
  }

  /// An operator cleaned up by hand. A last call may still be in flight: its result is ignored, but
  /// the identity is held until then.
  mutating func markForgotten(_ slot: Int, actor: SafeText) {
    if let call = deploymentTable.endCall(slot) {
      let late = LateCall(
        deployment: deploymentTable[slot].id, identity: deploymentTable[slot].identity,
        provider: providerPlace(of: slot))
      callTable.forget(call.id, late)
    } else {
      giveBackIdentity(slot)
    }
    let retention = pool(of: slot).settings.historyRetention
    feed(slot) { $0.forget(keptFor: retention, at: $1) }
    followHistory(slot, actor: actor)
  }

  private mutating func giveBackIdentity(_ slot: Int) {
    identityTable.giveBack(deploymentTable[slot].identity)
  }

  private mutating func followHistory(_ slot: Int, actor: SafeText = "engine") {
    let deployment = deploymentTable[slot]
    let sentence =
      "\(deployment.state.rawValue): the name \(deployment.identity.name) is free again"
    outbox.follow(with: .journal(entry(.state, sentence, slot: slot, actor: actor)))
    guard let publication = deployment.publication else { return }
    let pool = deploymentTable.pool(of: slot)
    outbox.follow(with: .publicationLeft(pool: pool, revision: publication))
  }

  /// Ends an operation in an error, with its reason.
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
    let failed = Failed(kind, failure.kind, removals: removals)
    feed(slot) { deployment, _ in deployment.fail(failed, because: failure.reason, due: due) }
    log(.failure, "\(kind.word): \(failure.reason)", level: .error, slot: slot)
    endReservation(slot)
    if kind.creates, failure.kind == .permanent { noteCreationError(slot, failure.reason) }
  }

  /// When an error is removed automatically: after the retention if it was never assigned, with
  /// growing pauses for further attempts, and at once if a user requested the removal. Nil for an
  /// assigned one, which waits for an operator.
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

  /// Ends the reservation of a deployment that failed or is being removed: the user gets another
  /// one.
  mutating func endReservation(_ slot: Int) {
    guard case .cache(let level, reservedFor: .some(let user)) = deploymentTable[slot].placement
    else {
      return
    }
    change(slot) { $0.placement = .cache(level, reservedFor: nil) }
    log(.assignment, "no longer reserved for \(user), who gets another", slot: slot)
    beginWaiting(user, in: deploymentTable.pool(of: slot), isFirst: true)
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
