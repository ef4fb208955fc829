import DeploymentInterface
import Glibc

/// Both clocks of the machine.
enum LoopClock {
  static func now() -> EngineTime {
    EngineTime(
      moment: Moment(milliseconds: read(CLOCK_MONOTONIC)),
      utc: Timestamp(milliseconds: read(CLOCK_REALTIME)))
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
