package import DeploymentInterface
package import SafeTexts

/// The time zone of the user. Stored times are UTC; shown times are local.
package struct Zone: Hashable, Sendable {
  /// The offset in seconds east of Greenwich.
  var offset: Int
  /// The short name, if the zone has one: `CET`.
  var name: SafeText = ""

  package init(offset: Int, name: SafeText = "") {
    self.offset = offset
    self.name = name
  }

  /// UTC.
  package static let utc = Zone(offset: 0, name: "UTC")

  /// The name, or else the offset: `+05:30`.
  var label: SafeText {
    if !name.isEmpty { return name }
    let minutes = abs(offset) / 60
    return "\(offset < 0 ? "-" : "+")\(ClockText.two(minutes / 60)):\(ClockText.two(minutes % 60))"
  }
}

/// Formats times and durations for people.
package enum ClockText {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The age: `12 s`, `4 m`, `2 h`, `3 d`. Seconds only below a minute, so that idle rows seldom
  /// change.
  package static func age(_ span: TimeSpan) -> String {
    let seconds = max(0, span.milliseconds) / 1000
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) m" }
    return seconds < 86_400 ? "\(seconds / 3600) h" : "\(seconds / 86_400) d"
  }

  /// The remaining time, rounded up: `4 s`, `5 m`, `2 h`.
  package static func left(_ span: TimeSpan) -> String {
    let seconds = (max(0, span.milliseconds) + 999) / 1000
    if seconds < 60 { return "\(seconds) s" }
    return seconds < 3600 ? "\((seconds + 59) / 60) m" : "\((seconds + 3599) / 3600) h"
  }

  /// `09:41`.
  static func minute(_ time: Timestamp, _ zone: Zone) -> String {
    let (hour, minute, _) = clock(time, zone)
    return "\(two(hour)):\(two(minute))"
  }

  /// `09:41:07`.
  static func second(_ time: Timestamp, _ zone: Zone) -> String {
    let (hour, minute, second) = clock(time, zone)
    return "\(two(hour)):\(two(minute)):\(two(second))"
  }

  /// `Nov 3`.
  static func day(_ time: Timestamp, _ zone: Zone) -> String {
    let (month, day) = date(localDay(time, zone))
    return "\(months[month - 1]) \(day)"
  }

  /// The time of day, with the day unless it is today: `08:12`, `Nov 3 08:12`.
  static func since(_ time: Timestamp, now: Timestamp, _ zone: Zone) -> String {
    localDay(time, zone) == localDay(now, zone)
      ? minute(time, zone) : "\(day(time, zone)) \(minute(time, zone))"
  }

  /// The time and the distance from now: `09:41:07 (in 8 s)`, `08:12 (2 h ago)`.
  package static func point(_ time: Timestamp, now: Timestamp, _ zone: Zone) -> String {
    let distance = time - now
    let clock =
      localDay(time, zone) == localDay(now, zone)
      ? second(time, zone) : "\(day(time, zone)) \(minute(time, zone))"
    return distance.milliseconds >= 0
      ? "\(clock) (in \(left(distance)))" : "\(clock) (\(age(now - time)) ago)"
  }

  /// The number with at least two digits.
  static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func localSeconds(_ time: Timestamp, _ zone: Zone) -> Int {
    // Rounded down, also before 1970.
    Int((Double(time.milliseconds) / 1000).rounded(.down)) + zone.offset
  }

  private static func localDay(_ time: Timestamp, _ zone: Zone) -> Int {
    Int((Double(localSeconds(time, zone)) / 86_400).rounded(.down))
  }

  private static func clock(_ time: Timestamp, _ zone: Zone) -> (Int, Int, Int) {
    let seconds = localSeconds(time, zone) - localDay(time, zone) * 86_400
    return (seconds / 3600, seconds / 60 % 60, seconds % 60)
  }

  /// The month and day of a day counted from 1970-01-01, by the calendar's 400-year cycle.
  private static func date(_ days: Int) -> (month: Int, day: Int) {
    let shifted = days + 719_468
    let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfCycle = shifted - cycle * 146_097
    let year = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    return (month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
  }
}
