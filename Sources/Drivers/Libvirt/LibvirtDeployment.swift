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
  private(set) var reasonOfError = ""
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
    name = environment.nameGenerator.get()
    uniqueId = environment.mac
  }

  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async -> TaskState {
    aim(at: level == .l1 ? .running : .saved, environment)
    return await approach(environment)
  }

  mutating func deployForUser(_ user: SafeText, _ environment: Environment) async -> TaskState {
    aim(at: .running, environment)
    return await approach(environment)
  }

  mutating func moveToCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    aim(at: level == .l1 ? .running : .saved, environment)
    return await approach(environment)
  }

  mutating func setReady(_ environment: Environment) async -> TaskState {
    if !isMade {
      // Adopted: nothing is known of it, but nothing new is made in its place.
      switch await environment.look() {
      case .failure(let error): return fail(error.failure)
      case .success(.present(let machine)): isSaved = machine.hasSavedState
      case .success: break
      }
      isMade = true
    }
    aim(at: environment.isCachedAtL2 ? .saved : .running, environment)
    if goal == .running, wasReady, environment.isCached {
      switch await environment.look() {
      case .failure(let error): return fail(error.failure)
      case .success(let look):
        if let stopped = Self.stoppedFromOutside(look) { return fail(stopped) }
      }
    }
    return await approach(environment)
  }

  mutating func checkState(_ environment: Environment) async -> TaskState {
    await approach(environment)
  }

  mutating func cancel(_ environment: Environment) async -> TaskState {
    aim(at: .gone, environment)
    isHurried = true
    return await approach(environment)
  }

  mutating func destroy(_ environment: Environment) async -> TaskState {
    aim(at: .gone, environment)
    isHurried = !environment.plan.shutsDownFirst
    return await approach(environment)
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
    reasonOfError = ""
  }

  // MARK: Steps

  /// The most steps of one call: every way from nothing to ready or gone is shorter.
  private static let steps = 8
  /// After so many milliseconds a call takes no further step; the next call does.
  private static let longEnough: Int64 = 3000

  private mutating func approach(_ environment: Environment) async -> TaskState {
    let begin = SystemClock.monotonicMilliseconds
    for _ in 0..<Self.steps where SystemClock.monotonicMilliseconds - begin < Self.longEnough {
      let look: Look
      switch await environment.look() {
      case .success(let seen): look = seen
      case .failure(let error): return fail(error.failure)
      }
      switch await nextStep(look, environment) {
      case .answer(let answer): return answer
      case .wait: return wait()
      case .work(let work):
        switch await environment.run(work) {
        case .goesOn: return wait()
        case .ended(.success): noteEnd(of: work)
        case .ended(.failure(let error)):
          if let answer = failed(work, error, environment) { return answer }
        }
      }
    }
    return wait()
  }

  private mutating func nextStep(_ look: Look, _ environment: Environment) async -> Step {
    if case .present = look { isMade = true }
    switch goal {
    case .running: return await stepToRunning(look, environment)
    case .saved: return await stepToSaved(look, environment)
    case .gone: return stepToGone(look, environment)
    case nil: return .answer(fail("checkState was called while no operation is running"))
    }
  }

  private mutating func noteEnd(of work: Work) {
    if case .remove = work { isCleared = true }
  }

  /// What a failed step means; nil: the next look decides.
  private mutating func failed(
    _ work: Work, _ error: VirtError, _ environment: Environment
  ) -> TaskState? {
    switch work {
    case .save where error.isUnsupported && environment.plan.level2 == .saveOrShutDown:
      environment.doLog(.warning, SafeText("shut down instead of saved: \(error.message)"))
      isShutDownInstead = true
      return nil
    case .shutDown where !error.isTransient:
      environment.doLog(.warning, SafeText("cannot ask the guest to shut down: \(error.message)"))
      isHurried = true
      return nil
    case .save, .shutDown, .make, .start, .resume, .powerOff, .remove:
      return fail(error.failure(work.doing))
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
    let state: Expectations.State =
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

  /// What is tried again keeps its goal: the next call may be a check as well as a start.
  mutating func fail(_ failure: DeploymentFailure) -> TaskState {
    if failure.kind == .permanent { goal = nil }
    reasonOfError = failure.reason.text
    return .error(failure)
  }

  mutating func fail(_ reason: String) -> TaskState { fail(.init(.permanent, SafeText(reason))) }

  func isLate(_ time: TimeSpan) -> Bool {
    // A clock that began anew with the host says nothing: then it has all its time again.
    SystemClock.monotonicMilliseconds - since >= time.milliseconds
  }
}
