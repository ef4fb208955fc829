import Basics
import DeploymentInterface
import SafeTexts

extension JSONValue {
  /// A text; null if it is nil or empty.
  static func text(_ text: SafeText?) -> JSONValue {
    text.flatMap { $0.isEmpty ? nil : .string($0.text) } ?? .null
  }

  /// A value's description, or null.
  static func described(_ value: (some CustomStringConvertible)?) -> JSONValue {
    value.map { .string($0.description) } ?? .null
  }

  /// A number, or null.
  static func number(_ value: (some BinaryInteger)?) -> JSONValue {
    value.map { .integer(Int64(clamping: $0)) } ?? .null
  }

  /// A time as ISO 8601 in UTC, or null.
  static func time(_ time: Timestamp?) -> JSONValue {
    time.map { .string(TimeText.iso8601($0)) } ?? .null
  }
}
