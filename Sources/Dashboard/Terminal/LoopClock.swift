import DeploymentInterface
import Posix

/// The machine's monotonic and wall clocks.
enum LoopClock {
  static func now() -> EngineTime {
    EngineTime(
      moment: Moment(milliseconds: SystemClock.monotonicMilliseconds),
      utc: Timestamp(milliseconds: SystemClock.utcMilliseconds))
  }
}
