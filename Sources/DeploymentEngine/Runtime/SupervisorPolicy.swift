import DeploymentEngine
import DeploymentInterface
import EngineStore

/// Decides a supervisor's next step: a pure function of the wish, the situation and the time.
struct SupervisorPolicy: Hashable {
  /// The wish of the process.
  enum Wish: Hashable {
    /// Run the engine, unless another process does.
    case run
    /// Leave the store to others until the next `run`.
    case suspend
    /// End the supervisor.
    case stop
  }

  /// The engine's situation.
  enum Situation: Hashable {
    /// Not in this process. With the status of the lease, and the time when the engine of this
    /// process last ended or failed to start; nil if it was not tried yet.
    case away(LeaseStatus, lastTry: Moment?)
    /// In this process.
    case here
    /// It was in this process, and has ended on its own.
    case lost
    /// It was in this process, which has handed the store over.
    case suspended
  }

  /// A step of the supervisor.
  enum Step: Hashable {
    /// Try to start the engine.
    case start
    /// Stop the engine and release the store.
    case handOver
    /// Give up the engine of this process and watch the store.
    case standBy
    /// Wait for this long, or until something happens.
    case wait(TimeSpan)
    /// End the supervisor for good.
    case end
  }

  /// Interval of checks on the engine of another process.
  static let lookInterval = TimeSpan.milliseconds(500)
  /// Interval of checks on the engine of this process, which also signals its end.
  static let checkInterval = TimeSpan.seconds(5)

  /// Whether the supervisor waits for a store that another engine holds, and restarts its engine
  /// after it has ended. If false, it starts the engine once, immediately.
  var takesOver: Bool

  /// The next step.
  func step(_ wish: Wish, _ situation: Situation, at now: Moment) -> Step {
    switch (wish, situation) {
    case (.stop, _): .end
    case (.suspend, .here): .handOver
    case (.suspend, .away), (.suspend, .suspended): .wait(Self.checkInterval)
    case (_, .lost): takesOver ? .standBy : .end
    case (.run, .suspended): .start
    case (.run, .here): .wait(Self.checkInterval)
    case (.run, .away(let lease, let lastTry)): stepAway(lease, lastTry, now)
    }
  }

  private func stepAway(_ lease: LeaseStatus, _ lastTry: Moment?, _ now: Moment) -> Step {
    guard takesOver else { return lastTry == nil ? .start : .end }
    if case .running = lease { return .wait(Self.lookInterval) }
    let next = lastTry.map { $0 + Self.lookInterval } ?? now
    return next > now ? .wait(next - now) : .start
  }

  /// Whether to give up on an engine that could not be started: always without `takesOver`, and
  /// otherwise if the store cannot be used at the first attempt, unless it may become writable or
  /// can still be viewed.
  func isFinal(_ failure: EngineStartFailure, isFirst: Bool) -> Bool {
    guard takesOver else { return true }
    guard isFirst, case .store(let store) = failure.cause else { return false }
    return ![.unwritable, .untrusted].contains(store.kind)
  }
}
