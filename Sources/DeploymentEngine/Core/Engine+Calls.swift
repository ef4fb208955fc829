extension Engine {
  /// Makes the next call of a deployment: what it is still to be told, then its task.
  mutating func call(_ slot: Int) {
    guard live[slot].call == nil else { return }
    let deployment = slots[slot]
    let index = live[slot].pool
    let limit = boxes[index].settings.deadlines.call
    guard !hosts[boxes[index].host].record.inMaintenance else { return }
    let task = deployment.phase.operation.flatMap { operation -> DriverTask? in
      switch operation.step {
      case .start: .start(operation.kind)
      case .check: .check(operation.kind)
      case .queued: nil
      }
    }
    guard task != nil || !deployment.notices.isEmpty else { return }
    let id = CallID(nextCall)
    nextCall += 1
    calls[id] = .deployment(deployment.id)
    live[slot].call = id
    live[slot].callTask = task
    live[slot].callDue = now.moment + limit
    live[slot].noticesSent = deployment.notices.count
    live[slot].isOverdue = false
    madeCalls.append(
      Call(
        id: id, subject: .deployment(deployment.id), pool: deployment.pool,
        notices: deployment.notices, task: task, data: deployment.data,
        record: record(of: deployment, in: index), timeLimit: limit))
    reschedule(slot)
  }

  private func record(of deployment: Deployment, in index: Int) -> CallRecord {
    let publication = boxes[index].publications.first { $0.revision == deployment.publication }
    return CallRecord(
      id: deployment.id.number, pool: boxes[index].record.name, identity: deployment.identity,
      placement: deployment.placement,
      publication: publication.map {
        PublicationReference(revision: $0.revision, name: $0.name, data: $0.data)
      }, osData: deployment.guest.data, time: now)
  }

  /// A call came back.
  mutating func callEnded(_ outcome: CallOutcome) {
    endLateCall(outcome.id, wasMade: true)
    guard let subject = calls.removeValue(forKey: outcome.id) else { return }
    switch subject {
    case .deployment(let id):
      guard let slot = slotOf[id], live[slot].call == outcome.id else { return }
      takeIn(outcome, slot)
    case .publication(let pool, let revision):
      guard let index = poolByID[pool] else { return }
      publicationCallEnded(outcome, index, revision)
    }
  }

  private mutating func takeIn(_ outcome: CallOutcome, _ slot: Int) {
    let task = live[slot].callTask
    let sent = live[slot].noticesSent
    live[slot].call = nil
    live[slot].callTask = nil
    live[slot].callDue = nil
    live[slot].isOverdue = false
    for line in outcome.log { log(.driver, line.message.text, level: line.level, slot: slot) }
    let hadIP = slots[slot].ip
    change(slot) {
      $0.notices.removeFirst(min(sent, $0.notices.count))
      if let data = outcome.data {
        $0.data = data
        $0.console = outcome.console
      }
      if let uniqueId = outcome.uniqueId { $0.uniqueId = uniqueId }
      if let name = outcome.name { $0.driverName = name }
      if let ip = outcome.ip, !ip.isEmpty { $0.ip = ip }
      $0.progress = outcome.progress
    }
    if slots[slot].ip != hadIP, slots[slot].state == .usable, let ip = slots[slot].ip {
      log(.state, "its IP is now \(ip)", slot: slot)
    }
    guard let task, slots[slot].phase.operation?.kind == task.operation else {
      return rest(slot)
    }
    let answer = outcome.answer ?? .error(.init(.unknown, "it answered nothing"))
    take(answer, of: task, outcome, slot)
    rest(slot)
  }

  /// No call is out any more: what waited for that goes on.
  mutating func rest(_ slot: Int) {
    guard live[slot].call == nil else { return }
    switch slots[slot].phase {
    case .preparing where slots[slot].cancelRequested, .removable: queueRemoval(slot)
    case .usable(nil): settle(slot)
    case .usable(.some(let operation)):
      if !failTwin(slot, operation.kind), operation.step == .queued {
        queueStart(slot, operation.kind)
      }
    case .preparing(let operation, _):
      if operation.step == .queued { queueStart(slot, operation.kind) }
    case .removing, .canceling, .removed, .canceled, .error: break
    }
    reschedule(slot)
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
    let pause = min(max(outcome.suggestedTime, Pauses.check.shortest), Pauses.check.longest)
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
    switch slots[slot].phase {
    case .preparing: prepared(slot, kind)
    case .usable: operationEnded(slot, kind)
    case .removing: gone(slot, as: .removed)
    case .canceling: gone(slot, as: .canceled)
    case .removable, .removed, .canceled, .error: break
    }
  }

  /// An error: permanent ends the operation; all else is tried again after a growing pause.
  private mutating func tryAgain(_ slot: Int, _ task: DriverTask, _ failure: DeploymentFailure) {
    let sentence = "\(task.method): \(failure.reason)"
    var least = min(failure.retryAfter ?? .zero, Pauses.provider.longest)
    switch failure.kind {
    case .permanent: return fail(slot, task.operation, failure)
    case .portTaken:
      if let old = slots[slot].identity.port, let port = identities.takePort() {
        identities.giveBack(port: old)
        change(slot) { $0.identity.port = port }
      }
    case .throttled, .denied:
      live[slot].isDenied = failure.kind == .denied
      least = restrainProvider(boxes[live[slot].pool].host, failure)
    case .transient, .unknown: break
    }
    let failures = (slots[slot].phase.operation?.failures ?? 0) + 1
    let own = pause(after: failures, from: Pauses.retry.first, upTo: Pauses.retry.longest)
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
}
