import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// The methods of a driver, for scripts.
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

/// The behaviour of a scripted driver when a method starts.
package enum Behaviour: Hashable, Sendable {
  /// Answers `finished`.
  case finish
  /// Answers `running` this many times, then `finished`.
  case run(Int)
  /// Answers an error.
  case fail(FailureClass, String)
  /// Answers `running` this many times, then an error.
  case runThenFail(Int, FailureClass, String)
  /// Never answers on its own; a test may answer for it.
  case hang
  /// Behaves the same way after a delay.
  indirect case slow(TimeSpan, Behaviour)

  /// Answers `running` forever.
  package static let runForever = Behaviour.run(.max)
  /// Fails permanently.
  package static let broken = Behaviour.fail(.permanent, "the host has no such image")
  /// Fails transiently.
  package static let busy = Behaviour.fail(.transient, "the host is busy")

  /// Its answers; nil if it never answers.
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

  /// Duration of each of its calls.
  package var delay: TimeSpan {
    switch self {
    case .slow(let delay, _): delay
    case .finish, .run, .fail, .runThenFail, .hang: .zero
    }
  }
}

/// The sequence of answers of a behaviour.
package struct Answers: Hashable, Sendable {
  package var running: Int
  package var last: TaskState

  /// Returns the next answer.
  package mutating func next() -> TaskState {
    guard running > 0 else {
      defer { last = .finished }
      return last
    }
    running -= 1
    return .running
  }
}

/// Simulates the drivers: answers each call by script, and tracks the resources that would exist
/// outside.
package struct ScriptedDriver {
  /// The external resources and their owners, by name.
  package internal(set) var things: [String: CallTarget] = [:]
  /// Violations: two owners of one name.
  package private(set) var complaints: [String] = []
  /// The behaviour of each method unless another is queued.
  private var usual: [Method: Behaviour] = [:]
  /// The next behaviours of each method, in order.
  private var queued: [Method: [Behaviour]] = [:]
  private var left: [CallTarget: Answers] = [:]
  private var delays: [CallTarget: TimeSpan] = [:]
  /// The reason of an unknown outcome whose work was not done.
  static let notDone = "the connection broke before it began"
  /// Number of calls so far.
  package private(set) var count = 0
  package var failing: (call: Int, Behaviour)?
  /// Number of calls with a fault.
  package private(set) var faults = 0
  /// The fault of the last call.
  package private(set) var fault: FaultClass?
  /// The hosts of the resources.
  var hosts = Hosts()
  /// The resources on providers that can list.
  var resources = ExternalResources()
  /// The answers of these providers.
  var inventories = Inventories(seed: 0, without: Set(FaultClass.allCases))
  var leftovers = LeftoverPlan(seed: 0, without: Set(FaultClass.allCases))
  /// Targets whose resources survive their removal, and targets that get a second one.
  var staying: Set<CallTarget> = []
  var doubled: Set<CallTarget> = []
  /// Draws the faults of calls that no script decides.
  package var faultPlan: FaultPlan?
  /// The time until the next check that it suggests.
  package var suggestedTime = TimeSpan.seconds(1)
  /// Whether a deploy yields an address.
  package var givesIP = true
  /// Unique ids by name, where they differ from `u-NAME`.
  package var uniqueIds: [String: SafeText] = [:]
  /// Addresses by name, where they differ from `ip-NAME`.
  package var addresses: [String: SafeText] = [:]

  /// Sets the behaviour of a method from now on.
  package mutating func always(_ method: Method, _ behaviour: Behaviour) {
    usual[method] = behaviour
  }
  /// Queues the behaviours of a method's next starts.
  package mutating func next(_ method: Method, _ behaviours: Behaviour...) {
    queued[method, default: []] += behaviours
  }
  /// Stops all faults and scripts.
  package mutating func heal() {
    usual = [:]
    queued = [:]
    left = [:]
    faultPlan = nil
    uniqueIds = [:]
    addresses = [:]
    hosts.heal()
    inventories.heal()
    leftovers.heal()
    (staying, doubled) = ([], [])
  }

  /// Takes the violations since the last time.
  mutating func takeComplaints() -> [String] {
    defer { complaints = [] }
    return complaints
  }

  /// Takes a host down with all its resources.
  package mutating func failHost(_ host: Int) { hosts.fail(host) }

  /// Brings a host back, with or without its resources.
  package mutating func returnHost(_ host: Int, withThings: Bool) {
    let carried = hosts.comeBack(host)
    if !withThings { carried.forEach { vanish($0) } }
  }

  /// Lets the resource of a deployment vanish.
  package mutating func vanish(_ name: String) {
    guard case .deployment? = things[name] else { return }
    things[name] = nil
    resources.vanish(name)
    hosts.vanish(name)
  }

  /// Whether a resource has vanished and was not created again.
  package func hasVanished(_ name: String) -> Bool { hosts.gone.contains(name) }

  /// Lets a foreign resource take a free name, or removes it again.
  package mutating func toggleForeign(at name: String) {
    if things[name] == nil { hosts.toggleForeign(at: name) }
  }

  /// Whether a call that was in flight when the process died took effect.
  mutating func reached(_ flight: Flight) -> Bool {
    faultPlan?.reached(hangs: flight.due == nil) ?? (flight.due != nil)
  }

  /// Lets a user remove the resources of a target by hand.
  package mutating func cleanUpByHand(_ subject: CallTarget) {
    for name in things.keys.sorted() where things[name] == subject {
      things[name] = nil
      hosts.removed(name)
    }
    if case .deployment(let id) = subject { resources.cleanUp(.deployment(id)) }
  }

  /// The answer to a call and its delay; nil if the call hangs.
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
      let behaviour = special(Method(kind)) ?? faultPlan?.start(kind, of: call, at: now) ?? .finish
      note(behaviour.fault)
      guard var answers = behaviour.answers else { return nil }
      let first = answers.next()
      left[call.subject] = answers
      delays[call.subject] = behaviour.delay
      return (first, behaviour.delay)
    case .check:
      if let behaviour = special(.checkState) ?? faultPlan?.check(of: call, at: now) {
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

  /// Applies the effect of a call outside.
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
      resources.made(call, twice: doubled.remove(call.subject) != nil)
    case .start(.cancel), .start(.destroy), .check(.cancel), .check(.destroy):
      guard answer == .finished else { return }
      if things[name] == call.subject { things[name] = nil }
      hosts.removed(name)
      if staying.remove(call.subject) == nil { resources.removed(call) }
    case .start, .check: return
    }
  }

  /// The result that the runtime would read after the call.
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
    faultPlan?.spoil(&outcome)
    let isHidden = answer != .finished && (faultPlan?.hidesAddress() ?? false)
    outcome.ip = givesIP && !isHidden ? addresses[name] ?? SafeText("ip-" + name) : ""
    return outcome
  }

  /// Data that counts the calls, so that checkers can tell old data from new.
  private func stored(after call: Call) -> [UInt8] {
    guard call.data.count == 3 else { return [1, 0, 1] }
    let count = (UInt16(call.data[1]) << 8 | UInt16(call.data[2])) &+ 1
    return [1, UInt8(count >> 8), UInt8(count & 0xff)]
  }
}
