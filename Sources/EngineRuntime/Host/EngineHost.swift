public import DeploymentEngine

/// The engine for real: the core on a thread of its own, a store under it, drivers beside it.
public final class EngineHost: Sendable {
  /// An engine that does not run yet.
  public init(_ options: EngineOptions) {}

  /// Takes the lease, opens or creates the store, brings it up to date, loads it, and runs.
  public func start() throws(EngineStartFailure) {
    throw EngineStartFailure(.store(StoreFailure(.absent, "not here yet")))
  }

  /// Runs on another configuration from now on.
  public func reconfigure(_ configuration: Configuration) {}

  /// Blocks until nothing is in flight and no plan is open.
  ///
  /// - Parameter timeout: nil waits for ever.
  /// - Returns: false when the time is over or the engine has stopped.
  public func waitUntilIdle(timeout: TimeSpan?) -> Bool { false }

  /// Stops: takes nothing up any more, waits for calls in flight, commits, closes the store and gives the
  /// lease away. A call that hangs holds nothing up.
  ///
  /// - Parameter draining: how long to wait for calls in flight.
  public func stop(draining: TimeSpan) {}

  /// Gives the store away before the process is stopped by job control.
  public func suspendForStop() {}

  /// Takes the store again after `suspendForStop`, or says who has it now.
  public func resume() throws(EngineStartFailure) { try start() }

  /// Looks at the store for requests now. It is found out without this, too.
  public func wake() {}

  /// Why it stopped by itself; nil while it runs.
  public var lost: SafeText? { nil }

  /// What keeps it from storing at present, so that it does nothing new; nil: nothing does.
  public var trouble: SafeText? { nil }
}
