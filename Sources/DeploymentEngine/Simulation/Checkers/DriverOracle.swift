package import DeploymentEngine
package import DeploymentInterface

/// What a driver may be told when. It remembers only what a driver was told and what the engine was
/// told back, and judges every call by the contract. Pure: no clock, no engine.
package struct DriverOracle {
  /// What is known of one subject from its calls.
  package struct Seen {
    /// It was called at all.
    var called = false
    /// Its deploy has finished, and the engine knows.
    var deployFinished = false
    /// The operation that was really started and has not ended.
    var started: OperationKind?
    /// The last thing that the engine heard was `running`, or nothing certain since.
    var isRunning = false
    /// Its destroy or cancel has finished, and the engine knows.
    var gone = false
    /// How often `notifyReadyFromOSManager` has finished.
    var readyTold = 0
    /// `setReady` has finished since a user claimed it.
    var readySinceClaim = false
  }

  package private(set) var seen: [CallTarget: Seen] = [:]

  /// What is known of a subject.
  package func known(_ subject: CallTarget) -> Seen { seen[subject] ?? Seen() }

  /// A user claimed it: whatever was made ready before does not count.
  package mutating func claimed(_ subject: CallTarget) { seen[subject]?.readySinceClaim = false }

  /// What exists of it has a record again: it was deployed, long ago.
  package mutating func adopted(_ subject: CallTarget) {
    seen[subject] = Seen(called: true, deployFinished: true)
  }

  /// Its record is erased: its number may be met again.
  package mutating func forget(_ subject: CallTarget) { seen[subject] = nil }

  /// Judges a call about a deployment, against what is stored.
  package mutating func judge(
    _ call: Call, _ row: StoreCopy.Row<Deployment>?, traits: ServiceTraits?, inMaintenance: Bool
  ) -> [String] {
    var complaints: [String] = []
    let known = known(call.subject)
    // Said only where something is wrong: it costs more than all the rest.
    func say(_ complaint: String) -> String {
      "\(call.subject) \(call.task.map { "\($0)" } ?? "notices"): \(complaint)"
    }
    guard let row, row.record.exists else { return [say("called, and there is none")] }
    let stored = row.record
    if inMaintenance { complaints.append(say("called in maintenance")) }
    if known.gone { complaints.append(say("called after it was gone")) }
    if call.task == nil, call.notices.isEmpty { complaints.append(say("an empty call")) }
    complaints += faithful(call, stored).map(say)
    if let task = call.task { complaints += legal(task, stored, known, traits).map(say) }
    note(call)
    return complaints
  }

  /// The call says what is stored.
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
      if stored.cancelRequested { return ["checked though its end was asked for"] }
      return known.isRunning && known.started == kind ? [] : ["checked while nothing runs"]
    case .start(let kind):
      guard stored.phase.operation?.kind == kind else { return ["not its operation"] }
      if stored.cancelRequested { return ["begun though its end was asked for"] }
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

  /// Judges a call about a publication.
  package mutating func judge(
    _ call: Call, _ stored: PublicationRecord?, inMaintenance: Bool
  ) -> [String] {
    var complaints: [String] = []
    let known = known(call.subject)
    guard let stored, stored.state != .removed else { return ["\(call.subject): there is none"] }
    if inMaintenance { complaints.append("\(call.subject): called in maintenance") }
    if known.gone { complaints.append("\(call.subject): called after it was gone") }
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

  /// The engine has heard an answer and stored what it makes of it.
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
