public import DeploymentInterface
import Posix

/// The source of the engine's times.
public struct EngineClock: Sendable {
  private let read: @Sendable () -> EngineTime

  /// A clock that reads its times from a function; for tests.
  public init(_ read: @escaping @Sendable () -> EngineTime) { self.read = read }

  /// The current monotonic and wall times.
  public var now: EngineTime { read() }

  /// The machine's clocks. The monotonic clock stops while the machine sleeps. The tasks that the
  /// engine waits for sleep as well, so suspending the machine makes nothing overdue.
  public static let system = EngineClock {
    EngineTime(
      moment: Moment(milliseconds: SystemClock.monotonicMilliseconds),
      utc: Timestamp(milliseconds: SystemClock.utcMilliseconds))
  }
}
