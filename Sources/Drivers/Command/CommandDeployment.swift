import Basics
import DeploymentInterface
import SafeTexts

/// A deployment that a driver program creates.
///
/// Every operation is one verb, repeated until it answers `done`. Verbs are declarative, so a
/// repeated one has no further effect. The answer `done` counts only when `status`, which changes
/// nothing, confirms it.
struct CommandDeployment: UserDeployment {
  typealias ServiceType = CommandService

  /// The goal of the running operation.
  enum Goal: String, Codable {
    case createRunning, createSuspended, resume, suspend, ready, gone
    /// `ready` is done, and the user cannot be let in before the resource has its address. The verb
    /// is not repeated meanwhile, because it might begin anew.
    case address
  }

  private(set) var name = ""
  private(set) var uniqueId = ""
  private(set) var ip: String?
  /// Whether the program has given a unique id. One that does not tell the resources apart may give
  /// one address for all of them.
  private var isIdentified: Bool?
  /// The address that the program gave last. A repeated one does not replace what the OS manager
  /// reported since.
  private var observedIP: String?
  private(set) var console: String?
  private(set) var suggestedTime = TimeSpan.seconds(1)
  private(set) var progress: Progress?
  private var goal: Goal?
  private var vm: String?
  private var state: JSONValue?

  var sharesAddress: Bool { isIdentified != true }

  mutating func initialize(_ environment: Environment) {
    if name.isEmpty { name = environment.name }
    if uniqueId.isEmpty { uniqueId = environment.mac?.description ?? name }
  }

  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await start(level == .l1 ? .createRunning : .createSuspended, environment)
  }
  mutating func deployForUser(
    _ user: SafeText, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await start(.createRunning, environment)
  }
  mutating func moveToCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await start(level == .l1 ? .resume : .suspend, environment)
  }
  mutating func setReady(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await start(.ready, environment)
  }
  mutating func setIp(_ ip: SafeText, _ environment: Environment) async { self.ip = ip.text }
  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await start(.gone, environment)
  }

  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    guard let goal else {
      throw .permanent("checkState was called while no operation is running")
    }
    if goal == .address { return try await confirm(goal, environment) }
    return try await approach(goal, environment)
  }

  private mutating func start(
    _ goal: Goal, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    self.goal = goal
    progress = nil
    return try await approach(goal, environment)
  }

  // MARK: Asking

  private mutating func approach(
    _ goal: Goal, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    var request = request(goal.verb.rawValue, environment)
    request.end = goal.end
    switch await environment.ask(request) {
    case .failed(let failure): throw await completed(failure, goal, environment)
    case .absent(let message):
      switch goal {
      case .gone: break
      case .createRunning, .createSuspended:
        throw await completed(.init(.permanent, message), goal, environment)
      case .resume, .suspend, .ready, .address: throw .gone(message.text)
      }
    case .reply(let reply):
      try take(reply, environment)
      if reply.outcome == .running { return run(reply) }
    }
    return try await confirm(goal, environment)
  }

  /// A failure that ends the operation, with what `status` says besides: that nothing was made, or
  /// that what should exist is gone. What `status` cannot tell stays as it was.
  private func completed(
    _ failure: DeploymentFailure, _ goal: Goal, _ environment: Environment
  ) async -> DeploymentFailure {
    guard failure.kind == .permanent, goal != .gone, await isAbsent(environment) else {
      return failure
    }
    return goal.makes
      ? .init(failure.kind, failure.reason, leavesNothing: true) : .gone(failure.reason.text)
  }

  private func isAbsent(_ environment: Environment) async -> Bool {
    switch await environment.ask(request(DriverVerb.status.rawValue, environment)) {
    case .absent: true
    case .reply(let reply): reply.observed?.power == .absent
    case .failed: false
    }
  }

  /// Checks with `status` whether the verb's answer is true.
  private mutating func confirm(
    _ goal: Goal, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    let power: DriverPower
    switch await environment.ask(request(DriverVerb.status.rawValue, environment)) {
    case .failed(let failure): throw failure
    case .absent: power = .absent
    case .reply(let reply):
      try take(reply, environment)
      guard let observed = reply.observed?.power else {
        throw .unknown("status does not report the state (observed.power)")
      }
      power = observed
      guard power == .absent || reply.isIdentified else {
        throw .unknown("status does not report the mark (observed.key and observed.owner)")
      }
    }
    if goal.isReached(by: power) {
      return needsAddress(goal, environment) ? awaitAddress() : finish(goal)
    }
    let sentence = SafeText("\(goal.verb.rawValue) answered done, but \(power.words)")
    guard power == .absent else {
      // A removed resource may take a while to disappear from the platform.
      throw .init(goal == .gone ? .transient : .permanent, sentence)
    }
    throw goal.makes
      ? .init(.permanent, sentence, leavesNothing: true) : .gone(sentence.text)
  }

  private func request(_ verb: String, _ environment: Environment) -> DriverRequest {
    let record = environment.record
    var request = environment.service.program.request(verb)
    request.key = CommandService.key(owner: environment.owner, record)
    request.owner = environment.owner
    request.pool = record.pool.text
    request.deployment = DeploymentID(record.id).description
    request.name = record.identity.name
    request.mac = record.identity.mac?.description
    request.port = record.identity.port
    request.user = record.placement.user?.text
    request.vm = vm
    request.state = state
    request.service = environment.service.plan.configuration
    if let reference = record.publication, let publication = environment.publication {
      request.publication = publication.reference(reference, owner: environment.owner)
    }
    return request
  }

  // MARK: Answers

  /// Takes over the driver's data about the resource; throws if it describes another resource.
  private mutating func take(
    _ reply: DriverReply, _ environment: Environment
  ) throws(DeploymentFailure) {
    if let wrong = reply.contradiction(of: environment) { throw wrong }
    if let kept = reply.state {
      let most = Limits.driverStateBytes
      guard kept.size <= most else {
        throw .permanent(
          "the driver returned \(kept.size) bytes of state; the maximum is \(most)")
      }
      state = kept == .null ? nil : kept
    }
    if let said = reply.vm {
      guard let plain = Self.plain(said) else {
        throw .permanent("the driver's `vm` must be a short plain text")
      }
      vm = plain
    }
    guard let observed = reply.observed else { return }
    if let said = observed.ip, !said.isEmpty {
      if let problem = AddressText.problem(said) {
        throw .unknown("the driver's answer is refused: its `ip` \(problem)")
      }
      if said != observedIP { ip = said }
      observedIP = said
    }
    console = observed.console.flatMap(Self.plain)
    if let said = observed.uniqueId.flatMap(Self.plain) {
      uniqueId = said
      isIdentified = true
    }
    if let said = observed.name.flatMap(Self.plain) { name = said }
  }

  /// The text if it is short and inert without changes.
  private static func plain(_ text: String) -> String? {
    let safe = SafeText(text, limit: 255)
    return safe.text == text && !text.isEmpty ? text : nil
  }

  private mutating func run(_ reply: DriverReply) -> TaskState {
    suggestedTime = .milliseconds(min(600_000, max(20, reply.pollMs ?? 1000)))
    progress = reply.progress.flatMap { percent in
      percent.isFinite ? Progress(done: Int(min(100, max(0, percent))), of: 100) : nil
    }
    return .running
  }

  private func needsAddress(_ goal: Goal, _ environment: Environment) -> Bool {
    guard goal == .ready || goal == .address, environment.record.placement.isAssigned else {
      return false
    }
    return ip?.isEmpty ?? true
  }

  private mutating func awaitAddress() -> TaskState {
    goal = .address
    progress = nil
    suggestedTime = .seconds(2)
    return .running
  }

  private mutating func finish(_ goal: Goal) -> TaskState {
    self.goal = nil
    progress = nil
    if goal == .gone {
      ip = nil
      observedIP = nil
      vm = nil
      state = nil
    }
    return .finished
  }
}

extension CommandDeployment.Goal {
  var verb: DriverVerb {
    switch self {
    case .createRunning, .createSuspended: .create
    case .resume: .resume
    case .suspend: .suspend
    case .ready, .address: .ready
    case .gone: .delete
    }
  }

  /// Whether it is made, and not only changed.
  var makes: Bool { verb == .create }

  /// The state in which `create` must end.
  var end: String? {
    switch self {
    case .createRunning: "running"
    case .createSuspended: "suspended"
    case .resume, .suspend, .ready, .address, .gone: nil
    }
  }

  func isReached(by power: DriverPower) -> Bool {
    switch self {
    case .createRunning, .resume, .ready, .address: power == .running
    case .createSuspended, .suspend: power == .suspended || power == .off
    case .gone: power == .absent
    }
  }
}

extension DriverReply {
  /// Whether it contains the key and the owner.
  fileprivate var isIdentified: Bool { observed?.key != nil && observed?.owner != nil }

  /// The failure if the reply is about another resource; nil if it is not.
  fileprivate func contradiction(
    of environment: DeploymentEnvironment<CommandService>
  ) -> DeploymentFailure? {
    guard let observed, observed.power != .absent else { return nil }
    let record = environment.record
    let key = CommandService.key(owner: environment.owner, record)
    let said = [("key", observed.key, key), ("owner", observed.owner, environment.owner)]
    for case (let what, let other?, let own) in said where other != own {
      let text = SafeText(other, limit: 120)
      return .init(
        .permanent, SafeText("not ours: it has the \(what) \(text), and ours has \(own)"))
    }
    if let mac = record.identity.mac, let other = observed.mac,
      MACAddress(parsing: other.lowercased()) != mac
    {
      let text = SafeText(other, limit: 40)
      return .init(.permanent, SafeText("it has the MAC \(text), but \(mac) was assigned to it"))
    }
    return nil
  }
}

extension DeploymentEnvironment<CommandService> {
  /// Calls the driver program; its standard error and warnings go to the deployment's log.
  func ask(_ request: DriverRequest) async -> DriverProgram.Answer {
    await service.ask(request) { doLog($0, $1) }
  }
}
