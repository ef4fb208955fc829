/// The sentences about a value that cannot be what it must be: the same for a configuration file
/// and for the parameters of a driver.
package enum Wording {
  /// The longest length of time; far below what clocks can add up.
  package static let longest = TimeSpan.hours(24 * 3650)

  /// What a length of time looks like.
  package static let durationExamples = "write 50ms, 10s, 5m or 1h"

  /// Which numbers are allowed.
  static func from(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "write \(range.lowerBound) or more"
      : "write one from \(range.lowerBound) to \(range.upperBound)"
  }

  /// Which numbers are allowed.
  static func from(_ range: ClosedRange<Double>) -> String {
    "write one from \(short(range.lowerBound)) to \(short(range.upperBound))"
  }

  /// A text that is none of those allowed, with what was probably meant.
  package static func notOneOf(_ key: String, _ text: String, _ allowed: [String]) -> String {
    let near = NearestName.of(text, in: allowed).map { "did you mean \($0)? " } ?? ""
    return "`\(key): \(text)` is not known; \(near)allowed: \(allowed.joined(separator: ", "))"
  }

  /// A key that is none of those known, with the one that was probably meant.
  package static func unknownKey(_ key: String, in place: String, _ known: [String]) -> String {
    let allowed = known.isEmpty ? "no key" : known.joined(separator: ", ")
    let near = NearestName.of(key, in: known).map { "did you mean `\($0)`?" }
    return "unknown key `\(key)` in \(place); \(near ?? "allowed: \(allowed)")"
  }

  /// A parameter that must be there and is not.
  package static func missing(_ parameter: Parameter, in place: String) -> String {
    "\(place) needs `\(parameter.name)`: \(parameter.help)"
  }

  /// A text that is not a length of time.
  package static func notADuration(_ key: String, _ written: String) -> String {
    if written.hasPrefix("-") { return "`\(key): \(written)` is negative; \(durationExamples)" }
    return Double(written) != nil
      ? "`\(key): \(written)` has no unit; \(durationExamples)"
      : "`\(key): \(written)` is not a length of time; \(durationExamples)"
  }

  /// `1` instead of `1.0`.
  static func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }
}

extension ParameterValue {
  /// As it would be written, short enough for a sentence.
  var written: String {
    switch self {
    case .bool(let value): "\(value)"
    case .integer(let number): "\(number)"
    case .number(let number): Wording.short(number)
    case .text(let text): text.count > 40 ? text.prefix(39) + "…" : text
    case .duration(let span): span.description
    case .list, .rows: "[…]"
    case .map: "…"
    }
  }

  /// What it is, for a sentence about what it should be instead.
  var shape: String {
    switch self {
    case .bool, .integer, .number, .text, .duration: "`\(written)`"
    case .list, .rows: "a list"
    case .map: "a section"
    }
  }
}
