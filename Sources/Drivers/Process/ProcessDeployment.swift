import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// A process group of this machine, as a deployment.
///
/// Each call reads the current state, takes the next step towards the goal and returns: nothing
/// here sleeps or waits for a process. Earlier observations are not relied on, because processes
/// end and others stop and thaw them, and the engine may have been killed between any two lines.
struct ProcessDeployment: UserDeployment {
  typealias ServiceType = ProcessService

  /// The goal of the running operation.
  enum Goal: String, Codable {
    case running, frozen, gone
  }

  private(set) var name = ""
  var ip: String?
  private(set) var suggestedTime = TimeSpan.milliseconds(50)
  /// The first process of the group, from its start until all are gone.
  var leader: ProcessIdentity?
  var goal: Goal?
  /// When the goal was set, in milliseconds of the monotonic clock, which stops while the machine
  /// sleeps.
  var since: Int64 = 0
  /// Whether it has been ready since it was started.
  var wasReady = false
  /// Whether its port may take until `readyWithin` to accept, because it was just started or
  /// thawed.
  var isPatient = false
  /// Whether the next check must start it (again), because its port was taken or the rest of a
  /// failed start is being killed.
  var mustBegin = false
  /// The port that was passed to it when it was started.
  var startedPort: UInt16?
  /// The address that the OS manager reported; nil: the driver's own.
  var reportedIP: String?
  /// Whether another program accepted on its port at the last check.
  var sawForeign: Bool?
  /// Whether it is being killed because it did not end when asked to.
  var isKilling = false

  /// The name that `dashboard notify` uses; known before the start, so that it can be passed to the
  /// process.
  var uniqueId: String { name }

  mutating func initialize(_ environment: Environment) {
    name = environment.name
  }

  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: level == .l1 ? .running : .frozen)
    wasReady = false
    return try begin(environment)
  }

  mutating func deployForUser(
    _ user: SafeText, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: .running)
    wasReady = false
    return try begin(environment)
  }

  mutating func moveToCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: level == .l1 ? .running : .frozen)
    return try approach(environment)
  }

  mutating func setReady(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: .running)
    return try approach(environment)
  }

  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    mustBegin ? try begin(environment) : try approach(environment)
  }

  mutating func setIp(_ ip: SafeText, _ environment: Environment) async {
    reportedIP = ip.text
    self.ip = ip.text
  }

  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: .gone)
    return try ask(environment)
  }

  /// Asks all its processes to end.
  private mutating func ask(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    let family = try family(environment)
    if family.isGone { return try approachGone(environment) }
    let signal = environment.service.plan.stopSignal
    family.signal(signal.number)
    family.signal(SIGCONT)
    environment.doLog(.info, SafeText("asked \(family) to end with \(signal.rawValue)"))
    return wait()
  }

  private mutating func aim(at goal: Goal) {
    self.goal = goal
    since = SystemClock.monotonicMilliseconds
    isPatient = false
    mustBegin = false
    isKilling = false
  }

  private mutating func approach(
    _ environment: Environment
  ) throws(DeploymentFailure) -> TaskState {
    switch goal {
    case .running: try approachRunning(environment)
    case .frozen: try approachFrozen(environment)
    case .gone: try approachGone(environment)
    case nil: throw .permanent("checkState was called while no operation is running")
    }
  }

  /// Finds the process that an earlier call started, or starts it.
  private mutating func begin(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    isPatient = true
    // Stays set until it is found or started, because anything before that may fail and must be
    // repeated.
    mustBegin = true
    let family = try family(environment)
    if let found = family.leader, leader == nil || startedPort == environment.listenPort {
      if leader == nil { environment.doLog(.info, SafeText("found \(found), started before")) }
      leader = ProcessIdentity(found, bootID: try readingProc(try Proc.bootID()))
      startedPort = environment.listenPort
      mustBegin = false
      return try approach(environment)
    }
    guard family.isGone else {
      try family.kill { () throws(DeploymentFailure) in try self.family(environment) }
      return wait()
    }
    if let leader { _ = try readingProc(try leader.reap()) }
    leader = nil
    return try start(environment)
  }

  // MARK: Answers

  /// Answers `running`, with growing pauses between the checks.
  mutating func wait() -> TaskState {
    suggestedTime = .milliseconds(
      min(250, max(50, (SystemClock.monotonicMilliseconds - since) / 4)))
    return .running
  }

  mutating func finish() -> TaskState {
    goal = nil
    return .finished
  }

  // MARK: Time

  func isLate(_ time: TimeSpan) -> Bool {
    SystemClock.monotonicMilliseconds - since >= time.milliseconds
  }
}
