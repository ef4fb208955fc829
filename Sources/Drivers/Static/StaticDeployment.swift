import DeploymentInterface
import SafeTexts

/// An existing machine that is handed out as a deployment.
///
/// It carries no mark of ours, so nothing on it is ever started, stopped or destroyed: deploying
/// means claiming a machine that answers, and destroying means releasing it.
struct StaticDeployment: UserDeployment {
  typealias ServiceType = StaticService

  enum Goal: String, Codable {
    case claim, ready
  }

  private(set) var suggestedTime = TimeSpan.seconds(5)
  private var reserved = ""
  private var host: StaticHost?
  private var goal: Goal?
  /// When the operation began, in milliseconds of the engine's monotonic clock.
  private var since: Int64 = 0
  private var wokenAt: Int64?
  /// Whether a user has been let in since it was claimed.
  private var wasReady = false

  var name: String { host?.name ?? reserved }
  var uniqueId: String { host?.mac?.description ?? host?.name ?? reserved }
  /// The address that the OS manager reported; nil: the one in the list.
  private var reportedIP: String?
  var ip: String? { reportedIP ?? host?.place }

  mutating func initialize(_ environment: Environment) {
    reserved = environment.name
  }

  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try start(.claim, environment)
  }
  mutating func deployForUser(
    _ user: SafeText, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try start(.claim, environment)
  }
  mutating func setReady(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try start(.ready, environment)
  }
  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try approach(environment)
  }
  mutating func setIp(_ ip: SafeText, _ environment: Environment) async { reportedIP = ip.text }
  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try environment.service.claims.release(environment.owner, environment.number)
    if let host { environment.doLog(.info, SafeText("released \(host.words)")) }
    host = nil
    reportedIP = nil
    goal = nil
    wasReady = false
    return .finished
  }

  private mutating func start(
    _ goal: Goal, _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    if self.goal != goal {
      since = environment.now
      wokenAt = nil
    }
    self.goal = goal
    return try approach(environment)
  }

  /// Keeps the goal after a transient failure: the next call may be a check or a start.
  private mutating func approach(
    _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    do throws(DeploymentFailure) {
      switch goal {
      case .claim: return try claim(environment)
      case .ready: return try makeReady(environment)
      case nil: throw .init(.permanent, "checkState was called while no operation is running")
      }
    } catch {
      if error.kind.endsOperation { goal = nil }
      throw error
    }
  }

  // MARK: Claiming

  /// Claims the first free machine that answers, or finds the machine that was claimed before.
  private mutating func claim(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    let service = environment.service
    let claims = try service.claims.all().values
    if let own = claims.first(where: { $0.isOf(environment.owner, environment.number) }) {
      host = own.host
      return finish()
    }
    host = nil
    var identities = HostIdentities()
    let free = service.hosts.filter { host in
      service.claims.claim(on: host) == nil
        && !claims.contains { identities.areSame($0.host, host) }
    }
    guard !free.isEmpty else { throw .init(.transient, Self.allTaken(environment)) }
    let problems = HostProbe.problems(of: free, within: service.answerWithin)
    for (candidate, problem) in zip(free, problems) where problem == nil {
      let claim = HostClaims.Claim(
        owner: environment.owner, deployment: environment.number, name: reserved, host: candidate)
      guard try service.claims.take(claim) else { continue }
      // Another deployment may have claimed the same machine by another name meanwhile.
      let others = try service.claims.all().values.filter {
        !$0.isOf(environment.owner, environment.number)
      }
      if others.contains(where: { identities.areSame($0.host, candidate) }) {
        try service.claims.release(environment.owner, environment.number)
        continue
      }
      host = candidate
      environment.doLog(.info, SafeText("claimed \(candidate.words)"))
      return finish()
    }
    let silent = zip(free, problems).compactMap { host, why in why.map { (host, $0) } }
    return try wake(silent, environment)
  }

  /// Wakes the machines that can be woken and waits for them; if there are none, fails with the
  /// reasons of the silent ones.
  private mutating func wake(
    _ silent: [(host: StaticHost, why: String)], _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    let sleepers = silent.filter { $0.host.mac != nil }
    let shown = silent.prefix(5).map { "\($0.host.words): \($0.why)" }.joined(separator: "; ")
    if !sleepers.isEmpty, !isLate(environment) {
      if wokenAt == nil {
        environment.doLog(.info, SafeText("woke \(sleepers.map(\.host.name).prefix(20))"))
      }
      wakeAgain(sleepers.map(\.host), environment)
      return wait()
    }
    // Starts over: somebody may switch a machine on.
    since = environment.now
    wokenAt = nil
    throw .init(.transient, SafeText("no free host answers: \(shown)"))
  }

  private static func allTaken(_ environment: Environment) -> SafeText {
    let service = environment.service
    let claimed = service.hosts.map { ($0, service.claims.claim(on: $0)) }
    if let (damaged, _) = claimed.first(where: { $0.1?.owner == "" }) {
      return SafeText(
        "all \(service.hosts.count) hosts are in use, or seem so: "
          + service.claims.damage(on: damaged))
    }
    let others = claimed.filter { $0.1.map { $0.owner != environment.owner } ?? false }.map(\.0)
    guard let other = others.first else {
      return SafeText("all \(service.hosts.count) hosts are in use")
    }
    return SafeText(
      "all \(service.hosts.count) hosts are in use, \(others.count) of them by another engine;"
        + " if that engine is gone for good, remove \(service.claims.path(other))")
  }

  // MARK: Readying

  private mutating func makeReady(
    _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    guard let host else { throw .gone("it has no host: it was released") }
    let service = environment.service
    let isListed = service.hosts.contains { $0.place == host.place }
    guard isListed || wasReady else {
      throw .gone("\(host.words) is no longer listed in hosts")
    }
    // A lost claim is taken again, unless somebody else has the machine now.
    let claim = HostClaims.Claim(
      owner: environment.owner, deployment: environment.number, name: reserved, host: host)
    guard try service.claims.take(claim) else {
      let other = service.claims.claim(on: host)
      if other?.owner == "" { throw .permanent(service.claims.damage(on: host)) }
      throw .permanent("\(host.words) is claimed by \(other?.name ?? "another")")
    }
    guard let why = HostProbe.problems(of: [host], within: service.answerWithin)[0] else {
      // setReady also checks cached machines, which does not assign them.
      if environment.record.placement.isAssigned { wasReady = true }
      return finish()
    }
    guard !isLate(environment) else {
      let woken = host.mac == nil ? "" : ", although it was woken"
      let time = service.readyWithin.spoken
      throw .init(
        .permanent, SafeText("\(host.words) did not answer within \(time)\(woken): \(why)"))
    }
    wakeAgain([host], environment)
    return wait()
  }

  // MARK: Answers

  /// Sends the packet again while a deployment waits, because packets can be lost.
  private mutating func wakeAgain(_ hosts: [StaticHost], _ environment: Environment) {
    if let wokenAt, environment.now - wokenAt < 15_000 { return }
    wokenAt = environment.now
    for mac in hosts.compactMap(\.mac) { HostProbe.wake(mac) }
  }

  private mutating func isLate(_ environment: Environment) -> Bool {
    // The clock restarts when this machine does.
    since = min(since, environment.now)
    return environment.now - since >= environment.service.readyWithin.milliseconds
  }

  private mutating func wait() -> TaskState {
    suggestedTime = .seconds(2)
    return .running
  }

  private mutating func finish() -> TaskState {
    goal = nil
    wokenAt = nil
    return .finished
  }
}

extension DeploymentEnvironment<StaticService> {
  /// The deployment's number, as shown.
  var number: String { DeploymentID(record.id).description }
  /// The time of this call, in milliseconds of the engine's monotonic clock.
  var now: Int64 { record.time.moment.milliseconds }
}
