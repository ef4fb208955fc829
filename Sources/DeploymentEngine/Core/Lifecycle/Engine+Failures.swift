import DeploymentInterface
import SafeTexts

/// What comes of an operation that ended in an error.
extension Engine {
  /// An operation ended in an error, with its reason. A user who was not let in yet goes on to
  /// another deployment in this step.
  mutating func fail(_ slot: Int, _ kind: OperationKind, _ failure: DeploymentFailure) {
    let removals: Int
    switch deploymentTable[slot].phase {
    case .removing, .canceling: removals = deploymentTable.runtime(slot).failedRemovals + 1
    case .preparing, .usable, .removable, .removed, .canceled, .error: removals = 0
    }
    deploymentTable.updateRuntime(slot) { $0.failedRemovals = removals }
    let wasAskedFor = deploymentTable[slot].cancelRequested
    let isForUser = deploymentTable[slot].promise?.failures ?? 0 > 0
    let hadUser = deploymentTable[slot].placement.user != nil
    let failed = Failed(
      kind, failure.kind, removals: removals, leavesNothing: failure.leavesNothing)
    feed(slot) { deployment, _ in deployment.fail(failed, because: failure.reason) }
    log(.failure, "\(kind.word): \(failure.reason)", level: .error, slot: slot)
    if removals > 0, deploymentTable[slot].placement.isAssigned {
      // Its user has been free since the removal began, and may hold another one.
      takeFromUser(slot)
    } else if replaces(slot) || deploymentTable[slot].placement.level != nil {
      passOn(slot, because: failure.reason.text, failure)
    } else if wasAskedFor {
      takeFromUser(slot)
    }
    scheduleError(slot, wasAskedFor: wasAskedFor)
    if failure.kind == .nameTaken {
      let until = now.moment + Timing.takenName
      identityTable.setAside(deploymentTable[slot].identity.name, until: until)
      timers.add(until, .pool(deploymentTable.pool(of: slot)))
    }
    let isOneOfMany =
      hadUser && kind == .setReady && failure.kind == .permanent && makesOthersReady(slot)
    if !isForUser, !isOneOfMany { noteFailure(slot, kind, failure) }
    if wasAskedFor, !deploymentTable.isCalled(slot), !isDoubted(slot) {
      return enqueueRemoval(slot, because: "its end was requested before")
    }
    if removals == 0 { limitKeptErrors(of: deploymentTable.pool(of: slot)) }
  }

  /// Sets what an error waits for. A deployment that nobody was let in to is removed after its
  /// retention, and again with growing pauses, or at once if an operator requested its removal. One
  /// that a user was let in to is checked again if it may return, and else waits for an operator. A
  /// removal that was decided is tried again without end.
  mutating func scheduleError(_ slot: Int, wasAskedFor: Bool = false) {
    guard case .error(let failed) = deploymentTable[slot].phase else { return }
    let wait: TimeSpan?
    if failed.removals > 0 {
      wait = timers.pause(
        after: failed.removals, from: Timing.removal.first, upTo: Timing.removal.longest)
    } else if wasAskedFor {
      wait = .zero
    } else if deploymentTable[slot].isDisposable {
      wait = pool(of: slot).settings.errorRetention
    } else if failed.mayReturn {
      wait = deploymentTable[slot].promise == nil ? Timing.recheck.usual : Timing.recheck.waiting
    } else {
      wait = nil
    }
    change(slot) { deployment, now in deployment.nextActionAt = wait.map { now.deadline(in: $0) } }
  }

  /// Of the errors that are removed by themselves only the latest are kept to be looked at.
  private mutating func limitKeptErrors(of index: Int) {
    // In a pool that is never restrained, errors that stay are what ends the circle.
    let settings = poolTable[index].settings
    guard settings.restrain.count > 0 else { return }
    while poolTable[index].keptErrors > settings.keepErrors,
      let slot = oldest(.keptOldError, of: index) ?? oldest(.keptError, of: index)
    {
      guard !deploymentTable.isCalled(slot), !isDoubted(slot) else { return }
      enqueueRemoval(slot, because: "newer errors are kept instead")
    }
  }

  /// Whether another one of the pool was made ready for a user since the last failure; notes this
  /// failure.
  private mutating func makesOthersReady(_ slot: Int) -> Bool {
    let index = deploymentTable.pool(of: slot)
    defer { poolTable.noteReady(index, false) }
    return poolTable[index].makesReady
  }

  /// What makes and loses deployments in a circle restrains its pool.
  private mutating func noteFailure(
    _ slot: Int, _ kind: OperationKind, _ failure: DeploymentFailure
  ) {
    guard failure.kind == .permanent else { return }
    switch kind {
    case .deployForCache, .deployForUser: noteCreationError(slot, failure.reason, isCreation: true)
    case .setReady, .notifyReadyFromOSManager:
      noteCreationError(slot, failure.reason, isCreation: false)
    case .moveToCache: noteMoveError(slot, failure.reason)
    case .cancel, .destroy, .publish: break
    }
  }

  private mutating func noteCreationError(_ slot: Int, _ reason: SafeText, isCreation: Bool) {
    let index = deploymentTable.pool(of: slot)
    // Failures of an older image say nothing about the one that is used now.
    if deploymentTable.isOutdated(slot) { return }
    let rule = poolTable[index].settings.restrain
    let isOff = rule.count <= 0 || rule.within <= .zero
    var errors = poolTable[index].record.creationErrors.filter { $0.at > now.moment }
    errors.append(deadline(in: rule.within))
    errors = errors.suffix(max(rule.count, 0))
    var failed = poolTable[index].record.failedCreations.filter { $0.at > now.moment }
    if isCreation { failed = (failed + [deadline(in: Timing.restraint.day)]).suffix(Self.daily) }
    poolTable.setCreationErrors(index, errors, failed: failed)
    // While a restraint holds, what was begun before it says nothing new.
    if let restraint = poolTable[index].record.restraint, restraint.until.at > now.moment { return }
    // After a restraint one failure is enough, until something succeeds.
    let needed = poolTable[index].record.restraints > 0 ? 1 : rule.count
    guard !isOff && errors.count >= needed || failed.count >= Self.daily else { return }
    let until = restraintEnd(rule.within, poolTable[index].record.restraints, failed)
    restrain(index, until: until, reason)
    poolTable.countRestraint(index)
    log(
      .pool, "restrained for \(until.length.spoken) because creating fails: \(reason.text)",
      level: .warning, pool: index)
  }

  private static var daily: Int { Timing.restraint.daily }

  /// Each restraint lasts twice as long as the one before; at the daily limit until the oldest of
  /// the failures no longer counts.
  private func restraintEnd(_ first: TimeSpan, _ before: Int, _ failed: [Deadline]) -> Deadline {
    let longest = max(Timing.restraint.longest, first)
    let doubled = TimeSpan.milliseconds(
      min(first.milliseconds << Int64(min(before, 20)), longest.milliseconds))
    guard failed.count >= Self.daily, let oldest = failed.first else {
      return deadline(in: doubled)
    }
    return deadline(in: max(doubled, oldest.at - now.moment))
  }

  /// Moves from L2 fail for good: nothing more is moved by itself for a while.
  private mutating func noteMoveError(_ slot: Int, _ reason: SafeText) {
    let index = deploymentTable.pool(of: slot)
    let rule = poolTable[index].settings.restrain
    guard rule.count > 0, rule.within > .zero else { return }
    let errors = poolTable[index].record.moveErrors.filter { $0.at > now.moment }
    poolTable.setMoveErrors(index, (errors + [deadline(in: rule.within)]).suffix(rule.count))
    guard errors.count + 1 >= rule.count, poolTable[index].record.moveRestraint == nil else {
      return
    }
    let until = deadline(in: rule.within)
    poolTable.restrainMoves(index, Restraint(until: until, reason: reason))
    timers.add(until.at, .pool(index))
    log(
      .pool,
      "nothing is moved from L2 for \(rule.within.spoken) because moves fail: \(reason.text)",
      level: .warning, pool: index)
  }
}
