public import DeploymentInterface
import Posix

/// Tells both times to the engine.
public struct EngineClock: Sendable {
  private let read: @Sendable () -> EngineTime

  /// A clock that asks a function; for tests.
  public init(_ read: @escaping @Sendable () -> EngineTime) { self.read = read }

  /// What both clocks say.
  public var now: EngineTime { read() }

  /// The machine's clocks. The monotonic one stands still while the machine sleeps: what the engine
  /// waits for slept as well, so a night's sleep makes nothing late.
  public static let system = EngineClock {
    EngineTime(
      moment: Moment(milliseconds: SystemClock.monotonicMilliseconds),
      utc: Timestamp(milliseconds: SystemClock.utcMilliseconds))
  }
}
