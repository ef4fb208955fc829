import DeploymentInterface
import Posix
import SafeTexts

/// A virtual machine with its own disk, as a deployment.
///
/// Each call reads the current state, takes the next step towards the goal, and reads the state
/// again. Earlier observations are not relied on, because others stop, start and remove machines,
/// and the engine may have been killed between any two lines.
struct LibvirtDeployment: UserDeployment {
  typealias ServiceType = LibvirtService

  /// The goal of the running operation.
  enum Goal: String, Codable {
    case running, saved, gone
  }

  private(set) var name = ""
  private(set) var uniqueId = ""
  var ip: String?
  /// The address that the platform gave last.
  var observedIP: String?
  var console: String?
  private(set) var suggestedTime = TimeSpan.milliseconds(200)
  var goal: Goal?
  /// When the goal was set or the machine was last started, in milliseconds of the monotonic clock.
  var since: Int64 = 0
  /// Whether its domain existed; if it does not exist now, somebody has removed it.
  var isMade = false
  /// Whether it has been ready since it was created.
  var wasReady = false
  /// Whether its memory is saved on disk; it must not be started without it.
  var isSaved = false
  /// Whether it is shut down because it cannot be saved.
  var isShutDownInstead = false
  /// Whether it was booted and has not been ready since.
  var isBooting = false
  /// The number of starts during the running operation.
  var starts = 0
  /// Whether the guest was asked to shut down.
  var isAsked = false
  /// Whether it is switched off without asking the guest.
  var isHurried = false
  /// Whether nothing of it was left when it was last checked.
  var isCleared = false

  mutating func initialize(_ environment: Environment) {
    name = environment.name
    uniqueId = environment.cardAddress
  }

  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: level == .l1 ? .running : .saved, environment)
    return try await approach(environment)
  }

  mutating func deployForUser(
    _ user: SafeText, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: .running, environment)
    return try await approach(environment)
  }

  mutating func moveToCache(
    _ level: CacheLevel, _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: level == .l1 ? .running : .saved, environment)
    return try await approach(environment)
  }

  mutating func setReady(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    do throws(DeploymentFailure) {
      try await prepareToBeReady(environment)
    } catch {
      throw ended(by: error)
    }
    return try await approach(environment)
  }

  private mutating func prepareToBeReady(
    _ environment: Environment
  ) async throws(DeploymentFailure) {
    if !isMade {
      // An adopted machine: nothing is known about it, but no replacement is created.
      if case .present(let machine) = try await environment.observe() {
        isSaved = machine.hasSavedState
      }
      isMade = true
    }
    aim(at: environment.isCachedAtL2 ? .saved : .running, environment)
    if goal == .running, wasReady, environment.isCached {
      let observation = try await environment.observe()
      if let stopped = Self.stoppedFromOutside(observation) { throw .permanent(stopped) }
    }
  }

  mutating func checkState(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    try await approach(environment)
  }

  mutating func cancel(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: .gone, environment)
    isHurried = true
    return try await approach(environment)
  }

  mutating func setIp(_ ip: SafeText, _ environment: Environment) async { self.ip = ip.text }

  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: .gone, environment)
    isHurried = !environment.plan.shutsDownFirst
    return try await approach(environment)
  }

  private mutating func aim(at goal: Goal, _ environment: Environment) {
    environment.connection.expectations.set(environment.mark.uuid, environment.mark, .busy)
    // The same operation after a transient error: it resumes.
    if self.goal == goal, goal != .gone { return }
    self.goal = goal
    since = SystemClock.monotonicMilliseconds
    starts = 0
    isAsked = false
    isCleared = false
  }

  // MARK: Steps

  /// The maximum number of steps per call; every path from nothing to ready or gone is shorter.
  private static let steps = 8
  /// The time in milliseconds after which a call takes no further step and leaves it to the next
  /// call.
  private static let longEnough: Int64 = 3000

  private mutating func approach(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    do throws(DeploymentFailure) {
      return try await step(environment)
    } catch {
      throw ended(by: error)
    }
  }

  /// Keeps the goal after a transient failure: the next call may be a check or a start.
  private mutating func ended(by failure: DeploymentFailure) -> DeploymentFailure {
    if failure.kind.endsOperation { goal = nil }
    return failure
  }

  private mutating func step(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    let begin = SystemClock.monotonicMilliseconds
    for _ in 0..<Self.steps where SystemClock.monotonicMilliseconds - begin < Self.longEnough {
      let observation = try await environment.observe()
      switch try await nextStep(observation, environment) {
      case .answer(let answer): return answer
      case .wait: return wait()
      case .work(let work):
        switch await environment.run(work) {
        case .goesOn: return wait()
        case .ended(.success): noteEnd(of: work)
        case .ended(.failure(let error)):
          try failed(work, error, environment)
        }
      }
    }
    return wait()
  }

  private mutating func nextStep(
    _ observation: MachineObservation, _ environment: Environment
  ) async throws(DeploymentFailure) -> Step {
    if case .present = observation { isMade = true }
    switch goal {
    case .running: return try await stepToRunning(observation, environment)
    case .saved: return try await stepToSaved(observation, environment)
    case .gone: return try stepToGone(observation, environment)
    case nil: throw .permanent("checkState was called while no operation is running")
    }
  }

  private mutating func noteEnd(of work: Work) {
    if case .remove = work { isCleared = true }
  }

  /// Throws the failure of a step; if it returns, the next observation decides.
  private mutating func failed(
    _ work: Work, _ error: VirtError, _ environment: Environment
  ) throws(DeploymentFailure) {
    switch work {
    case .save where error.isUnsupported && environment.plan.level2 == .saveOrShutDown:
      environment.doLog(.warning, SafeText("shut down instead of saved: \(error.message)"))
      isShutDownInstead = true
    case .shutDown where !error.isTransient:
      environment.doLog(.warning, SafeText("cannot ask the guest to shut down: \(error.message)"))
      isHurried = true
    case .save, .shutDown, .make, .start, .resume, .powerOff, .remove:
      throw error.failure(work.doing)
    }
  }

  // MARK: Answers

  /// Answers `running`, with growing pauses between the checks.
  mutating func wait() -> TaskState {
    let passed = SystemClock.monotonicMilliseconds - since
    suggestedTime = .milliseconds(min(2000, max(100, passed / 4)))
    return .running
  }

  mutating func finish(_ environment: Environment) -> TaskState {
    let state: ExpectedStates.State =
      switch goal {
      case .running: .running
      case .saved: .off
      case .gone, nil: .absent
      }
    environment.connection.expectations.set(
      environment.mark.uuid, environment.mark, state,
      asksUsers: environment.plan.osManager == .agent)
    goal = nil
    return .finished
  }

  func isLate(_ time: TimeSpan) -> Bool {
    // The clock restarts with the host; then the machine has its full time again.
    SystemClock.monotonicMilliseconds - since >= time.milliseconds
  }
}
