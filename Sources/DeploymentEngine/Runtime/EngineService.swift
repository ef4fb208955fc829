import Basics
public import DeploymentEngine
public import DeploymentInterface
public import EngineStore
import Glibc
import Posix
public import SafeTexts

/// A running engine: the core on its own thread, with a store and drivers.
///
/// While the store cannot be written, the engine does nothing new, says why in `trouble`,
/// and continues automatically when writing works again. It ends on its own if another engine takes
/// over the store or if the store is damaged; `lost` then gives the reason.
public final class EngineService: Sendable {
  private struct State {
    var session: EngineSession?
    /// The configuration of the next start; nil to continue with the stored one. It is used once:
    /// after that, another engine may have stored a newer one.
    var configuration: Configuration?
  }
  private let options: EngineOptions
  private let runner: CallRunner
  private let fault: @Sendable () -> StoreFailure?
  private let breach: @Sendable () -> String?
  private let state: Mutex<State>
  /// Held during a start or stop, so that they do not overlap.
  private let startOrStop = Mutex(())

  /// An engine that is not started yet.
  public convenience init(_ options: EngineOptions) { self.init(options, fault: { nil }) }

  /// For tests.
  ///
  /// - Parameters:
  ///   - fault: asked before each commit; a failure that it returns is thrown instead.
  ///   - breach: asked in each turn; a sentence that it returns breaks an invariant of the core.
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

  /// Takes the lease, opens or creates the store, migrates and loads it, and runs. Does nothing if
  /// the engine already runs.
  ///
  /// A restarted engine continues with the state that the store holds by then. If an earlier call
  /// still hangs, its deployment is not called again before it returns.
  ///
  /// Installs a handler for SIGXFSZ, so that exceeding the file size limit is an error of the store
  /// and does not kill the process. Child processes are not affected.
  public func start() throws(EngineStartFailure) {
    try startOrStop.withLock { _ throws(EngineStartFailure) in
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
    // The core is created on its thread and never shared.
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

  /// Starts the engine and runs until the task is cancelled or `stop` is called, as groups of
  /// services expect. Throws `EngineStartFailure`, or `EngineLost` if the engine ends on its own.
  ///
  /// Cancelling the task stops the engine as `stop` does, with `EngineOptions.draining` for calls
  /// in flight.
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

  /// Lets the next start continue with the stored configuration.
  func forgetConfiguration() { state.withLock { $0.configuration = nil } }

  /// Switches to another configuration, now or at the next start.
  public func reconfigure(_ configuration: Configuration) {
    let session = state.withLock { state -> EngineSession? in
      if let session = state.session, !session.hasEnded { return session }
      state.configuration = configuration
      return nil
    }
    session?.mailbox.post { $0.configuration = configuration }
  }

  /// Blocks until no call is in flight and no plan is open. Earlier requests and configurations
  /// have been carried out by then.
  ///
  /// - Parameter timeout: maximum time to wait; nil for no limit.
  /// - Returns: false if the time is over or the engine has stopped.
  public func waitUntilIdle(timeout: TimeSpan?) -> Bool {
    guard let session = state.withLock({ $0.session }) else { return false }
    return session.mailbox.waitUntilIdle(IdleWaiter(), timeout: timeout)
  }

  /// Stops the engine: accepts no new requests, waits for calls in flight, commits, closes the
  /// store and releases the lease. A call that hangs does not delay it beyond `draining`.
  ///
  /// - Parameter draining: maximum time to wait for calls in flight. The next engine repeats a call
  ///   that has not returned by then.
  public func stop(draining: TimeSpan) {
    startOrStop.withLock { _ in
      state.withLock { state in
        defer { state.session = nil }
        return state.session
      }?.stop(draining: draining)
    }
  }

  /// Checks the store for requests now. The engine also finds them without this.
  public func wake() { state.withLock { $0.session }?.mailbox.wake() }

  /// Why the engine stopped on its own; nil while it runs and after `stop`.
  public var lost: SafeText? { state.withLock { $0.session }?.lost }

  /// Why the store cannot be written at the moment, so that the engine does nothing new; or, while
  /// it can, what a person should mend, such as a reader that lets its log grow. Nil: neither.
  public var trouble: SafeText? { state.withLock { $0.session }?.trouble }

  /// Installs an empty handler instead of ignoring the signal, since children would inherit the
  /// latter.
  private func catchFileSizeSignal() {
    var before = sigaction()
    sigaction(SIGXFSZ, nil, &before)
    guard before.__sigaction_handler.sa_handler == nil else { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGXFSZ, &action, nil)
  }
}
