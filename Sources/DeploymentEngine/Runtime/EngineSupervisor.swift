import Basics
public import DeploymentEngine
public import DeploymentInterface
public import EngineStore
import Posix
public import SafeTexts

/// Runs a store's engine in this process unless another process does.
///
/// It takes over when the engine of another process ends or is frozen, and hands the store over on
/// request. It runs on its own thread, the only one that starts and stops the engine.
public final class EngineSupervisor: Sendable {
  /// A change of the engine's situation.
  public enum Event: Sendable {
    /// The engine runs in this process; `isTakeOver` if another process may have run it before.
    case started(isTakeOver: Bool)
    /// Another process runs the engine.
    case standingBy
    /// The engine could not be started and will be tried again. Sent once for each reason.
    case refused(EngineStartFailure)
    /// The store cannot be written at the moment, or something about it should be mended: see
    /// `EngineService.trouble`. Sent once for each sentence.
    case troubled(SafeText)
    /// The engine has ended on its own, for this reason, and will be started again.
    case lost(SafeText)
    /// The engine could not be started, or has ended, and will not be tried again.
    case ended(Ending)
  }

  /// Why a supervisor has ended on its own.
  public enum Ending: Hashable, Sendable {
    /// The engine could not be started.
    case refused(EngineStartFailure)
    /// The engine has ended on its own.
    case lost(SafeText)

    /// The reason, in one sentence for the user.
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
    /// Signalled when the wish is fulfilled.
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
  /// Signalled when the thread will not start the engine again.
  private let left = Semaphore()
  /// Set when the thread and the engine have ended.
  private let ended = EndSignal()

  /// Time limit for calls in flight before a hand-over.
  private static let drainingForOthers = TimeSpan.seconds(2)
  /// Maximum time to wait for an engine that is starting: a disk that does not respond could block
  /// it forever.
  private static let startLimit = TimeSpan.seconds(5)

  /// A supervisor that is not started yet.
  ///
  /// - Parameters:
  ///   - options: what the engine runs on.
  ///   - takesOver: whether it stands by while another process has the store, and restarts the
  ///     engine after it has ended. If false, it starts the engine once, immediately.
  ///   - onEvent: called on the supervisor's thread; must not call the supervisor.
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

  /// Starts the supervisor. With `takesOver` it returns at once and reports events; otherwise it
  /// returns when the engine runs, or throws.
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

  /// Runs until the task is cancelled or `stop` is called. Throws `EngineStartFailure` or
  /// `EngineLost` if the supervisor ends on its own.
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

  /// Stops the supervisor, and the engine if it runs in this process.
  ///
  /// - Parameter draining: maximum time to wait for calls in flight; nil for
  ///   `EngineOptions.draining`.
  public func stop(draining: TimeSpan? = nil) {
    let span = state.withLock { state -> TimeSpan? in
      guard state.isStarted else { return nil }
      if let draining { state.draining = draining }
      return state.draining
    }
    guard let span else { return }
    wish(.stop, waiting: nil)
    guard left.wait(atMost: Self.startLimit.duration) else { return }
    left.signal()
    ended.block(atMost: span.duration + .seconds(12))
  }

  /// Hands the store over, and does not take it again until `resume`. For a process that job
  /// control is about to stop: a stopped engine would block the store for all others.
  public func suspend() {
    let done = Semaphore()
    wish(.suspend, waiting: done)
    _ = done.wait(atMost: (Self.startLimit + Self.drainingForOthers).duration + .seconds(10))
  }

  /// Takes the store again unless another process has it.
  public func resume() { wish(.run, waiting: nil) }

  /// Switches to another configuration, now or at the engine's next start in this process.
  public func reconfigure(_ configuration: Configuration) { service.reconfigure(configuration) }

  /// Blocks until no call is in flight and no plan is open; see `EngineService`.
  public func waitUntilIdle(timeout: TimeSpan?) -> Bool { service.waitUntilIdle(timeout: timeout) }

  /// Why the supervisor has ended on its own; nil otherwise.
  public var ending: Ending? { state.withLock { $0.ending } }

  private func wish(_ wish: SupervisorPolicy.Wish, waiting done: Semaphore?) {
    let isRunning = state.withLock { state -> Bool in
      // A stop cannot be revoked.
      if state.wish != .stop { state.wish = wish }
      if let done { state.waiting.append(done) }
      return state.isStarted && !state.hasEnded
    }
    if isRunning { wakes.signal() } else { done?.signal() }
  }

  // MARK: - The thread

  private func supervise() {
    var thread = ThreadState()
    while true {
      let wish = state.withLock { $0.wish }
      let step = policy.step(wish, situation(&thread), at: clock.now.moment)
      if case .wait = step { fulfil(wish) }
      guard follow(step, &thread) else { break }
    }
    left.signal()
    firstTry.set(nil)
    service.stop(draining: state.withLock { $0.draining })
    state.withLock { $0.hasEnded = true }
    fulfil(.stop)
    if let ending { onEvent(.ended(ending)) }
    ended.set()
  }

  /// State of the thread between steps.
  private struct ThreadState {
    enum Place { case away, here, suspended }
    var place = Place.away
    var lastTry: Moment?
    /// No start has been tried yet, and no other engine was seen.
    var isFirst = true
    var refusal: SafeText?
    var trouble: SafeText?
    var lost: SafeText?
  }

  private func situation(_ thread: inout ThreadState) -> SupervisorPolicy.Situation {
    switch thread.place {
    case .away: return .away(LeaseStatus.query(store: storePath), lastTry: thread.lastTry)
    case .suspended: return .suspended
    case .here:
      thread.lost = service.lost
      return thread.lost == nil ? .here : .lost
    }
  }

  /// Carries out a step; returns false if it was the last.
  private func follow(_ step: SupervisorPolicy.Step, _ thread: inout ThreadState) -> Bool {
    switch step {
    case .start: return tryToStart(&thread)
    case .handOver:
      service.stop(draining: Self.drainingForOthers)
      thread.place = .suspended
    case .standBy:
      thread.place = .away
      thread.lastTry = clock.now.moment
      if let lost = thread.lost { onEvent(.lost(lost)) }
    case .wait(let span):
      report(&thread)
      _ = wakes.wait(atMost: span.duration)
    case .end:
      if let lost = thread.lost, state.withLock({ $0.wish }) != .stop { end(.lost(lost)) }
      return false
    }
    return true
  }

  private func tryToStart(_ thread: inout ThreadState) -> Bool {
    let isTakeOver = !thread.isFirst && thread.place == .away
    let isFirst = thread.isFirst
    thread.isFirst = false
    do throws(EngineStartFailure) {
      try service.start()
      thread.place = .here
      thread.refusal = nil
      firstTry.set(nil)
      onEvent(.started(isTakeOver: isTakeOver))
    } catch {
      thread.place = .away
      thread.lastTry = clock.now.moment
      if case .lease = error.cause { service.forgetConfiguration() }
      if policy.isFinal(error, isFirst: isFirst) {
        end(.refused(error))
        firstTry.set(error)
        return false
      }
      if thread.refusal != error.sentence { onEvent(.refused(error)) }
      thread.refusal = error.sentence
    }
    return true
  }

  private func report(_ thread: inout ThreadState) {
    if thread.place == .away, thread.isFirst {
      // A process that takes over continues with the stored configuration.
      service.forgetConfiguration()
      onEvent(.standingBy)
      thread.isFirst = false
    }
    guard thread.place == .here else { return }
    let trouble = service.trouble
    if let trouble, trouble != thread.trouble { onEvent(.troubled(trouble)) }
    thread.trouble = trouble
  }

  private func end(_ ending: Ending) { state.withLock { $0.ending = ending } }

  /// Signals the threads that wait for a wish.
  private func fulfil(_ wish: SupervisorPolicy.Wish) {
    let done = state.withLock { state -> [Semaphore] in
      guard state.wish == wish || state.hasEnded else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for one in done { one.signal() }
  }
}
