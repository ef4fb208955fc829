import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// A process group of this machine, from the engine's point of view.
///
/// Each call looks at what is there and does the next thing towards the goal, then returns: nothing
/// here sleeps or waits for a process. What was seen once is not believed later, since processes
/// end, are stopped and thawed by others, and the engine may have been killed between any two
/// lines.
struct ProcessDeployment: UserDeployment {
  typealias ServiceType = ProcessService

  /// What the running operation wants to reach.
  enum Goal: String, Codable {
    case running, frozen, gone
  }

  private(set) var name = ""
  var ip: String?
  private(set) var suggestedTime = TimeSpan.milliseconds(50)
  /// The first process of the group, from when it was started until all are gone.
  var leader: ProcessIdentity?
  var goal: Goal?
  /// When the goal was set: milliseconds of the clock that stands still while the machine sleeps.
  var since: Int64 = 0
  /// It has been ready since it was started.
  var wasReady = false
  /// Its port may take until `readyWithin` to accept, because it was just started or thawed.
  var isPatient = false
  /// The next check starts it (again): its port was taken, or what a failed start left is being
  /// killed.
  var mustBegin = false
  /// The port that it was told when it was started.
  var startedPort: UInt16?
  /// It did not end when it was asked to.
  var isKilling = false

  /// What `dashboard notify` calls it by; known before the start, so that the process can be told.
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

  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: .gone)
    return try ask(environment)
  }

  /// Asks all of it to end.
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

  /// Finds what an earlier call has started, or starts it.
  private mutating func begin(_ environment: Environment) throws(DeploymentFailure) -> TaskState {
    isPatient = true
    // Until it is found or started: what comes before may fail, and has then to be done again.
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
      family.signal(SIGKILL)
      return wait()
    }
    if let leader { _ = try readingProc(try leader.reap()) }
    leader = nil
    return try start(environment)
  }

  // MARK: Answers

  /// Asks to be called again: soon at first, later less often.
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
