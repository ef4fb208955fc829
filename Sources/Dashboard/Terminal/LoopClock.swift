import DeploymentInterface
import Posix

/// Both clocks of the machine.
enum LoopClock {
  static func now() -> EngineTime {
    EngineTime(
      moment: Moment(milliseconds: SystemClock.monotonicMilliseconds),
      utc: Timestamp(milliseconds: SystemClock.utcMilliseconds))
  }
}
