/// What comes of the calls of a deployment.
extension Engine {
  /// A call came back.
  mutating func deploymentCallEnded(_ outcome: CallOutcome, _ id: DeploymentID) {
    guard let slot = deploymentTable.slot(id),
      let call = deploymentTable.runtime(slot).call, call.id == outcome.id
    else { return }
    _ = deploymentTable.endCall(slot)
    for line in outcome.log { log(.driver, line.message.text, level: line.level, slot: slot) }
    let hadIP = deploymentTable[slot].ip
    change(slot) {
      $0.notices.removeFirst(min(call.noticesSent, $0.notices.count))
      if let data = outcome.data {
        $0.data = data
        $0.console = outcome.console
      }
      if let uniqueId = outcome.uniqueId { $0.uniqueId = uniqueId }
      if let name = outcome.name { $0.driverName = name }
      if let ip = outcome.ip, !ip.isEmpty { $0.ip = ip }
      $0.progress = outcome.progress
    }
    if deploymentTable[slot].ip != hadIP, deploymentTable[slot].state == .usable,
      let ip = deploymentTable[slot].ip
    {
      log(.state, "its IP is now \(ip)", slot: slot)
    }
    guard let task = call.task, isCurrent(task, slot) else { return callReturned(slot) }
    let answer = outcome.answer ?? .error(.init(.unknown, "it answered nothing"))
    take(answer, of: task, outcome, slot)
    callReturned(slot)
  }

  /// The operation that was called for still runs.
  private func isCurrent(_ task: DriverTask, _ slot: Int) -> Bool {
    deploymentTable[slot].phase.operation?.kind == task.operation
  }

  private mutating func take(
    _ answer: TaskState, of task: DriverTask, _ outcome: CallOutcome, _ slot: Int
  ) {
    switch answer {
    case .running:
      noteWorking(slot, task)
      keepRunning(slot, outcome)
    case .finished:
      noteWorking(slot, task)
      finish(slot, task.operation)
    case .error(let failure): tryAgain(slot, task, failure)
    }
  }

  private mutating func keepRunning(_ slot: Int, _ outcome: CallOutcome) {
    let pause = min(max(outcome.suggestedTime, Timing.check.shortest), Timing.check.longest)
    change(slot) {
      guard var operation = $0.phase.operation else { return }
      operation.step = .check
      operation.failures = 0
      if operation.kind == .notifyReadyFromOSManager { $0.guest.tell() }
      switch $0.phase {
      case .usable: $0.phase = .preparing(operation)
      case .preparing, .removing, .canceling, .removable, .removed, .canceled, .error:
        $0.phase = $0.phase.with(operation)
      }
      $0.reason = nil
      $0.next = $1.deadline(in: pause)
    }
  }

  private mutating func finish(_ slot: Int, _ kind: OperationKind) {
    change(slot) {
      $0.reason = nil
      $0.progress = nil
      $0.next = nil
    }
    switch deploymentTable[slot].phase {
    case .preparing: prepared(slot, kind)
    case .usable: operationEnded(slot, kind)
    case .removing: markRemoved(slot, as: .removed)
    case .canceling: markRemoved(slot, as: .canceled)
    case .removable, .removed, .canceled, .error: break
    }
  }

  /// An error: permanent ends the operation; all else is tried again after a growing pause.
  private mutating func tryAgain(_ slot: Int, _ task: DriverTask, _ failure: DeploymentFailure) {
    let sentence = "\(task.method): \(failure.reason)"
    var least = min(failure.retryAfter ?? .zero, Timing.provider.longest)
    switch failure.kind {
    case .permanent: return fail(slot, task.operation, failure)
    case .portTaken:
      if let old = deploymentTable[slot].identity.port, let port = identityTable.takePort() {
        identityTable.giveBack(port: old)
        change(slot) { $0.identity.port = port }
      }
    case .throttled, .denied:
      deploymentTable.updateRuntime(slot) { $0.isDenied = failure.kind == .denied }
      least = restrainProvider(providerPlace(of: slot), failure)
    case .transient, .unknown: break
    }
    let failures = (deploymentTable[slot].phase.operation?.failures ?? 0) + 1
    let own = timers.pause(after: failures, from: Timing.retry.first, upTo: Timing.retry.longest)
    let wait = least + own
    change(slot) {
      guard var operation = $0.phase.operation else { return }
      operation.failures = failures
      $0.phase = $0.phase.with(operation)
      $0.reason = SafeText(sentence)
      $0.next = $1.deadline(in: wait)
    }
    log(.failure, "\(sentence); again in \(wait.spoken)", level: .warning, slot: slot)
  }

  /// Preparing has finished: rows 1 to 4 of the contract.
  mutating func prepared(_ slot: Int, _ kind: OperationKind) {
    let deployment = deploymentTable[slot]
    let index = deploymentTable.pool(of: slot)
    if deployment.cancelRequested {
      return enqueueRemoval(slot, because: "\(kind.word) finished after its end had been asked for")
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
      return begin(
        slot, .notifyReadyFromOSManager, as: { .preparing($0) },
        within: poolTable[index].settings.deadlines.preparing)
    }
    change(slot) {
      $0.phase = .usable(nil)
      // Its service may have waited for the OS once, and wait no longer.
      $0.guest.becomeReady()
      $0.notices.add(.finish)
    }
    let address = deploymentTable[slot].ip.map { ", its IP is \($0)" } ?? ""
    let place = deploymentTable[slot].placement.level.map { " at \($0.rawValue)" } ?? ""
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
    let length = poolTable[deploymentTable.pool(of: slot)].settings.deadlines.osReady
    change(slot) {
      $0.phase = .usable(nil)
      $0.reason = nil
      $0.next = nil
      $0.patience = $1.deadline(in: length)
    }
    reconcile(slot)
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
    if kind == .setReady { admit(slot) }
    reconcile(slot)
  }
}
