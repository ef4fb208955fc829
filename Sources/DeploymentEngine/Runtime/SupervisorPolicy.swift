import DeploymentEngine
import DeploymentInterface
import EngineStore

/// What a supervisor does next: a function of the lease's status and the time, and of nothing else.
struct SupervisorPolicy: Hashable {
  /// What the process wants.
  enum Wish: Hashable {
    /// An engine on the store, in this process where no other has one.
    case run
    /// The store for others, until `run` is wished again.
    case suspend
    /// An end.
    case stop
  }

  /// Where the engine is.
  enum Situation: Hashable {
    /// Not in this process. Who holds the store, and when the engine of this process last failed to
    /// start or ended; nil: it was not tried yet.
    case away(LeaseStatus, lastTry: Moment?)
    /// In this process.
    case here
    /// It was in this process, and has ended by itself.
    case lost
    /// It was in this process, which has given the store away.
    case suspended
  }

  /// What to do.
  enum Step: Hashable {
    /// Start the engine, or try to.
    case start
    /// Stop the engine, and give the store away.
    case handOver
    /// Be no engine, but go on looking.
    case standBy
    /// Nothing, for this long or until something happens.
    case wait(TimeSpan)
    /// Nothing any more.
    case end
  }

  /// How often to look whether the engine of another process is still there.
  static let lookInterval = TimeSpan.milliseconds(500)
  /// How often to look at the engine of this process, whose end is told.
  static let checkInterval = TimeSpan.seconds(5)

  /// Whether it waits for a store that another engine holds, and starts the engine again after it
  /// has ended; else it starts the engine once, at once.
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

  /// Whether an engine that could not be started is not tried again: where it has to start at once,
  /// and where a store cannot be used at the first look. One that is not writable may become so.
  func isFinal(_ failure: EngineStartFailure, isFirst: Bool) -> Bool {
    guard takesOver else { return true }
    guard isFirst, case .store(let store) = failure.cause else { return false }
    return store.kind != .unwritable
  }
}
