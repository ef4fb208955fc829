import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension ScreenModel {
  /// The time for the engine's answer; then the request is withdrawn.
  static let answerTime = TimeSpan.seconds(5)
  /// How long a row shows the outcome of a request.
  static let outcomeTime = TimeSpan.seconds(10)

  mutating func take(_ reply: Reply, to key: RequestKey) {
    guard var ask = asks[key], !ask.stage.isOver else { return }
    var note: SafeText = ""
    switch reply {
    case .accepted(_, let said):
      ask.stage = ask.verb.isOverWhenAccepted ? .done : .accepted
      note = said
    case .refused(let refusal):
      ask.stage = .refused(refusal.sentence)
      forgetSizes(of: ask)
    }
    change(ask)
    // The store may have reported the outcome before the answer came.
    if ask.stage == .accepted, observe(&ask) { return }
    reportOutcome(of: ask, note)
  }

  mutating func takeWithdrawal(of key: RequestKey, isGone: Bool) {
    guard var ask = asks[key], ask.stage == .withdrawing else { return }
    guard isGone else {
      // An answer is on its way.
      ask.stage = .sent
      ask.at = now.moment
      asks[key] = ask
      return
    }
    ask.stage = .refused(
      "no engine answered within \(Self.answerTime.spoken): the request was withdrawn")
    forgetSizes(of: ask)
    change(ask)
    reportOutcome(of: ask, "")
  }

  private mutating func change(_ ask: OutstandingRequest) {
    var ask = ask
    ask.since = now.moment
    asks[ask.key] = ask
  }

  private mutating func forgetSizes(of ask: OutstandingRequest) {
    guard case .resize = ask.verb else { return }
    if let pool = live.pools.first(where: { $0.name == ask.name }) { askedSizes[pool.id] = nil }
  }

  /// Advances the requests: withdraws the unanswered, observes the accepted, forgets the old.
  mutating func advanceRequests() -> [Command] {
    guard !asks.isIdle else { return [] }
    var late: [RequestKey] = []
    for var ask in asks.open {
      if ask.stage == .sent, now.moment - ask.at >= Self.answerTime {
        ask.stage = .withdrawing
        change(ask)
        late.append(ask.key)
      } else if ask.stage == .withdrawing, now.moment - ask.since >= Self.answerTime {
        ask.stage = .failed(
          "no answer, and the request could not be withdrawn: check whether it was carried out")
        change(ask)
        reportOutcome(of: ask, "")
      } else if ask.stage == .accepted {
        _ = observe(&ask)
      }
    }
    forgetOldRequests()
    return late.isEmpty ? [] : [.withdraw(late)]
  }

  /// Checks the outcome of an accepted request; returns whether it is over and reported.
  private mutating func observe(_ ask: inout OutstandingRequest) -> Bool {
    guard let target = ask.target else { return false }
    let deployment = live.deployment(target.id)
    if deployment?.pending?.key == ask.key {
      ask.wasPending = true
      asks[ask.key] = ask
      return false
    }
    guard let stage = ask.outcome(deployment) else { return false }
    ask.stage = stage
    change(ask)
    reportOutcome(of: ask, "")
    return true
  }

  private mutating func forgetOldRequests() {
    for batch in asks.batches {
      let made = asks.asks(of: batch)
      let isOld = made.allSatisfy { $0.stage.isOver && now.moment - $0.since > Self.outcomeTime }
      if isOld { asks.forget(batch.number) }
    }
  }
}

// MARK: - Reports

extension ScreenModel {
  private mutating func reportOutcome(of ask: OutstandingRequest, _ note: SafeText) {
    guard let batch = asks.batch(ask.batch) else { return }
    if batch.requests.count == 1, batch.refusedHere.isEmpty {
      reportOne(ask, note)
    } else {
      reportOutcome(of: batch)
    }
  }

  private mutating func reportOne(_ ask: OutstandingRequest, _ note: SafeText) {
    let label = ActionTable[ask.action].label
    switch ask.stage {
    case .sent, .withdrawing: break
    case .accepted:
      if ask.isGraceful, settings.grace > .zero {
        say("\(label) \(ask.name) in \(settings.grace.spoken): \(keyName(.undo)) undoes it")
      } else {
        say(note.isEmpty ? "\(label) \(ask.name): accepted" : "\(label) \(ask.name): \(note)")
      }
    case .done:
      say(note.isEmpty ? "\(ask.name) \(ask.pastWord)" : "\(label) \(ask.name): \(note)", .done)
    case .failed(let sentence): complain("\(label) \(ask.name): \(sentence)")
    case .refused(let sentence): complain("\(label) refused: \(sentence)")
    }
  }

  /// Reports a batch of several requests: when all have been answered, and when all are over.
  private mutating func reportOutcome(of batch: Batch) {
    let made = asks.asks(of: batch)
    let waits = made.contains { $0.stage == .sent || $0.stage == .withdrawing }
    guard !waits else { return }
    let isOver = made.allSatisfy(\.stage.isOver)
    guard isOver || !batch.isAnswered else { return }
    asks.markAnswered(batch.number)
    let bad = batch.refusedHere + made.compactMap(\.complaint)
    let done = made.filter { $0.stage == .done }.count
    let accepted = made.filter { $0.stage == .accepted }.count
    var parts = accepted > 0 ? ["\(accepted) accepted"] : []
    if done > 0 || parts.isEmpty {
      parts.insert("\(done) \(made.first?.pastWord ?? "done")", at: 0)
    }
    let failed = made.filter(\.isFailed).count
    if failed > 0 { parts.append("\(failed) failed") }
    if bad.count > failed { parts.append("\(bad.count - failed) refused") }
    let title = SafeText("\(ActionTable[batch.action].label): \(parts.joined(separator: ", "))")
    say(title, bad.isEmpty ? .done : .failure)
    if !bad.isEmpty { report = Report(title: title, lines: bad) }
  }
}

extension OutstandingRequest {
  /// The result in the past tense, for a sentence about it.
  var pastWord: String {
    switch action {
    case .cancel: "cancelled"
    case .move: "moved"
    case .ready: "ready"
    case .assign: "assigned"
    case .retry: "retried"
    case .release: "released"
    case .destroy: "destroyed"
    case .forget: "forgotten"
    case .undo: "undone"
    default: "changed"
    }
  }

  var isFailed: Bool { if case .failed = stage { true } else { false } }

  /// The reason of a failure or refusal.
  var complaint: Refused? {
    switch stage {
    case .failed(let sentence), .refused(let sentence): Refused(name: name, sentence: sentence)
    case .sent, .withdrawing, .accepted, .done: nil
    }
  }

  /// The outcome of an accepted request, as far as the deployment shows it; nil: it continues.
  func outcome(_ deployment: Deployment?) -> Stage? {
    guard let target else { return .done }
    guard let deployment else { return endsInHistory ? .done : .failed("it is gone") }
    guard deployment.revision > target.revision else { return nil }
    if deployment.phase.isHistory { return endsInHistory ? .done : .failed("it was removed") }
    let isInSameState = deployment.stateSince == target.stateSince
    if deployment.state == .error, !isInSameState {
      return .failed(deployment.reason ?? "it is in error")
    }
    if wasPending, !deployment.isLeaving {
      return .failed(
        isInSameState
          ? "it was undone" : "too late, it is \(deployment.state.rawValue)")
    }
    switch verb {
    case .move(_, let level):
      return deployment.state == .usable && deployment.placement.level == level ? .done : nil
    case .ready, .retry: return deployment.phase == .usable(nil) ? .done : nil
    case .assign: return deployment.placement.isAssigned && deployment.isReady ? .done : nil
    default: return nil
    }
  }

  /// Whether success means that the deployment becomes history.
  private var endsInHistory: Bool { isGraceful || action == .forget }
}

extension Deployment {
  /// Whether the deployment is being removed, or will be.
  var isLeaving: Bool {
    switch state {
    case .removable, .removing, .canceling, .removed, .canceled: true
    case .preparing, .usable, .error: cancelRequested
    }
  }
}

extension Verb {
  /// Whether the request is complete once the engine has accepted it.
  var isOverWhenAccepted: Bool {
    switch self {
    case .cancel, .destroy, .release, .move, .ready, .assign, .retry, .forget: false
    case .assignFromPool, .unwait, .undo, .publish, .forcePublication, .cancelPublication, .pause,
      .resume, .lift, .resize, .maintenance, .notify, .removeOrphan, .noteRemoval, .adopt, .reload:
      true
    }
  }
}
