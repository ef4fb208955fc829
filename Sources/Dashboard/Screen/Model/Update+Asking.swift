import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension ScreenModel {
  /// With more targets than this, `y` would be too quick: the number must be typed.
  static let typedCount = 20

  /// Starts an action that makes a request, from a key or the menu.
  mutating func begin(_ id: ActionID) -> [Command] {
    let action = ActionTable[id]
    if let obstacle = requestObstacle {
      complain(obstacle)
      return []
    }
    guard events == nil else {
      complain("the event list covers the selection: \(keyName(.back)) closes it")
      return []
    }
    if let displaced, marks.isEmpty, now.moment - displaced.at <= CursorLoss.lifetime {
      complain("\(displaced.name) has just disappeared: check the row, then press again")
      return []
    }
    if id == .assign { return beginAssign() }
    if id == .undo { return undo() }
    if id == .removeOrphan || id == .adopt { return openOrphans() }
    if id == .unwait { return beginUnwait() }
    if action.need == .pool { return askPool(id) }
    let targets = targets
    guard !targets.isEmpty else {
      complain(
        "select a deployment first, in \(listKeys)"
      )
      return []
    }
    let sorted = sort(targets, for: id)
    guard !sorted.permitted.isEmpty else {
      refuse(id, sorted.refused)
      return []
    }
    return confirm(action, sorted.permitted, sorted.refused)
  }

  /// Why no request can be made at present; nil: requests can be made.
  var requestObstacle: SafeText? {
    if settings.isReadOnly { return "read-only: requests are disabled" }
    if !layout.allowsActing { return "the screen is too small for actions" }
    if sequence == nil { return "the store has not been read yet" }
    if presence == LeaseStatus.none {
      return "no engine is running on this store: nothing would happen"
    }
    return nil
  }

  /// The deployments that an action applies to: the marked ones, else the selected one.
  var targets: [Deployment] {
    let catalog = catalog
    if marks.isEmpty { return subjectDeployment.map { [$0] } ?? [] }
    return SortedRows(marks.compactMap(catalog.errorKey)).ids.compactMap(catalog.deployment)
  }

  private func sort(
    _ targets: [Deployment], for id: ActionID
  ) -> (permitted: [Deployment], refused: [Refused]) {
    var permitted: [Deployment] = []
    var refused: [Refused] = []
    for target in targets {
      if let obstacle = refusal(of: id, for: target) {
        refused.append(Refused(name: target.name, sentence: obstacle))
      } else {
        permitted.append(target)
      }
    }
    return (permitted, refused)
  }

  /// Why an action on a deployment would be refused, by what is shown.
  func refusal(of id: ActionID, for deployment: Deployment) -> SafeText? {
    id.refusal(on: deployment, in: catalog.pool(deployment.pool))
  }

  private mutating func refuse(_ id: ActionID, _ refused: [Refused]) {
    guard let first = refused.first else { return }
    complain("\(ActionTable[id].label): \(first.sentence)")
    if refused.count > 1 { report = Report(title: "\(refused.count) refused", lines: refused) }
  }

  private mutating func confirm(
    _ action: Action, _ permitted: [Deployment], _ refused: [Refused]
  ) -> [Command] {
    // Deployments in use come first, where they are read.
    let targets = permitted.map(Target.init).sorted { $0.isInUse && !$1.isInUse }
    guard let answer = Self.answer(for: action, targets) else {
      return ask(action.id, targets, refused)
    }
    modal = .confirm(
      ConfirmDialog(action: action.id, targets: targets, refused: refused, answer: answer))
    return [.flushInput]
  }

  /// What must be pressed or typed first; nil: nothing.
  private static func answer(for action: Action, _ targets: [Target]) -> ConfirmDialog.Answer? {
    if targets.count > typedCount { return .typed("\(targets.count)") }
    switch action.confirmation {
    case .none: return nil
    case .always: return .key
    case .whenInUse:
      return targets.count > 1 || targets.contains { $0.user != nil } ? .key : nil
    case .typedName:
      return .typed(targets.count == 1 ? targets[0].name.text : "\(targets.count)")
    }
  }

  /// Makes the requests of an action on deployments, as they were when the key was pressed.
  mutating func ask(_ id: ActionID, _ targets: [Target], _ refused: [Refused]) -> [Command] {
    let drafts = targets.compactMap { target in
      id.request(from: catalog.deployment(target.id)?.placement.level).map {
        Draft(verb: Verb($0, of: target.id), target: target, name: target.name)
      }
    }
    return send(id, drafts, refused)
  }
}

// MARK: - Pools

extension ScreenModel {
  private mutating func askPool(_ id: ActionID) -> [Command] {
    guard let pool = poolOfSubject else {
      complain("\(ActionTable[id].label): select a pool first")
      return []
    }
    let seen = withAskedSizes(pool)
    if let obstacle = catalog.refusal(of: id, on: seen) {
      complain("\(ActionTable[id].label): \(obstacle)")
      return []
    }
    guard let verb = id.verb(on: seen) else { return [] }
    if case .resize(_, let sizes) = verb { remember(sizes, askedOf: pool) }
    let draft = Draft(verb: verb, target: nil, name: pool.name)
    guard Self.answer(for: ActionTable[id], []) != nil else { return send(id, [draft], []) }
    modal = .confirm(ConfirmDialog(action: id, targets: [], draft: draft, answer: .key))
    return [.flushInput]
  }

  /// Makes the request about a pool that was confirmed.
  mutating func ask(_ id: ActionID, _ draft: Draft) -> [Command] { send(id, [draft], []) }

  /// The pool that an action applies to: the selected one, or the only one.
  var namedPool: Pool? { chosenPool ?? (catalog.pools.count == 1 ? catalog.pools.first : nil) }

  /// The same, or the pool of the selected deployment while all pools are shown.
  var poolOfSubject: Pool? {
    namedPool ?? subjectDeployment.flatMap { catalog.pool($0.pool) }
  }

  /// The pool with the sizes already requested, so that three key presses add three.
  func withAskedSizes(_ pool: Pool) -> Pool {
    var pool = pool
    if let asked = askedSizes[pool.id] { pool.overrides = pool.overrides.merged(with: asked) }
    return pool
  }

  /// Remembers requested sizes until they arrive; nil: they are reset.
  private mutating func remember(_ sizes: SizeOverrides?, askedOf pool: Pool) {
    askedSizes[pool.id] = sizes.map {
      (askedSizes[pool.id] ?? SizeOverrides()).merged(with: $0)
    }
  }

  /// Forgets requested sizes that have arrived.
  mutating func forgetArrivedSizes() {
    for pool in live.pools {
      guard let asked = askedSizes[pool.id] else { continue }
      if asked.applied(to: pool.sizes) == pool.sizes { askedSizes[pool.id] = nil }
    }
  }
}

// MARK: - Assigning and undoing

extension ScreenModel {
  private mutating func beginAssign() -> [Command] {
    guard marks.count < 2 else {
      complain("Assign: a deployment has one user, but \(marks.count) are marked")
      return []
    }
    if marks.isEmpty, subjectDeployment == nil {
      guard let pool = namedPool else {
        complain("Assign: select a pool first, or a deployment")
        return []
      }
      if let obstacle = catalog.refusal(of: .assign, on: pool) {
        complain("Assign: \(obstacle)")
      } else {
        modal = .assign(AssignDialog(subject: .pool(pool.name)))
      }
      return []
    }
    guard let deployment = targets.first else { return [] }
    if let obstacle = refusal(of: .assign, for: deployment) {
      refuse(.assign, [Refused(name: deployment.name, sentence: obstacle)])
      return []
    }
    modal = .assign(AssignDialog(subject: .deployment(Target(deployment))))
    return []
  }

  /// Asks which user no longer waits; the first one of the queue is offered.
  private mutating func beginUnwait() -> [Command] {
    guard let pool = poolOfSubject else {
      complain("\(ActionTable[.unwait].label): select a pool first")
      return []
    }
    if let obstacle = catalog.refusal(of: .unwait, on: pool) {
      complain("\(ActionTable[.unwait].label): \(obstacle)")
      return []
    }
    var dialog = AssignDialog(subject: .queue(pool.name))
    dialog.completions = catalog.waiters(in: pool.id).prefix(Self.offeredWaiters).map(\.user)
    modal = .assign(dialog)
    return []
  }

  /// The number of waiting users that are offered.
  private static let offeredWaiters = 5

  /// Makes the request of the assign dialog.
  mutating func assign(_ subject: AssignDialog.Subject, to user: SafeText) -> [Command] {
    switch subject {
    case .deployment(let target):
      send(
        .assign, [Draft(verb: .assign(target.id, user: user), target: target, name: target.name)],
        [])
    case .pool(let name):
      send(
        .assign, [Draft(verb: .assignFromPool(name, user: user), target: nil, name: name)], [])
    case .queue(let name):
      send(.unwait, [Draft(verb: .unwait(name, user: user), target: nil, name: name)], [])
    case .orphan(let orphan): askAbout(orphan, .adopt, .adopt(orphan, user: user))
    }
  }

  /// Lets the engine read its file again, without consent to what removes something: that takes
  /// more words than a screen has room for.
  mutating func askToReload() -> [Command] {
    if let requestObstacle {
      complain("\(ActionTable[.reload].label): \(requestObstacle)")
      return []
    }
    let verb = Verb.reload(force: false, closeAll: false)
    return send(.reload, [Draft(verb: verb, target: nil, name: "configuration")], [])
  }

  /// Makes a request about an orphan.
  mutating func askAbout(_ orphan: OrphanName, _ id: ActionID, _ verb: Verb) -> [Command] {
    send(id, [Draft(verb: verb, target: nil, name: orphan.name)], [])
  }

  /// Undoes waiting requests: those of the selected deployments, else the last ones made here.
  private mutating func undo() -> [Command] {
    var waiting = targets.filter { $0.pending != nil }
    if waiting.isEmpty { waiting = lastGraceful }
    guard !waiting.isEmpty else {
      complain("Undo: no request is waiting")
      return []
    }
    return ask(.undo, waiting.map(Target.init), [])
  }

  /// The deployments of the last batch that can still be undone.
  private var lastGraceful: [Deployment] {
    let live = live
    let last = asks.batches.last { batch in
      asks.asks(of: batch).contains { $0.isGraceful && !$0.stage.isOver }
    }
    guard let last else { return [] }
    return asks.asks(of: last).filter { $0.isGraceful && !$0.stage.isOver }
      .compactMap { $0.target.flatMap { live.deployment($0.id) } }
  }
}

extension OutstandingRequest {
  /// Whether the grace time applies to the request.
  var isGraceful: Bool { verb.graceful != nil }
}

// MARK: - Sending

/// A request before it has a key.
struct Draft: Hashable, Sendable {
  var verb: Verb
  /// The deployment as it was seen; nil: the request is about a pool.
  var target: Target?
  /// The name of the subject.
  var name: SafeText
}

extension ScreenModel {
  /// Makes requests. All requests of the screen pass here, so this is where read-only is enforced.
  private mutating func send(
    _ id: ActionID, _ drafts: [Draft], _ refused: [Refused]
  ) -> [Command] {
    if let obstacle = requestObstacle {
      complain(obstacle)
      return []
    }
    guard !drafts.isEmpty else { return [] }
    let batch = asks.nextNumber
    var requests: [Request] = []
    var made: [OutstandingRequest] = []
    for draft in drafts {
      let request = request(draft)
      requests.append(request)
      made.append(
        OutstandingRequest(
          key: request.key, action: id, verb: draft.verb, target: draft.target, name: draft.name,
          batch: batch, at: now.moment, since: now.moment))
    }
    asks.add(made, action: id, refusedHere: refused)
    marks = []
    markAnchor = nil
    say("sent: \(Self.phrase(id, drafts))")
    return [.send(requests)]
  }

  private mutating func request(_ draft: Draft) -> Request {
    requests += 1
    let waits = draft.verb.graceful != nil && settings.grace > .zero
    // A waiting request may change without a new revision; undoing it must still be possible.
    var isUndo = false
    if case .undo = draft.verb { isUndo = true }
    return Request(
      key: RequestKey("\(settings.session)-\(requests)"), actor: settings.actor, verb: draft.verb,
      ifRevision: isUndo ? nil : draft.target?.revision,
      notBefore: waits ? now.utc + settings.grace : nil)
  }

  /// A short description of the requests: `Destroy lab-003`, `Destroy 17 deployments`.
  private static func phrase(_ id: ActionID, _ drafts: [Draft]) -> SafeText {
    let label = ActionTable[id].label
    return drafts.count == 1
      ? "\(label) \(drafts[0].name)" : "\(label) \(drafts.count) deployments"
  }
}
