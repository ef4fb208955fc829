import Basics
public import DeploymentEngine
public import DeploymentInterface
public import EngineStore
import Posix
public import SafeTexts

/// Keeps a store's engine going, in this process where no other has it.
///
/// It takes the store over when the engine of another process ends or is frozen, and gives it away
/// when it is told to. It runs on a thread of its own, the only one that starts and stops the
/// engine.
public final class EngineSupervisor: Sendable {
  /// What has happened to the engine.
  public enum Event: Sendable {
    /// It is in this process now; whether another process may have had it before.
    case started(isTakeOver: Bool)
    /// Another process has it.
    case standingBy
    /// It could not be started, and will be tried again. Told once for each reason.
    case refused(EngineStartFailure)
    /// It cannot store anything at present, and does nothing new until it can.
    case troubled(SafeText)
    /// It has ended by itself, for this reason.
    case lost(SafeText)
    /// It could not be started, or has ended, and is not tried again.
    case ended(Ending)
  }

  /// Why a supervisor has ended by itself.
  public enum Ending: Hashable, Sendable {
    /// The engine could not be started.
    case refused(EngineStartFailure)
    /// The engine has ended.
    case lost(SafeText)

    /// One sentence for a person.
    public var sentence: SafeText {
      switch self {
      case .refused(let failure): failure.sentence
      case .lost(let reason): reason
      }
    }
  }

  private struct State {
    var wish = SupervisorPolicy.Wish.run
    var draining: TimeSpan
    var isStarted = false
    var hasEnded = false
    /// Signalled as soon as the wish is fulfilled.
    var waiting: [Semaphore] = []
    var ending: Ending?
  }

  private let policy: SupervisorPolicy
  private let service: EngineService
  private let storePath: String
  private let clock: EngineClock
  private let onEvent: @Sendable (Event) -> Void
  private let state: Mutex<State>
  private let wakes: Semaphore
  private let firstTry = StartResult<EngineStartFailure>()
  /// The engine is not started any more.
  private let left = Semaphore()
  /// The thread has ended, the engine with it.
  private let ended = EndSignal()

  /// How long calls in flight may take before the store is given away.
  private static let drainingForOthers = TimeSpan.seconds(2)
  /// How long to wait for an engine that starts: a disk that does not answer at all may keep it
  /// for ever.
  private static let patience = TimeSpan.seconds(5)

  /// A supervisor that does not run yet.
  ///
  /// - Parameters:
  ///   - options: what the engine runs on.
  ///   - takesOver: whether it stands by while another process has the store, and starts the engine
  ///     again after it has ended. Else it runs the engine once, at once or not at all.
  ///   - onEvent: called on the supervisor's thread; must not call it back.
  public init(
    _ options: EngineOptions, takesOver: Bool = true,
    onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    policy = SupervisorPolicy(takesOver: takesOver)
    storePath = options.storePath
    clock = options.clock
    self.onEvent = onEvent
    state = Mutex(State(draining: options.draining))
    let wakes = Semaphore()
    self.wakes = wakes
    var options = options
    let onLost = options.onLost
    options.onLost = { reason in
      onLost(reason)
      wakes.signal()
    }
    service = EngineService(options)
  }

  /// Begins. One that takes over returns at once, and tells what happens; another one has started
  /// the engine when this returns.
  public func start() throws(EngineStartFailure) {
    let isNew = state.withLock { state in
      defer { state.isStarted = true }
      return !state.isStarted
    }
    guard isNew else { return }
    do throws(SystemError) {
      try SystemThread.start(named: "supervisor") { [self] in supervise() }
    } catch {
      state.withLock { $0.isStarted = false }
      throw EngineStartFailure(.store(.threadless(storePath, error.text)))
    }
    if !policy.takesOver, let failure = firstTry.wait() { throw failure }
  }

  /// Runs until the task is cancelled, `stop` is called, or it has ended by itself: then it throws
  /// `EngineStartFailure` or `EngineLost`.
  public func run() async throws {
    try await Task.detached(executorPreference: BlockingExecutor.control) { try self.start() }.value
    await withTaskCancellationHandler {
      await ended.wait()
    } onCancel: {
      wish(.stop, waiting: nil)
    }
    switch ending {
    case .refused(let failure): throw failure
    case .lost(let reason): throw EngineLost(reason)
    case nil: break
    }
  }

  /// Stops the engine, if it is here, and looks no more.
  ///
  /// - Parameter draining: how long to wait for calls in flight; nil: as the options say.
  public func stop(draining: TimeSpan? = nil) {
    let span = state.withLock { state -> TimeSpan? in
      guard state.isStarted else { return nil }
      if let draining { state.draining = draining }
      return state.draining
    }
    guard let span else { return }
    wish(.stop, waiting: nil)
    guard left.wait(atMost: Self.patience.duration) else { return }
    left.signal()
    ended.block(atMost: span.duration + .seconds(12))
  }

  /// Gives the store away, and does not take it until `resume`. For a process that will be stopped
  /// by job control: a stopped engine would keep the store from everybody.
  public func suspend() {
    let done = Semaphore()
    wish(.suspend, waiting: done)
    _ = done.wait(atMost: (Self.patience + Self.drainingForOthers).duration + .seconds(10))
  }

  /// Takes the store again, if nobody has it now.
  public func resume() { wish(.run, waiting: nil) }

  /// Runs on another configuration from now on, or from the engine's next start in this process.
  public func reconfigure(_ configuration: Configuration) { service.reconfigure(configuration) }

  /// Blocks until nothing is in flight and no plan is open; see `EngineService`.
  public func waitUntilIdle(timeout: TimeSpan?) -> Bool { service.waitUntilIdle(timeout: timeout) }

  /// Why it has ended by itself; nil: it has not.
  public var ending: Ending? { state.withLock { $0.ending } }

  private func wish(_ wish: SupervisorPolicy.Wish, waiting done: Semaphore?) {
    let isRunning = state.withLock { state -> Bool in
      // A stop is never taken back.
      if state.wish != .stop { state.wish = wish }
      if let done { state.waiting.append(done) }
      return state.isStarted && !state.hasEnded
    }
    if isRunning { wakes.signal() } else { done?.signal() }
  }

  // MARK: - The thread

  private func supervise() {
    var course = Course()
    while true {
      let wish = state.withLock { $0.wish }
      let step = policy.step(wish, situation(&course), at: clock.now.moment)
      if case .wait = step { fulfil(wish) }
      guard follow(step, &course) else { break }
    }
    left.signal()
    firstTry.set(nil)
    service.stop(draining: state.withLock { $0.draining })
    state.withLock { $0.hasEnded = true }
    fulfil(.stop)
    if let ending { onEvent(.ended(ending)) }
    ended.set()
  }

  /// What the thread remembers from step to step.
  private struct Course {
    enum Place { case away, here, suspended }
    var place = Place.away
    var lastTry: Moment?
    /// The engine was not tried yet, and no other was seen.
    var isFirst = true
    var refusal: SafeText?
    var trouble: SafeText?
    var lost: SafeText?
  }

  private func situation(_ course: inout Course) -> SupervisorPolicy.Situation {
    switch course.place {
    case .away: return .away(LeaseStatus.query(store: storePath), lastTry: course.lastTry)
    case .suspended: return .suspended
    case .here:
      course.lost = service.lost
      return course.lost == nil ? .here : .lost
    }
  }

  /// Does a step; false: it was the last.
  private func follow(_ step: SupervisorPolicy.Step, _ course: inout Course) -> Bool {
    switch step {
    case .start: return tryToStart(&course)
    case .handOver:
      service.stop(draining: Self.drainingForOthers)
      course.place = .suspended
    case .standBy:
      course.place = .away
      course.lastTry = clock.now.moment
      if let lost = course.lost { onEvent(.lost(lost)) }
    case .wait(let span):
      tell(&course)
      _ = wakes.wait(atMost: span.duration)
    case .end:
      if let lost = course.lost, state.withLock({ $0.wish }) != .stop { end(.lost(lost)) }
      return false
    }
    return true
  }

  private func tryToStart(_ course: inout Course) -> Bool {
    let isTakeOver = !course.isFirst && course.place == .away
    let isFirst = course.isFirst
    course.isFirst = false
    do throws(EngineStartFailure) {
      try service.start()
      course.place = .here
      course.refusal = nil
      firstTry.set(nil)
      onEvent(.started(isTakeOver: isTakeOver))
    } catch {
      course.place = .away
      course.lastTry = clock.now.moment
      if case .lease = error.cause { service.forgetConfiguration() }
      if policy.isFinal(error, isFirst: isFirst) {
        end(.refused(error))
        firstTry.set(error)
        return false
      }
      if course.refusal != error.sentence { onEvent(.refused(error)) }
      course.refusal = error.sentence
    }
    return true
  }

  private func tell(_ course: inout Course) {
    if course.place == .away, course.isFirst {
      // A process that takes a store over goes on with what the store holds.
      service.forgetConfiguration()
      onEvent(.standingBy)
      course.isFirst = false
    }
    guard course.place == .here else { return }
    let trouble = service.trouble
    if let trouble, trouble != course.trouble { onEvent(.troubled(trouble)) }
    course.trouble = trouble
  }

  private func end(_ ending: Ending) { state.withLock { $0.ending = ending } }

  /// Tells those who wait for a wish that it is fulfilled.
  private func fulfil(_ wish: SupervisorPolicy.Wish) {
    let done = state.withLock { state -> [Semaphore] in
      guard state.wish == wish || state.hasEnded else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for one in done { one.signal() }
  }
}
