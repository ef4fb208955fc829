import DeploymentInterface
import SafeTexts

/// A JSON document whose keys stand in the order in which they were written down.
indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One key with its value.
  struct Member: Hashable, Sendable {
    let key: String
    let value: JSONValue
  }

  /// The document on one line; with `lines` a list has one line for each item, so that it can be
  /// read and searched.
  func text(lines: Bool = false) -> String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let number): String(number)
    case .string(let text): Self.quoted(text)
    case .array(let items) where lines && !items.isEmpty:
      "[\n" + items.map { "  " + $0.text() }.joined(separator: ",\n") + "\n]"
    case .array(let items): "[" + items.map { $0.text() }.joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { Self.quoted($0.key) + ": " + $0.value.text() }.joined(separator: ", ")
        + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(members.map { Member(key: $0.0, value: $0.1) })
  }
}

extension JSONValue {
  /// A text, or null where there is none or it is empty.
  static func text(_ text: SafeText?) -> JSONValue {
    text.flatMap { $0.isEmpty ? nil : .string($0.text) } ?? .null
  }

  /// Anything with a description, or null.
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
