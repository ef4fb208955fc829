import DeploymentInterface
import SafeTexts

/// What happens to a deployment without a running operation.
extension Engine {
  /// Starts whatever waited until a usable deployment had no running operation.
  ///
  /// - Parameter isRestored: whether it was just loaded. If it shares its address with another one,
  ///   that one may have got it later, and is an error when its call, which is repeated, returns.
  mutating func reconcile(_ slot: Int, isRestored: Bool = false) {
    guard !deploymentTable.isCalled(slot), deploymentTable[slot].phase == .usable(nil) else {
      return
    }
    if !isRestored, failDuplicate(slot, .setReady) { return }
    guard deploymentTable[slot].osState == .usable else { return flushNotices(slot) }
    if !deploymentTable[slot].guest.isTold {
      return use(slot, .notifyReadyFromOSManager)
    }
    if deploymentTable[slot].placement.level == .l1 { yieldToWhoAskedFirst(slot) }
    if case .cache(.l1, reservedFor: .some(let user)) = deploymentTable[slot].placement {
      claim(slot, for: user, deploymentTable[slot].promise)
    }
    if deploymentTable[slot].admission == .wanted {
      enqueue(slot, .ready)
    } else {
      if deploymentTable[slot].promise != nil { admit(slot) }
      flushNotices(slot)
      startUnusedTimer(slot)
      verifyIfReported(slot)
    }
  }

  /// A usable deployment with the unique id or the address of another usable one becomes an error.
  @discardableResult
  mutating func failDuplicate(_ slot: Int, _ kind: OperationKind) -> Bool {
    guard let reason = duplicateSentence(slot) else { return false }
    fail(slot, kind, .init(.permanent, reason))
    return true
  }

  /// Which other usable deployment has its unique id or, on the same provider, its address: two
  /// providers may have networks of their own with the same addresses.
  func duplicateSentence(_ slot: Int) -> SafeText? {
    if let first = deploymentTable.duplicate(of: slot) {
      return SafeText("\(first) already has its unique id \(deploymentTable[slot].uniqueId)")
    }
    let sharers = deploymentTable.sharers(ofAddress: slot)
    guard !sharers.isEmpty else { return nil }
    let provider = providerPlace(of: slot)
    guard let sharer = sharers.first(where: { providerPlace(of: $0) == provider }),
      !pool(of: slot).settings.sharedAddress
    else { return nil }
    let address = deploymentTable[slot].ip ?? ""
    return SafeText("\(deploymentTable[sharer].name) already has its address \(address)")
  }

  /// Whether notices wait for the driver and no task would carry them.
  func hasNoticesOnly(_ slot: Int) -> Bool {
    !deploymentTable.isCalled(slot) && !deploymentTable[slot].notices.isEmpty
      && deploymentTable[slot].phase == .usable(nil)
  }

  mutating func flushNotices(_ slot: Int) { if hasNoticesOnly(slot) { call(slot) } }

  /// No call is in flight any more: continue what waited for that.
  mutating func callReturned(_ slot: Int) {
    guard !deploymentTable.isCalled(slot) else { return }
    switch deploymentTable[slot].phase {
    case .preparing where deploymentTable[slot].cancelRequested, .removable: enqueue(slot, .removal)
    case .usable(nil): reconcile(slot)
    case .usable(.some(let operation)):
      if !failDuplicate(slot, operation.kind) { enqueueWaiting(slot, operation) }
    case .preparing(let operation, _), .removing(let operation), .canceling(let operation):
      enqueueWaiting(slot, operation)
    case .removed, .canceled, .error: break
    }
    reschedule(slot)
  }

  /// An operation that holds no place waits for one, unless it pauses before its next try.
  private mutating func enqueueWaiting(_ slot: Int, _ operation: Operation) {
    let pauses = operation.waitsToTryAgain && deploymentTable[slot].nextActionAt != nil
    guard operation.isWaiting, !pauses else { return }
    enqueue(slot, queue(for: operation))
  }

  /// Made ready for the user who holds it, and with an address: the user is let in, unless it is
  /// about to become an error because it is somebody else's twin.
  mutating func admit(_ slot: Int) {
    guard let user = deploymentTable[slot].placement.holder, deploymentTable[slot].isLetIn,
      duplicateSentence(slot) == nil
    else { return }
    change(slot) {
      $0.reason = nil
      $0.wasLetIn = true
      $0.promise = nil
    }
    log(.assignment, "\(user) is let in at \(deploymentTable[slot].ip ?? "")", slot: slot)
  }

  /// It becomes the user's, and is told so.
  mutating func claim(_ slot: Int, for user: SafeText, _ promise: Promise?) {
    change(slot) {
      $0.placement = .assigned(user, .wanted)
      $0.promise = promise
      $0.stateDeadline = nil
      $0.stateSince = $1.utc
      $0.notices.add(.assignToUser(user))
    }
    log(.assignment, "assigned to \(user)", slot: slot)
  }

  /// The last user has logged out: the policy is applied after `logoutGrace`, since a guest that
  /// restarts, or an agent that loses sight of a session, also looks like a log-out.
  mutating func leave(_ slot: Int, isKept: Bool) {
    let settings = pool(of: slot).settings
    guard settings.onLogout == .remove, deploymentTable[slot].placement.isAssigned else { return }
    // Reports that were kept follow each other at once: the last of them counts.
    let grace = isKept ? max(settings.logoutGrace, Timing.keptReports) : settings.logoutGrace
    guard grace > .zero else { return endUse(slot, because: Self.lastLogout) }
    change(slot) {
      $0.awaitsReturn = true
      // Otherwise it begins when the operation has ended, or the OS manager has reported.
      if $0.isReady { $0.stateDeadline = $1.deadline(in: grace) }
    }
  }

  /// Somebody logged in or asked for it again: the policy is not applied.
  mutating func comeBack(_ slot: Int) {
    guard deploymentTable[slot].awaitsReturn else { return }
    change(slot) {
      $0.awaitsReturn = false
      if $0.isReady { $0.stateDeadline = nil }
    }
  }

  static let lastLogout = "the last user logged out"

  /// The only path by which a use ends, whatever the cause: applies the pool's policy once.
  mutating func endUse(_ slot: Int, because reason: String) {
    guard deploymentTable[slot].placement.isAssigned, !deploymentTable[slot].inUse else { return }
    guard pool(of: slot).settings.onLogout == .remove else { return }
    // Its user has asked since, or was not let in yet, and somebody else logged in and out.
    if deploymentTable[slot].promise != nil { passOn(slot, because: reason) }
    remove(slot, because: reason)
  }

  /// Starts the timer of an assigned deployment that nobody uses: after `unusedAfter` it is treated
  /// as after a log-out, and after a log-out the policy is applied after `logoutGrace`.
  mutating func startUnusedTimer(_ slot: Int) {
    let settings = pool(of: slot).settings
    let left = deploymentTable[slot].awaitsReturn
    guard let length = left ? settings.logoutGrace : settings.unusedAfter,
      settings.onLogout == .remove,
      deploymentTable[slot].placement.isAssigned, deploymentTable[slot].phase == .usable(nil),
      !deploymentTable[slot].inUse, deploymentTable[slot].stateDeadline == nil
    else { return }
    change(slot) { $0.stateDeadline = $1.deadline(in: length) }
  }

  /// Verifies a usable deployment after its driver reported a change, at most once per
  /// `Timing.look`. It repeats the idempotent operation of its placement (`setReady`, or
  /// `moveToCache`): this does nothing if nothing changed, and ends in an error if the resource is
  /// gone.
  mutating func verifyIfReported(_ slot: Int) {
    let runtime = deploymentTable.runtime(slot)
    guard let sentence = runtime.reportedChange, runtime.call == nil, runtime.queue != .ready,
      deploymentTable[slot].isReady
    else { return }
    if let next = runtime.nextLookAt, next > now.moment { return }
    let look = now.moment + Timing.look
    deploymentTable.updateRuntime(slot) {
      $0.nextLookAt = look
      $0.reportedChange = nil
    }
    log(.state, "checking it: \(sentence)", slot: slot)
    switch deploymentTable[slot].placement {
    case .assigned:
      change(slot) { $0.placement = $0.placement.with(.wanted) }
      reconcile(slot)
    case .cache(.l1, _): queueToUse(slot, .setReady)
    case .cache(.l2, _):
      guard pool(of: slot).record.traits?.offers(.moveToCache(.l2)) ?? false else { return }
      queueToPrepare(slot, .moveToCache(.l2))
    }
  }
}
