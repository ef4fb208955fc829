import DeploymentInterface

/// The sentences that several readers of a configuration need.
enum Wording {
  /// The longest length of time; far below what clocks can add up.
  static let longest = TimeSpan.hours(24 * 3650)

  /// What a length of time looks like.
  static let durationExamples = "write 50ms, 10s, 5m or 1h"

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
  static func notOneOf(_ key: String, _ text: String, _ allowed: [String]) -> String {
    let near = NearestName.of(text, in: allowed).map { "did you mean \($0)? " } ?? ""
    return "`\(key): \(text)` is not known; \(near)allowed: \(allowed.joined(separator: ", "))"
  }

  /// What is wrong with a length of time.
  static func notADuration(_ key: String, _ value: YAMLValue) -> String {
    let isBareNumber = value.text.map { Double($0) != nil } ?? false
    let isNegative = value.text?.hasPrefix("-") ?? false
    if isNegative { return "`\(key): \(value.shown)` is negative; \(durationExamples)" }
    return isBareNumber
      ? "`\(key): \(value.shown)` has no unit; \(durationExamples)"
      : "`\(key): \(value.shown)` is not a length of time; \(durationExamples)"
  }

  private static func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }
}
