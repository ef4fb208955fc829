import Glibc

/// The machine's clocks, in whole milliseconds.
package enum SystemClock {
  /// The monotonic clock. It stops while the machine sleeps, and restarts at each boot.
  package static var monotonicMilliseconds: Int64 { read(CLOCK_MONOTONIC) }

  /// The time of day: milliseconds since 1970 in UTC.
  package static var utcMilliseconds: Int64 { read(CLOCK_REALTIME) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// The unit of the start times of processes.
  package static let ticksPerSecond = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))

  /// The time since the start of the machine, in which the start times of processes are counted.
  package static var ticksSinceBoot: UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    let ticks = UInt64(max(0, now.tv_nsec)) * ticksPerSecond / 1_000_000_000
    return UInt64(max(0, now.tv_sec)) * ticksPerSecond + ticks
  }
}
