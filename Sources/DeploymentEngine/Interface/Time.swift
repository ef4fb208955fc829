/// A duration in milliseconds. Never negative in a configuration.
public struct TimeSpan: Hashable, Comparable, Codable, Sendable {
  /// The length in milliseconds.
  public var milliseconds: Int64

  /// A duration in milliseconds.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Zero.
  public static let zero = TimeSpan(milliseconds: 0)
  /// A duration in milliseconds.
  public static func milliseconds(_ count: Int64) -> TimeSpan { .init(milliseconds: count) }
  /// A duration in seconds.
  public static func seconds(_ count: Int64) -> TimeSpan { .init(milliseconds: count * 1000) }
  /// A duration in minutes.
  public static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
  /// A duration in hours.
  public static func hours(_ count: Int64) -> TimeSpan { .minutes(count * 60) }

  /// A duration of the standard library, rounded toward zero to milliseconds; one that is too long
  /// becomes the longest possible one.
  public init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, isTooLong) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    self.init(milliseconds: overflow || isTooLong ? (seconds < 0 ? .min : .max) : sum)
  }

  /// The same duration as a type of the standard library.
  public var duration: Duration { .milliseconds(milliseconds) }

  /// Shorter before longer.
  public static func < (one: TimeSpan, other: TimeSpan) -> Bool {
    one.milliseconds < other.milliseconds
  }
  /// The sum of two durations.
  public static func + (one: TimeSpan, other: TimeSpan) -> TimeSpan {
    .init(milliseconds: one.milliseconds + other.milliseconds)
  }
}

extension TimeSpan: CustomStringConvertible {
  /// The form of a configuration: `50ms`, `30s`, `10m`, `1h`.
  public var description: String {
    if milliseconds % 1000 != 0 { return "\(milliseconds)ms" }
    let seconds = milliseconds / 1000
    if seconds == 0 || seconds % 60 != 0 { return "\(seconds)s" }
    let minutes = seconds / 60
    return minutes % 60 == 0 ? "\(minutes / 60)h" : "\(minutes)m"
  }

  /// For a sentence: `8 s`, `9 min`, `1 h 59 min`, `12 h`; seconds only under a minute and minutes
  /// only under ten hours, rounded up.
  public var spoken: String {
    let seconds = (max(0, milliseconds) + 999) / 1000
    if seconds < 60 { return "\(seconds) s" }
    let minutes = (seconds + 59) / 60
    if minutes < 60 { return "\(minutes) min" }
    if minutes >= 600 { return "\((minutes + 59) / 60) h" }
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
  }

  /// Parses `50ms`, `30s`, `10m`, `1h`, `2d`; nil for any other text, such as a number without a
  /// unit.
  public init?(parsing text: String) {
    let units: [(String, Int64)] = [
      ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text[digits.endIndex...]
    guard let count = Int64(digits), let factor = units.first(where: { $0.0 == unit })?.1,
      case let (value, overflow) = count.multipliedReportingOverflow(by: factor), !overflow
    else { return nil }
    self.init(milliseconds: value)
  }
}

/// A point on the monotonic clock, in milliseconds since an origin that is valid in this run only.
public struct Moment: Hashable, Comparable, Sendable {
  /// Milliseconds since the origin.
  public var milliseconds: Int64

  /// The point this number of milliseconds after the origin.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Earlier before later.
  public static func < (one: Moment, other: Moment) -> Bool {
    one.milliseconds < other.milliseconds
  }
  /// The point that is `span` later.
  public static func + (moment: Moment, span: TimeSpan) -> Moment {
    .init(milliseconds: moment.milliseconds + span.milliseconds)
  }
  /// The point that lies a length earlier.
  public static func - (moment: Moment, span: TimeSpan) -> Moment {
    .init(milliseconds: moment.milliseconds - span.milliseconds)
  }
  /// The length from one point to another; negative when `other` is later.
  public static func - (moment: Moment, other: Moment) -> TimeSpan {
    .init(milliseconds: moment.milliseconds - other.milliseconds)
  }
}

/// A point of wall time in milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Codable, Sendable {
  /// Milliseconds since the epoch.
  public var milliseconds: Int64

  /// The point this number of milliseconds after the epoch.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Earlier before later.
  public static func < (one: Timestamp, other: Timestamp) -> Bool {
    one.milliseconds < other.milliseconds
  }
  /// The point that is `span` later.
  public static func + (time: Timestamp, span: TimeSpan) -> Timestamp {
    .init(milliseconds: time.milliseconds + span.milliseconds)
  }
  /// The time earlier by a span.
  public static func - (time: Timestamp, span: TimeSpan) -> Timestamp {
    Timestamp(milliseconds: time.milliseconds - span.milliseconds)
  }
  /// The duration from `other` to the first point; negative if `other` is later.
  public static func - (time: Timestamp, other: Timestamp) -> TimeSpan {
    .init(milliseconds: time.milliseconds - other.milliseconds)
  }
}

/// The time on both clocks. It is passed to the core, which reads no clock.
public struct EngineTime: Hashable, Sendable {
  /// The monotonic clock, for deadlines and pauses.
  public var moment: Moment
  /// The wall clock, for what is stored and shown.
  public var utc: Timestamp

  /// One reading of both clocks.
  public init(moment: Moment, utc: Timestamp) {
    self.moment = moment
    self.utc = utc
  }

  /// The deadline that is `length` from now.
  public func deadline(in length: TimeSpan) -> Deadline { Deadline(from: moment, length: length) }
}

/// A due time with its length, so that a jump of the wall clock can never extend it.
public struct Deadline: Hashable, Sendable {
  /// When it is due, on the monotonic clock of this run.
  public var at: Moment
  /// The length with which it was set.
  public var length: TimeSpan

  /// A due time that is `length` after `start`.
  public init(from start: Moment, length: TimeSpan) {
    self.at = start + length
    self.length = length
  }

  /// The wall time at which it is due, for the store and for display.
  public func utc(at now: EngineTime) -> Timestamp { now.utc + (at - now.moment) }

  /// A stored due time on the monotonic clock: never past, and never longer than its length.
  public init(storedUTC: Timestamp, length: TimeSpan, at now: EngineTime) {
    let left = min(max((storedUTC - now.utc).milliseconds, 0), length.milliseconds)
    self.at = now.moment + .milliseconds(left)
    self.length = length
  }
}
