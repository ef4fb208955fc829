import DeploymentInterface
import SafeTexts

/// The results of a deployment's calls.
extension Engine {
  /// Handles the result of a call.
  mutating func deploymentCallEnded(_ result: CallResult, _ id: DeploymentID) {
    guard let slot = deploymentTable.slot(id),
      let call = deploymentTable.runtime(slot).call, call.id == result.id
    else { return }
    _ = deploymentTable.endCall(slot)
    if call.isHung { countHung(providerPlace(of: slot), by: -1) }
    deploymentTable.noteCall(slot, at: now)
    providerTable.updateInventory(providerPlace(of: slot)) { $0.quietListings = 0 }
    for line in result.log { log(.driver, line.message.text, level: line.level, slot: slot) }
    let hadIP = deploymentTable[slot].ip
    change(slot) {
      $0.notices.removeFirst(min(call.noticesSent, $0.notices.count))
      if let data = result.data {
        $0.data = data
        $0.console = result.console
      }
      if let uniqueId = result.uniqueId { $0.uniqueId = uniqueId }
      if let name = result.name { $0.driverName = name }
      if let ip = result.ip, !ip.isEmpty, ip != $0.ip {
        $0.ip = ip
        $0.sharesAddress = result.sharesAddress
      }
      $0.progress = result.progress
    }
    if deploymentTable[slot].ip != hadIP, deploymentTable[slot].state == .usable,
      let ip = deploymentTable[slot].ip
    {
      log(.state, "its IP is now \(ip)", slot: slot)
    }
    guard let task = call.task, isCurrent(task, slot) else { return callReturned(slot) }
    take(result, of: task, slot)
    callReturned(slot)
  }

  /// Whether the operation that the call belongs to still runs.
  private func isCurrent(_ task: DriverTask, _ slot: Int) -> Bool {
    deploymentTable[slot].phase.operation?.kind == task.operation
  }

  private mutating func take(_ result: CallResult, of task: DriverTask, _ slot: Int) {
    guard let operation = deploymentTable[slot].phase.operation else {
      return outbox.breakInvariant(
        "\(deploymentTable[slot].id) has no operation that \(task.method) could answer")
    }
    switch result.taskState {
    case .running:
      noteWorking(slot, task)
      // Its place was given back meanwhile: it is called again in its turn.
      if operation.waitsToTryAgain { return }
      feed(slot) { $0.keepRunning(checkedIn: result.checkPause, at: $1) }
    case .finished:
      noteWorking(slot, task)
      if task.operation == .setReady { noteLook(slot, isGone: false) }
      finish(slot, task.operation)
    case .error(let failure): tryAgain(slot, task, operation, failure)
    }
  }

  private mutating func finish(_ slot: Int, _ kind: OperationKind) {
    change(slot) {
      $0.reason = nil
      $0.progress = nil
      $0.nextActionAt = nil
    }
    switch deploymentTable[slot].phase {
    case .preparing: prepared(slot, kind)
    case .usable: operationEnded(slot, kind)
    case .removing, .canceling: markRemoved(slot)
    case .removable, .removed, .canceled, .error:
      outbox.breakInvariant("\(deploymentTable[slot].id) has finished \(kind.word) without it")
    }
  }

  /// A permanent error ends the operation; any other is retried after a growing pause.
  private mutating func tryAgain(
    _ slot: Int, _ task: DriverTask, _ operation: Operation, _ failure: DeploymentFailure
  ) {
    let sentence = "\(task.method): \(failure.reason)"
    var least = min(failure.retryAfter ?? .zero, Timing.provider.longest)
    let failures = operation.failures + 1
    var own = timers.pause(after: failures, from: Timing.retry.first, upTo: Timing.retry.longest)
    switch failure.kind {
    case .gone where task.operation.isRepeatable:
      noteLook(slot, isGone: true)
      return fail(slot, task.operation, failure)
    case .permanent, .nameTaken, .gone: return fail(slot, task.operation, failure)
    case .portTaken:
      if failures < Timing.port.tries { own = Timing.port.pause }
      if let old = deploymentTable[slot].identity.port, let port = identityTable.takePort() {
        identityTable.giveBack(port: old)
        change(slot) { $0.identity.port = port }
      }
    case .throttled, .denied:
      deploymentTable.updateRuntime(slot) { $0.isDenied = failure.kind == .denied }
      least = restrainProvider(providerPlace(of: slot), failure)
    case .transient, .unknown: break
    }
    let wait = least + own
    feed(slot) { $0.failForNow(because: SafeText(sentence), againIn: wait, at: $1) }
    log(.failure, "\(sentence); retrying in \(wait.spoken)", level: .warning, slot: slot)
    if failures >= Timing.triesBesideReady { passOnBesideReady(slot, failure) }
  }

  /// The user of one that fails again and again goes on to one that is ready, where the provider
  /// works otherwise.
  private mutating func passOnBesideReady(_ slot: Int, _ failure: DeploymentFailure) {
    guard deploymentTable[slot].promise != nil, !deploymentTable[slot].wasLetIn,
      deploymentTable[slot].placement.isAssigned,
      poolTable[deploymentTable.pool(of: slot)].count(.l1Ready) > 0,
      let worked = providerTable[providerPlace(of: slot)].workedAt,
      worked > now.moment - Timing.retry.longest
    else { return }
    passOn(slot, because: failure.reason.text, failure)
    remove(slot, because: failure.reason.text)
  }

  /// Preparing finished: rows 1 to 4 of the contract.
  mutating func prepared(_ slot: Int, _ kind: OperationKind) {
    let deployment = deploymentTable[slot]
    let index = deploymentTable.pool(of: slot)
    if deployment.cancelRequested {
      return enqueueRemoval(slot, because: "\(kind.word) finished after its removal was requested")
    }
    let isOutdated = deploymentTable.isOutdated(slot)
    if isOutdated, deployment.placement.user == nil {
      return enqueueRemoval(slot, because: "its publication is no longer the active one")
    }
    if poolTable[index].record.traits?.waitsForOS ?? false, deployment.osState == .preparing {
      return waitForOS(slot, settings: poolTable[index].settings)
    }
    if !deployment.guest.isTold, kind != .notifyReadyFromOSManager {
      change(slot) { $0.guest.becomeReady() }
      return prepare(slot, .notifyReadyFromOSManager)
    }
    feed(slot) { deployment, _ in deployment.finishPreparing() }
    let address = deploymentTable[slot].ip.map { ", its IP is \($0)" } ?? ""
    let place = deploymentTable[slot].placement.level.map { " at \($0.rawValue)" } ?? ""
    log(.state, "usable\(place)\(address)", slot: slot)
    operationEnded(slot, kind)
  }

  private mutating func waitForOS(_ slot: Int, settings: PoolConfiguration) {
    feed(slot) { $0.waitForOS(within: settings.deadlines.osReady, at: $1) }
    log(.state, "usable, waiting for the OS manager", slot: slot)
  }

  /// Waits again for an OS manager that has not reported.
  mutating func waitForOSAgain(_ slot: Int) {
    let length = deadlines(of: slot).osReady
    feed(slot) { $0.waitForOSAgain(within: length, at: $1) }
    reconcile(slot)
  }

  /// An operation of a usable deployment finished.
  mutating func operationEnded(_ slot: Int, _ kind: OperationKind) {
    if kind == .setReady, deploymentTable[slot].placement.holder != nil,
      deploymentTable[slot].ip?.isEmpty ?? true
    {
      return askForAddress(slot)
    }
    feed(slot) { deployment, _ in deployment.finish(kind) }
    if kind == .setReady { admit(slot) }
    reconcile(slot)
    noteSuccess(slot, kind)
  }

  /// Its user cannot be let in without an address: it is asked for again within the operation's
  /// time.
  private mutating func askForAddress(_ slot: Int) {
    guard let user = deploymentTable[slot].placement.holder,
      let operation = deploymentTable[slot].phase.operation
    else { return }
    let wait = timers.pause(
      after: operation.failures + 1, from: Timing.retry.first, upTo: Timing.retry.longest)
    let sentence = SafeText("it has no IP yet: \(user) cannot be let in")
    if deploymentTable[slot].reason != sentence {
      log(.assignment, sentence.text, level: .warning, slot: slot)
    }
    feed(slot) { $0.failForNow(because: sentence, againIn: wait, at: $1) }
  }

  /// A creation succeeded, and its result is no twin: failures before it no longer lengthen the
  /// pool's restraints.
  private mutating func noteSuccess(_ slot: Int, _ kind: OperationKind) {
    switch kind {
    case .deployForCache, .deployForUser, .notifyReadyFromOSManager:
      guard deploymentTable[slot].state == .usable else { return }
      poolTable.endRestraintCount(deploymentTable.pool(of: slot))
    case .setReady:
      if deploymentTable[slot].isLetIn { poolTable.noteReady(deploymentTable.pool(of: slot), true) }
    case .moveToCache, .cancel, .destroy, .publish: break
    }
  }
}
