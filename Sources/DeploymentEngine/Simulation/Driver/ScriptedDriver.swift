import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// The task methods, as a script names them.
package enum Method: Hashable, Sendable {
  case deployForCache, deployForUser, moveToCache, setReady, notifyReady, cancel, destroy, publish
  case checkState

  package init(_ kind: OperationKind) {
    switch kind {
    case .deployForCache: self = .deployForCache
    case .deployForUser: self = .deployForUser
    case .moveToCache: self = .moveToCache
    case .setReady: self = .setReady
    case .notifyReadyFromOSManager: self = .notifyReady
    case .cancel: self = .cancel
    case .destroy: self = .destroy
    case .publish: self = .publish
    }
  }
}

/// What a scripted driver does when a method starts.
package enum Behaviour: Hashable, Sendable {
  /// Answers `finished`.
  case finish
  /// Answers `running` so many times, then `finished`.
  case run(Int)
  /// Answers an error.
  case fail(FailureClass, String)
  /// Answers `running` so many times, then an error.
  case runThenFail(Int, FailureClass, String)
  /// Never answers by itself; a test may still answer for it.
  case hang
  /// Does its work this much later.
  indirect case slow(TimeSpan, Behaviour)

  /// Answers `running` without end.
  package static let runForever = Behaviour.run(.max)
  /// Fails so that nothing helps.
  package static let broken = Behaviour.fail(.permanent, "the host has no such image")
  /// Fails in a way that passes.
  package static let busy = Behaviour.fail(.transient, "the host is busy")

  /// How often it answers `running`, and what then; nil: it never answers.
  package var answers: Answers? {
    switch self {
    case .finish: Answers(running: 0, last: .finished)
    case .run(let times): Answers(running: times, last: .finished)
    case .fail(let kind, let reason):
      Answers(running: 0, last: .error(.init(kind, SafeText(reason))))
    case .runThenFail(let times, let kind, let reason):
      Answers(running: times, last: .error(.init(kind, SafeText(reason))))
    case .hang: nil
    case .slow(_, let behaviour): behaviour.answers
    }
  }

  /// How long each of its calls takes.
  package var delay: TimeSpan {
    switch self {
    case .slow(let delay, _): delay
    case .finish, .run, .fail, .runThenFail, .hang: .zero
    }
  }
}

/// The answers that a behaviour gives one after the other.
package struct Answers: Hashable, Sendable {
  package var running: Int
  package var last: TaskState

  /// The next answer.
  package mutating func next() -> TaskState {
    guard running > 0 else {
      defer { last = .finished }
      return last
    }
    running -= 1
    return .running
  }
}

/// Plays the drivers: for each call an answer by script, and what would exist outside because of
/// it.
package struct ScriptedDriver {
  /// What exists outside, by its name, and whose it is.
  package internal(set) var things: [String: CallTarget] = [:]
  /// Complaints about what it was told to do: two owners of one name.
  package private(set) var complaints: [String] = []
  /// What each method does unless something else is queued.
  private var usual: [Method: Behaviour] = [:]
  /// What each method does next, in order.
  private var queued: [Method: [Behaviour]] = [:]
  private var left: [CallTarget: Answers] = [:]
  private var delays: [CallTarget: TimeSpan] = [:]
  /// The reason of an answer whose work was not done.
  static let notDone = "the connection broke before it began"
  /// How many calls there were, and which of them goes wrong, and how.
  package private(set) var count = 0
  package var failing: (call: Int, Behaviour)?
  /// How many calls went wrong.
  package private(set) var faults = 0
  /// What went wrong with the call that was answered last.
  package private(set) var fault: FaultClass?
  /// What things stand on.
  var hosts = Hosts()
  /// What exists on providers that can list it.
  var stock = ExternalResources()
  /// What such providers answer.
  var inventories = Inventories(seed: 0, without: Set(FaultClass.allCases))
  var leftovers = LeftoverPlan(seed: 0, without: Set(FaultClass.allCases))
  /// What stays though its driver will say that it is gone, and what will be made twice.
  var staying: Set<CallTarget> = []
  var doubled: Set<CallTarget> = []
  /// Decides by chance what no script decides.
  package var dice: FaultPlan?
  /// What it says when to check.
  package var suggestedTime = TimeSpan.seconds(1)
  /// Addresses are given at the end of a deploy.
  package var givesIP = true
  /// Unique ids by the name of the identity, where they are not to be `u-NAME`.
  package var uniqueIds: [String: SafeText] = [:]

  /// What a method does from now on.
  package mutating func always(_ method: Method, _ behaviour: Behaviour) {
    usual[method] = behaviour
  }
  /// What a method does the next times that it starts.
  package mutating func next(_ method: Method, _ behaviours: Behaviour...) {
    queued[method, default: []] += behaviours
  }
  /// Everything works from now on.
  package mutating func heal() {
    usual = [:]
    queued = [:]
    left = [:]
    dice = nil
    uniqueIds = [:]
    hosts.heal()
    inventories.heal()
    leftovers.heal()
    (staying, doubled) = ([], [])
  }

  /// What it complains about since the last time.
  mutating func takeComplaints() -> [String] {
    defer { complaints = [] }
    return complaints
  }

  /// A host goes down with all that it carries.
  package mutating func failHost(_ host: Int) { hosts.fail(host) }

  /// A host comes back, with what it carried or without.
  package mutating func returnHost(_ host: Int, withThings: Bool) {
    let carried = hosts.comeBack(host)
    if !withThings { carried.forEach { vanish($0) } }
  }

  /// A thing is no longer there, and nobody asked for that.
  package mutating func vanish(_ name: String) {
    guard case .deployment? = things[name] else { return }
    things[name] = nil
    stock.vanish(name)
    hosts.vanish(name)
  }

  /// Whether a thing vanished, and was not made again.
  package func hasVanished(_ name: String) -> Bool { hosts.gone.contains(name) }

  /// Something that is not ours takes a name, or gives it back.
  package mutating func stranger(at name: String) {
    if things[name] == nil { hosts.stranger(at: name) }
  }

  /// Whether a call that was out when the process died has had its effect.
  mutating func reached(_ flight: Flight) -> Bool {
    dice?.reached(hangs: flight.due == nil) ?? (flight.due != nil)
  }

  /// A person removed what it had made for a subject.
  package mutating func cleanUpByHand(_ subject: CallTarget) {
    for name in things.keys.sorted() where things[name] == subject {
      things[name] = nil
      hosts.removed(name)
    }
    if case .deployment(let id) = subject { stock.cleanUp(.deployment(id)) }
  }

  /// The answer to a call and how long it takes; nil: it hangs.
  package mutating func answer(
    to call: Call, at now: Moment
  ) -> (state: TaskState?, delay: TimeSpan)? {
    fault = nil
    guard let task = call.task else { return (nil, .zero) }
    count += 1
    let answered = answer(to: call, task, at: now)
    if fault == nil, let state = answered?.state, let left = leaves(call, task, state) {
      note(left)
    }
    return answered
  }

  private mutating func answer(
    to call: Call, _ task: DriverTask, at now: Moment
  ) -> (state: TaskState?, delay: TimeSpan)? {
    if let (number, behaviour) = failing, number == count {
      return first(behaviour, behaviour.fault)
    }
    if let behaviour = obstacleLeft(to: call, task) { return first(behaviour, nil) }
    if let (kind, behaviour) = hosts.obstacle(to: call, task) { return first(behaviour, kind) }
    switch task {
    case .start(let kind):
      let behaviour = special(Method(kind)) ?? dice?.start(kind, of: call, at: now) ?? .finish
      note(behaviour.fault)
      guard var answers = behaviour.answers else { return nil }
      let first = answers.next()
      left[call.subject] = answers
      delays[call.subject] = behaviour.delay
      return (first, behaviour.delay)
    case .check:
      if let behaviour = special(.checkState) ?? dice?.check(of: call, at: now) {
        return first(behaviour, behaviour.fault)
      }
      let state = left[call.subject]?.next() ?? .finished
      return (state, delays[call.subject] ?? .zero)
    }
  }

  private mutating func first(
    _ behaviour: Behaviour, _ kind: FaultClass?
  ) -> (state: TaskState?, delay: TimeSpan)? {
    note(kind)
    guard var answers = behaviour.answers else { return nil }
    return (answers.next(), behaviour.delay)
  }

  private mutating func note(_ kind: FaultClass?) {
    guard let kind else { return }
    fault = kind
    faults += 1
  }

  private mutating func special(_ method: Method) -> Behaviour? {
    guard var waiting = queued[method], !waiting.isEmpty else { return usual[method] }
    let first = waiting.removeFirst()
    queued[method] = waiting
    return first
  }

  /// The call has its effect outside.
  package mutating func execute(_ call: Call, _ answer: TaskState?) {
    guard let task = call.task else { return }
    let name = call.record.identity.name
    switch task {
    case .start(.deployForCache), .start(.deployForUser), .start(.publish):
      if case .error(let failure)? = answer,
        failure.kind == .portTaken || failure.reason.text == Self.notDone
          || failure.reason == Hosts.taken
      {
        return
      }
      if let owner = things[name], owner != call.subject {
        complaints.append("\(name) exists and belongs to \(owner), but \(call.subject) makes it")
      }
      things[name] = call.subject
      hosts.made(name)
      stock.made(call, twice: doubled.remove(call.subject) != nil)
    case .start(.cancel), .start(.destroy), .check(.cancel), .check(.destroy):
      guard answer == .finished else { return }
      if things[name] == call.subject { things[name] = nil }
      hosts.removed(name)
      if staying.remove(call.subject) == nil { stock.removed(call) }
    case .start, .check: return
    }
  }

  /// Everything that the runtime would read again after the call.
  package mutating func outcome(of call: Call, _ answer: TaskState?) -> CallResult {
    var outcome = CallResult(
      id: call.id, answer: answer, data: stored(after: call), suggestedTime: suggestedTime)
    guard case .deployment = call.subject else { return outcome }
    let name = call.record.identity.name
    outcome.uniqueId = uniqueIds[name] ?? SafeText("u-" + name)
    outcome.name = ""
    if case .start(let kind)? = call.task, kind.creates, answer == .running {
      return outcome
    }
    dice?.spoil(&outcome)
    let isHidden = answer != .finished && (dice?.hidesAddress() ?? false)
    outcome.ip = givesIP && !isHidden ? SafeText("ip-" + name) : ""
    return outcome
  }

  /// Bytes that say how many calls there were, so that old data can be told from new.
  private func stored(after call: Call) -> [UInt8] {
    guard call.data.count == 3 else { return [1, 0, 1] }
    let count = (UInt16(call.data[1]) << 8 | UInt16(call.data[2])) &+ 1
    return [1, UInt8(count >> 8), UInt8(count & 0xff)]
  }
}
