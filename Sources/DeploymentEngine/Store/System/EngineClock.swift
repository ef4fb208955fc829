public import DeploymentInterface
import Glibc

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
      moment: Moment(milliseconds: milliseconds(CLOCK_MONOTONIC)),
      utc: Timestamp(milliseconds: milliseconds(CLOCK_REALTIME)))
  }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
