import DeploymentInterface
import Glibc

/// Formats times as text.
enum TimeText {
  /// `2026-01-01T09:00:00Z`: whole seconds, which every parser of ISO 8601 accepts.
  static func iso8601(_ time: Timestamp) -> String {
    let parts = components(time) { gmtime_r(&$0, &$1) }
    return "\(date(parts))T\(clock(parts))Z"
  }

  /// `2026-01-01 10:00:00` in the zone of this machine.
  static func local(_ time: Timestamp) -> String {
    let parts = components(time) { localtime_r(&$0, &$1) }
    return "\(date(parts)) \(clock(parts))"
  }

  private static func components(
    _ time: Timestamp, with split: (inout time_t, inout tm) -> Void
  ) -> tm {
    // Rounded down, also before 1970.
    var seconds = time_t((Double(time.milliseconds) / 1000).rounded(.down))
    var parts = tm()
    split(&seconds, &parts)
    return parts
  }

  private static func date(_ parts: tm) -> String {
    "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }

  private static func clock(_ parts: tm) -> String {
    "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
