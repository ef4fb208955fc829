/// Messages about invalid values, shared by configuration files and the parameters of drivers.
package enum Wording {
  /// The longest duration, well below the overflow of clock arithmetic.
  package static let longest = TimeSpan.hours(24 * 3650)

  /// Examples of a duration.
  package static let durationExamples = "write 50ms, 10s, 5m or 1h"

  /// The allowed numbers.
  static func from(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? "write \(range.lowerBound) or more"
      : "write one from \(range.lowerBound) to \(range.upperBound)"
  }

  /// The allowed numbers.
  static func from(_ range: ClosedRange<Double>) -> String {
    "write one from \(short(range.lowerBound)) to \(short(range.upperBound))"
  }

  /// A text that is not allowed, with the one that was probably meant.
  package static func notOneOf(_ key: String, _ text: String, _ allowed: [String]) -> String {
    let near = NearestName.of(text, in: allowed).map { "did you mean \($0)? " } ?? ""
    return "`\(key): \(text)` is not known; \(near)allowed: \(allowed.joined(separator: ", "))"
  }

  /// An unknown key, with the one that was probably meant.
  package static func unknownKey(_ key: String, in place: String, _ known: [String]) -> String {
    let allowed = known.isEmpty ? "no key" : known.joined(separator: ", ")
    let near = NearestName.of(key, in: known).map { "did you mean `\($0)`?" }
    return "unknown key `\(key)` in \(place); \(near ?? "allowed: \(allowed)")"
  }

  /// A required parameter that is missing.
  package static func missing(_ parameter: Parameter, in place: String) -> String {
    "\(place) needs `\(parameter.name)`: \(parameter.help)"
  }

  /// A text that is not a duration.
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
  /// The value as it would be written, cut for a sentence.
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

  /// A description of the value for a sentence about the expected one.
  var shape: String {
    switch self {
    case .bool, .integer, .number, .text, .duration: "`\(written)`"
    case .list, .rows: "a list"
    case .map: "a section"
    }
  }
}
