import Basics
public import DeploymentEngine
public import DeploymentInterface
public import EngineStore
import Glibc
import Posix
public import SafeTexts

/// The engine for real: the core on a thread of its own, a store under it, drivers beside it.
///
/// While a store cannot be written, nothing is done that is not stored: the engine waits, says
/// why in `trouble`, and goes on by itself. It ends by itself when another engine has the store,
/// or when the store is damaged; then `lost` says why.
public final class EngineService: Sendable {
  private struct State {
    var session: EngineSession?
    /// What the next start runs on; nil: what the store holds. An engine that comes back, after
    /// another may have had the store, goes on with what is stored.
    var configuration: Configuration?
  }
  private let options: EngineOptions
  private let runner: CallRunner
  private let fault: @Sendable () -> StoreFailure?
  private let breach: @Sendable () -> String?
  private let state: Mutex<State>
  /// Held while it starts or stops, so that neither happens during the other.
  private let turning = Mutex(())

  /// An engine that does not run yet.
  public convenience init(_ options: EngineOptions) { self.init(options, fault: { nil }) }

  /// For tests.
  ///
  /// - Parameters:
  ///   - fault: asked before each commit; what it answers goes wrong instead.
  ///   - breach: asked in each turn; what it answers is an invariant that the core breaks.
  init(
    _ options: EngineOptions, fault: @escaping @Sendable () -> StoreFailure?,
    breach: @escaping @Sendable () -> String? = { nil }
  ) {
    self.options = options
    self.fault = fault
    self.breach = breach
    runner = CallRunner(clock: options.clock)
    state = Mutex(State(configuration: options.configuration))
  }

  deinit { state.withLock { $0.session }?.stop(draining: .zero) }

  /// Takes the lease, opens or creates the store, brings it up to date, loads it, and runs. One
  /// that runs already goes on running.
  ///
  /// One that was stopped goes on with what the store holds by then. A call that was left hanging
  /// is waited for before its deployment is called again.
  ///
  /// From then on a file that grows beyond the size that the process may write is an error of the
  /// store instead of the end of the process (SIGXFSZ is caught; children are not affected).
  public func start() throws(EngineStartFailure) {
    try turning.withLock { _ throws(EngineStartFailure) in
      if let session = state.withLock({ $0.session }), !session.hasEnded { return }
      catchFileSizeSignal()
      var options = options
      options.configuration = state.withLock { $0.configuration }
      let lease = try Lease.take(
        store: options.storePath, access: options.access,
        endsFrozenHolder: options.endsFrozenHolder)
      let session = EngineSession(fault: fault, breach: breach)
      do throws(StoreFailure) {
        try begin(session, on: try Store(lease), options)
      } catch {
        lease.release()
        throw EngineStartFailure(.store(error))
      }
      state.withLock { $0 = State(session: session) }
    }
  }

  private func begin(
    _ session: EngineSession, on store: Store, _ options: EngineOptions
  ) throws(StoreFailure) {
    let started = StartResult<StoreFailure>()
    do throws(SystemError) {
      try BlockingExecutor.drivers.prepare()
      let log = try JournalLog(options.logger)
      do throws(SystemError) {
        try startThread(session, store, options, log, started)
      } catch {
        log.close()
        throw error
      }
    } catch {
      store.close()
      throw .threadless(options.storePath, error.text)
    }
    if let failure = started.wait() { throw failure }
  }

  private func startThread(
    _ session: EngineSession, _ store: Store, _ options: EngineOptions, _ log: JournalLog,
    _ started: StartResult<StoreFailure>
  ) throws(SystemError) {
    let runner = runner
    // The core is made where it is used: nothing of it is ever shared.
    try SystemThread.start(named: "engine", stack: 8 << 20) {
      var lost: SafeText?
      do throws(StoreFailure) {
        var loop = try EngineLoop(options, store, session, runner, log)
        started.set(nil)
        lost = loop.runUntilStopped()
        Self.end(loop, lost)
      } catch {
        log.close()
        store.close()
        store.lease.release()
        started.set(error)
      }
    }
  }

  private static func end(_ loop: EngineLoop, _ lost: SafeText?) {
    loop.watcher.stop()
    loop.runner.cancelAll()
    var registry = loop.registry
    registry.retireAll()
    loop.store.close()
    loop.lease.release()
    if let lost { loop.log.write(.error, lost) }
    loop.log.close()
    let wasWanted = loop.session.isStopping
    loop.session.end(lost)
    for waiter in loop.idleWaiters { waiter.resume(false) }
    if let lost, !wasWanted { loop.options.onLost(lost) }
  }

  /// Starts, and runs until the task is cancelled or `stop` is called: what a group of services
  /// runs. Throws `EngineStartFailure`, or `EngineLost` where the engine ends by itself.
  ///
  /// A task that is cancelled stops the engine as `stop` does, with the options' time for calls in
  /// flight.
  public func run() async throws {
    try await Task.detached(executorPreference: BlockingExecutor.control) { try self.start() }.value
    guard let session = state.withLock({ $0.session }) else { return }
    await withTaskCancellationHandler {
      await session.untilEnd()
    } onCancel: {
      session.askToStop(draining: options.draining)
    }
    if let lost = session.lost { throw EngineLost(lost) }
  }

  /// The next start goes on with what the store holds.
  func forgetConfiguration() { state.withLock { $0.configuration = nil } }

  /// Runs on another configuration from now on, or from its next start.
  public func reconfigure(_ configuration: Configuration) {
    let session = state.withLock { state -> EngineSession? in
      if let session = state.session, !session.hasEnded { return session }
      state.configuration = configuration
      return nil
    }
    session?.mailbox.post { $0.configuration = configuration }
  }

  /// Blocks until nothing is in flight and no plan is open. What was asked or configured before
  /// is done by then.
  ///
  /// - Parameter timeout: nil waits for ever.
  /// - Returns: false when the time is over or the engine has stopped.
  public func waitUntilIdle(timeout: TimeSpan?) -> Bool {
    guard let session = state.withLock({ $0.session }) else { return false }
    return session.mailbox.waitUntilIdle(IdleWaiter(), timeout: timeout)
  }

  /// Stops: takes nothing up any more, waits for calls in flight, commits, closes the store and
  /// gives the lease away. A call that hangs holds nothing up.
  ///
  /// - Parameter draining: how long to wait for calls in flight. What has not come back by then
  ///   is called again by whoever starts next.
  public func stop(draining: TimeSpan) {
    turning.withLock { _ in
      state.withLock { state in
        defer { state.session = nil }
        return state.session
      }?.stop(draining: draining)
    }
  }

  /// Looks at the store for requests now. It is found out without this, too.
  public func wake() { state.withLock { $0.session }?.mailbox.wake() }

  /// Why it stopped by itself; nil while it runs, and when it was stopped.
  public var lost: SafeText? { state.withLock { $0.session }?.lost }

  /// What keeps it from storing at present, so that it does nothing new; nil: nothing does.
  public var trouble: SafeText? { state.withLock { $0.session }?.trouble }

  /// A handler that does nothing, rather than none: children would inherit that the signal is
  /// ignored.
  private func catchFileSizeSignal() {
    var before = sigaction()
    sigaction(SIGXFSZ, nil, &before)
    guard before.__sigaction_handler.sa_handler == nil else { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGXFSZ, &action, nil)
  }
}
