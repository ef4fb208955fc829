import DeploymentInterface
import Posix
import SafeTexts

/// A virtual machine with its own disk, from the engine's point of view.
///
/// Each call looks at what is there, does the next thing towards the goal, and looks again: what
/// was seen once is not believed later, since machines are stopped, started and removed by others,
/// and the engine may have been killed between any two lines.
struct LibvirtDeployment: UserDeployment {
  typealias ServiceType = LibvirtService

  /// What the running operation wants to reach.
  enum Goal: String, Codable {
    case running, saved, gone
  }

  private(set) var name = ""
  private(set) var uniqueId = ""
  var ip: String?
  var console: String?
  private(set) var suggestedTime = TimeSpan.milliseconds(200)
  var goal: Goal?
  /// When the goal was set, or the machine was last started: milliseconds of the monotonic clock.
  var since: Int64 = 0
  /// Its domain was there: if it is not there now, somebody has removed it.
  var isMade = false
  /// It has been ready since it was made.
  var wasReady = false
  /// Its memory is on disk, and it must not be started without.
  var isSaved = false
  /// What cannot be saved is shut down instead.
  var isShutDownInstead = false
  /// It was started from nothing, and has not been ready since.
  var isBooting = false
  /// How often it was started for the running operation.
  var starts = 0
  /// The guest was asked to shut down.
  var isAsked = false
  /// It is switched off without asking the guest.
  var isHurried = false
  /// Nothing of it was left when it was last looked at.
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
      // Adopted: nothing is known of it, but nothing new is made in its place.
      if case .present(let machine) = try await environment.look() {
        isSaved = machine.hasSavedState
      }
      isMade = true
    }
    aim(at: environment.isCachedAtL2 ? .saved : .running, environment)
    if goal == .running, wasReady, environment.isCached {
      let look = try await environment.look()
      if let stopped = Self.stoppedFromOutside(look) { throw .permanent(stopped) }
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

  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    aim(at: .gone, environment)
    isHurried = !environment.plan.shutsDownFirst
    return try await approach(environment)
  }

  private mutating func aim(at goal: Goal, _ environment: Environment) {
    environment.connection.expectations.set(environment.mark.uuid, environment.mark, .busy)
    // The same start again, after an error that may pass: what it has begun goes on.
    if self.goal == goal, goal != .gone { return }
    self.goal = goal
    since = SystemClock.monotonicMilliseconds
    starts = 0
    isAsked = false
    isCleared = false
  }

  // MARK: Steps

  /// The most steps of one call: every way from nothing to ready or gone is shorter.
  private static let steps = 8
  /// After so many milliseconds a call takes no further step; the next call does.
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

  /// What is tried again keeps its goal: the next call may be a check as well as a start.
  private mutating func ended(by failure: DeploymentFailure) -> DeploymentFailure {
    if failure.kind == .permanent { goal = nil }
    return failure
  }

  private mutating func step(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    let begin = SystemClock.monotonicMilliseconds
    for _ in 0..<Self.steps where SystemClock.monotonicMilliseconds - begin < Self.longEnough {
      let look = try await environment.look()
      switch try await nextStep(look, environment) {
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
    _ look: Look, _ environment: Environment
  ) async throws(DeploymentFailure) -> Step {
    if case .present = look { isMade = true }
    switch goal {
    case .running: return try await stepToRunning(look, environment)
    case .saved: return try await stepToSaved(look, environment)
    case .gone: return try stepToGone(look, environment)
    case nil: throw .permanent("checkState was called while no operation is running")
    }
  }

  private mutating func noteEnd(of work: Work) {
    if case .remove = work { isCleared = true }
  }

  /// Throws what a failed step means; where it returns, the next look decides.
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

  /// Asks to be called again: soon at first, later less often.
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
    // A clock that began anew with the host says nothing: then it has all its time again.
    SystemClock.monotonicMilliseconds - since >= time.milliseconds
  }
}
