extension Engine {
  /// Begins an operation; its first call is made at once.
  mutating func begin(
    _ slot: Int, _ kind: OperationKind, as phase: (Operation) -> Phase,
    within length: TimeSpan
  ) {
    // Whatever begins now looks at it.
    live[slot].noticed = nil
    change(slot) {
      $0.phase = phase(Operation(kind, deadline: $1.deadline(in: length)))
      $0.patience = nil
      $0.reason = nil
      $0.progress = nil
      $0.next = $1.deadline(in: .zero)
    }
    call(slot)
  }

  /// Preparing has finished: rows 1 to 4 of the contract.
  mutating func prepared(_ slot: Int, _ kind: OperationKind) {
    let deployment = slots[slot]
    let index = live[slot].pool
    if deployment.cancelRequested {
      return letGo(slot, because: "\(kind.word) finished after its end had been asked for")
    }
    let isOutdated = live[slot].tally?.isOutdated ?? false
    if isOutdated, deployment.placement.user == nil {
      return letGo(slot, because: "its publication is no longer the active one")
    }
    if boxes[index].record.traits?.waitsForOS ?? false, deployment.osState == .preparing {
      return waitForOS(slot, settings: boxes[index].settings)
    }
    if !deployment.guest.isTold, kind != .notifyReadyFromOSManager {
      change(slot) { $0.guest.becomeReady() }
      return begin(
        slot, .notifyReadyFromOSManager, as: { .preparing($0) },
        within: boxes[index].settings.deadlines.preparing)
    }
    change(slot) {
      $0.phase = .usable(nil)
      // Its service may have waited for the OS once, and wait no longer.
      $0.guest.becomeReady()
      $0.notices.add(.finish)
    }
    let address = slots[slot].ip.map { ", its IP is \($0)" } ?? ""
    let place = slots[slot].placement.level.map { " at \($0.rawValue)" } ?? ""
    log(.state, "usable\(place)\(address)", slot: slot)
    operationEnded(slot, kind)
  }

  private mutating func waitForOS(_ slot: Int, settings: PoolConfiguration) {
    change(slot) {
      $0.phase = .usable(nil)
      $0.notices.add(.finish)
      $0.patience = $1.deadline(in: settings.deadlines.osReady)
    }
    log(.state, "usable, waiting for the OS manager", slot: slot)
  }

  /// One whose OS manager never spoke waits for it once more.
  mutating func waitForOSAgain(_ slot: Int) {
    let length = boxes[live[slot].pool].settings.deadlines.osReady
    change(slot) {
      $0.phase = .usable(nil)
      $0.reason = nil
      $0.next = nil
      $0.patience = $1.deadline(in: length)
    }
    settle(slot)
  }

  /// An operation of a usable deployment ended well.
  mutating func operationEnded(_ slot: Int, _ kind: OperationKind) {
    change(slot) {
      $0.phase = .usable(nil)
      switch kind {
      case .notifyReadyFromOSManager: $0.guest.tell()
      case .setReady: $0.placement = $0.placement.with(.granted)
      case .deployForCache, .deployForUser, .moveToCache, .cancel, .destroy, .publish: break
      }
    }
    if kind == .setReady { letIn(slot) }
    settle(slot)
  }

  /// Made ready for the user who holds it: let in, as soon as there is an address.
  mutating func letIn(_ slot: Int) {
    guard let user = slots[slot].placement.holder, slots[slot].admission == .granted else { return }
    if slots[slot].isLetIn {
      change(slot) { $0.reason = nil }
      return log(.assignment, "\(user) is let in at \(slots[slot].ip ?? "")", slot: slot)
    }
    change(slot) { $0.reason = "it has no IP yet: \(user) cannot be let in" }
    log(.assignment, "no IP yet: \(user) cannot be let in", level: .warning, slot: slot)
  }

  /// A usable deployment with nothing going on: whatever waited for that comes now.
  mutating func settle(_ slot: Int) {
    guard live[slot].call == nil, slots[slot].phase == .usable(nil) else { return }
    if failTwin(slot, .setReady) { return }
    guard slots[slot].osState == .usable else { return flushNotices(slot) }
    if !slots[slot].guest.isTold {
      return begin(
        slot, .notifyReadyFromOSManager, as: { .usable($0) },
        within: boxes[live[slot].pool].settings.deadlines.preparing)
    }
    if case .cache(.l1, reservedFor: .some(let user)) = slots[slot].placement {
      give(slot, to: user)
    }
    if slots[slot].admission == .wanted {
      queueReady(slot)
    } else {
      flushNotices(slot)
      startUnusedTimer(slot)
      lookIfNoticed(slot)
    }
  }

  /// A usable one whose unique id another usable one holds becomes an error.
  @discardableResult
  mutating func failTwin(_ slot: Int, _ kind: OperationKind) -> Bool {
    guard let first = firstHolder(of: slots[slot].uniqueId, besides: slot) else { return false }
    let reason = "its unique id \(slots[slot].uniqueId) is held by \(first) already"
    fail(slot, kind, .init(.permanent, SafeText(reason)))
    return true
  }

  /// Tells the driver what it is to be told when no task would carry it.
  func hasNoticesOnly(_ slot: Int) -> Bool {
    live[slot].call == nil && !slots[slot].notices.isEmpty && slots[slot].phase == .usable(nil)
  }

  mutating func flushNotices(_ slot: Int) { if hasNoticesOnly(slot) { call(slot) } }

  func firstHolder(of uniqueId: SafeText, besides slot: Int) -> SafeText? {
    guard !uniqueId.isEmpty, let ids = holdersOfUniqueId[uniqueId], ids.count > 1 else {
      return nil
    }
    let others = ids.filter { $0 != slots[slot].id }.compactMap { slotOf[$0] }
    return others.first { slots[$0].state == .usable }.map { slots[$0].name }
  }

  /// The driver said gone: what identified it is free again, and it is history.
  mutating func gone(_ slot: Int, as phase: Phase, actor: SafeText = "engine") {
    let index = live[slot].pool
    let identity = slots[slot].identity
    if let call = live[slot].call {
      // Only `forget` comes here with a call out: nothing is made of its answer any more.
      lateCalls[call] = LateCall(
        deployment: slots[slot].id, identity: identity, host: boxes[index].host)
      calls[call] = nil
      (live[slot].call, live[slot].callTask, live[slot].callDue) = (nil, nil, nil)
    } else {
      identities.giveBack(identity)
    }
    let publication = slots[slot].publication
    let retention = boxes[index].settings.historyRetention
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
    log(.state, "\(phase.state.rawValue): \(identity.name) is free again", slot: slot, actor: actor)
    standsNoLonger(on: publication, index)
  }

  /// An operation ended in an error, with its reason.
  mutating func fail(_ slot: Int, _ kind: OperationKind, _ failure: DeploymentFailure) {
    let before = slots[slot].phase
    let removals: Int
    switch before {
    case .removing, .canceling: removals = live[slot].removals + 1
    case .preparing, .usable, .removable, .removed, .canceled, .error: removals = 0
    }
    live[slot].removals = removals
    let wasAskedFor = slots[slot].cancelRequested
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
    letReservationGo(slot)
    if kind.creates, failure.kind == .permanent { noteCreationError(slot, failure.reason) }
  }

  /// When an error is removed by itself: what was never assigned after its retention, again with
  /// growing
  /// pauses; what a person wanted gone at once; an assigned one waits for a person.
  private mutating func errorPause(
    _ slot: Int, removals: Int, wasAskedFor: Bool
  ) -> TimeSpan? {
    if removals > 0, !slots[slot].everAssigned {
      return pause(
        after: removals, from: Pauses.removal.first, upTo: Pauses.removal.longest)
    }
    if wasAskedFor { return .zero }
    return slots[slot].everAssigned ? nil : boxes[live[slot].pool].settings.errorRetention
  }

  /// A deployment that failed or goes is no longer anybody's reservation: the user gets another.
  mutating func letReservationGo(_ slot: Int) {
    guard case .cache(let level, reservedFor: .some(let user)) = slots[slot].placement else {
      return
    }
    change(slot) { $0.placement = .cache(level, reservedFor: nil) }
    log(.assignment, "no longer reserved for \(user), who gets another", slot: slot)
    enqueue(user, in: live[slot].pool, key: RequestKey("engine"), isFirst: true)
  }

  private mutating func noteCreationError(_ slot: Int, _ reason: SafeText) {
    let index = live[slot].pool
    let rule = boxes[index].settings.restrain
    guard rule.count > 0, rule.within > .zero else { return }
    var errors = boxes[index].record.creationErrors.filter { $0.at > now.moment }
    errors.append(deadline(in: rule.within))
    if errors.count > rule.count { errors.removeFirst(errors.count - rule.count) }
    boxes[index].record.creationErrors = errors
    replan(index)
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
