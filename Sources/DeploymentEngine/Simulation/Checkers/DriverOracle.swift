package import DeploymentEngine
package import DeploymentInterface

/// Checks every call by the drivers' contract, knowing only the calls and the answers so far. Pure:
/// no clock, no engine.
package struct DriverOracle {
  /// Knowledge of a target from its calls.
  package struct Seen {
    /// It was called at least once.
    var called = false
    /// The engine has handled the end of its deploy.
    var deployFinished = false
    /// The operation that was started and has not ended.
    var started: OperationKind?
    /// The last definite answer was `running`.
    var isRunning = false
    /// The engine has handled the end of its destroy or cancel.
    var gone = false
    /// Number of finished `notifyReadyFromOSManager` operations.
    var readyTold = 0
    /// `setReady` has finished since it was assigned to a user.
    var readySinceClaim = false
  }

  package private(set) var seen: [CallTarget: Seen] = [:]

  /// Knowledge of a target.
  package func known(_ subject: CallTarget) -> Seen { seen[subject] ?? Seen() }

  /// Notes an assignment: an earlier `setReady` does not count.
  package mutating func claimed(_ subject: CallTarget) { seen[subject]?.readySinceClaim = false }

  /// Notes an adoption: the deployment was deployed earlier.
  package mutating func adopted(_ subject: CallTarget) {
    seen[subject] = Seen(called: true, deployFinished: true)
  }

  /// Forgets a target whose record is erased; an adoption may reuse its id.
  package mutating func forget(_ subject: CallTarget) { seen[subject] = nil }

  /// Checks a call on a deployment against its stored record.
  package mutating func judge(
    _ call: Call, _ row: StoreCopy.Row<Deployment>?, traits: ServiceTraits?, inMaintenance: Bool
  ) -> [String] {
    var complaints: [String] = []
    let known = known(call.subject)
    // Built only for a violation, since it costs more than all the checks.
    func say(_ complaint: String) -> String {
      "\(call.subject) \(call.task.map { "\($0)" } ?? "notices"): \(complaint)"
    }
    guard let row, row.record.exists else { return [say("called without a record")] }
    let stored = row.record
    if inMaintenance { complaints.append(say("called in maintenance")) }
    if known.gone { complaints.append(say("called after it was removed")) }
    if call.task == nil, call.notices.isEmpty { complaints.append(say("an empty call")) }
    complaints += faithful(call, stored).map(say)
    if let task = call.task { complaints += legal(task, stored, known, traits).map(say) }
    note(call)
    return complaints
  }

  /// The call must agree with the stored record.
  private func faithful(_ call: Call, _ stored: Deployment) -> [String] {
    var complaints: [String] = []
    if call.pool != stored.pool { complaints.append("with another pool") }
    if call.data != stored.data { complaints.append("with other data than stored") }
    if call.record.identity != stored.identity { complaints.append("with another identity") }
    if call.task != nil, call.record.placement.level != stored.placement.level {
      complaints.append("with another placement")
    }
    if call.record.id != stored.id.number { complaints.append("with another number") }
    if call.record.publication?.revision != stored.publication {
      complaints.append("with another publication")
    }
    if call.notices != Array(stored.notices.prefix(call.notices.count)) {
      complaints.append("told \(call.notices), stored \(stored.notices)")
    }
    return complaints
  }

  private func legal(
    _ task: DriverTask, _ stored: Deployment, _ known: Seen, _ traits: ServiceTraits?
  ) -> [String] {
    switch task {
    case .check(let kind):
      guard stored.phase.operation?.kind == kind else { return ["not its operation"] }
      if stored.cancelRequested { return ["checked after a cancel request"] }
      return known.isRunning && known.started == kind ? [] : ["checked while nothing runs"]
    case .start(let kind):
      guard stored.phase.operation?.kind == kind else { return ["not its operation"] }
      if stored.cancelRequested { return ["started after a cancel request"] }
      return legalStart(kind, stored, known, traits)
    }
  }

  private func legalStart(
    _ kind: OperationKind, _ stored: Deployment, _ known: Seen, _ traits: ServiceTraits?
  ) -> [String] {
    let needsDeploy = known.deployFinished ? [] : ["before its deploy has finished"]
    switch kind {
    case .deployForCache(let level):
      return refuse(known.deployFinished, "deployed again")
        + refuse(stored.state != .preparing, "while \(stored.state)")
        + refuse(stored.placement.level != level, "placed at \(stored.placement)")
        + refuse(!(traits?.cacheLevels.contains(level) ?? false), "the service has no \(level)")
    case .deployForUser:
      return refuse(known.deployFinished, "deployed again")
        + refuse(stored.state != .preparing, "while \(stored.state)")
        + refuse(!stored.placement.isAssigned, "placed at \(stored.placement)")
    case .moveToCache(let level):
      return needsDeploy + refuse(stored.state != .preparing, "while \(stored.state)")
        + refuse(traits?.cacheLevels != .l1AndL2, "the service has no L2")
        + refuse(stored.placement.level != level, "placed at \(stored.placement)")
    case .setReady, .notifyReadyFromOSManager:
      return needsDeploy + refuse(!stored.isSupply, "while \(stored.state)")
    case .cancel: return refuse(stored.state != .canceling, "while \(stored.state)")
    case .destroy: return refuse(stored.state != .removing, "while \(stored.state)")
    case .publish: return ["publish is not for deployments"]
    }
  }

  private func refuse(_ isWrong: Bool, _ complaint: @autoclosure () -> String) -> [String] {
    isWrong ? [complaint()] : []
  }

  /// Checks a call on a publication against its stored record.
  package mutating func judge(
    _ call: Call, _ stored: PublicationRecord?, inMaintenance: Bool
  ) -> [String] {
    var complaints: [String] = []
    let known = known(call.subject)
    guard let stored, stored.state != .removed else {
      return ["\(call.subject): called without a record"]
    }
    if inMaintenance { complaints.append("\(call.subject): called in maintenance") }
    if known.gone { complaints.append("\(call.subject): called after it was removed") }
    if call.data != stored.data { complaints.append("\(call.subject): other data than stored") }
    if call.record.identity.name != stored.name {
      complaints.append("\(call.subject): with another name")
    }
    switch call.task {
    case .check(let kind):
      if !known.isRunning || known.started != kind {
        complaints.append("\(call.subject): checked while nothing runs")
      }
    case .start(.publish):
      if known.deployFinished { complaints.append("\(call.subject): published again") }
    case .start(.cancel), .start(.destroy): break
    case .start, nil:
      complaints.append("\(call.subject): \(call.task.map { "\($0)" } ?? "nothing")")
    }
    note(call)
    return complaints
  }

  private mutating func note(_ call: Call) {
    func note(_ known: inout Seen) {
      known.called = true
      guard case .start(let kind)? = call.task else { return }
      known.started = kind
      known.isRunning = false
    }
    note(&seen[call.subject, default: Seen()])
  }

  /// Notes an answer that the engine has handled and stored.
  package mutating func heard(_ call: Call, _ answer: TaskState?) {
    guard let task = call.task, let answer else { return }
    let kind = task.operation
    var known = known(call.subject)
    switch answer {
    case .running: known.isRunning = true
    case .error(let failure):
      if failure.kind == .permanent { known.started = nil }
    case .finished:
      known.started = nil
      known.isRunning = false
      finished(kind, &known)
    }
    seen[call.subject] = known
  }

  private func finished(_ kind: OperationKind, _ known: inout Seen) {
    switch kind {
    case .deployForCache, .deployForUser, .publish: known.deployFinished = true
    case .moveToCache: break
    case .setReady: known.readySinceClaim = true
    case .notifyReadyFromOSManager: known.readyTold += 1
    case .cancel, .destroy: known.gone = true
    }
  }
}

extension DriverTask {
  /// The operation that it belongs to.
  package var operation: OperationKind {
    switch self {
    case .start(let kind), .check(let kind): kind
    }
  }
}
