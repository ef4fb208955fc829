/// Text that cannot harm a terminal, a log or its reader.
///
/// Every text from outside (a driver, a guest, a configuration, a user's name) becomes a `SafeText`
/// where it enters. Control characters, bidirectional overrides and invisible characters are made
/// visible (`␛`, `‹202E›`), invalid UTF-8 becomes U+FFFD, combining marks are limited, and the text
/// is cut at `SafeText.byteLimit`.
public struct SafeText: Hashable, Comparable, Sendable {
  /// Maximum length of a text, in UTF-8 bytes; enough for a reason with its cause.
  public static let byteLimit = 4096
  /// Maximum number of combining marks on one base character; more are dropped.
  public static let combiningMarkLimit = 4

  /// The cleaned text.
  public let text: String

  /// Cleans a text.
  public init(_ raw: some StringProtocol, limit: Int = SafeText.byteLimit) {
    let text = String(raw)
    self.text = Self.isPlain(text, limit: limit) ? text : Self.cleaned(text, limit: limit)
  }

  /// Cleans a text given as bytes; invalid UTF-8 becomes U+FFFD.
  public init(bytes: some Sequence<UInt8>, limit: Int = SafeText.byteLimit) {
    self.init(String(decoding: Array(bytes), as: UTF8.self), limit: limit)
  }

  /// Whether the text has no characters.
  public var isEmpty: Bool { text.isEmpty }

  /// Compares by Unicode scalar values, so that the order is the same in every process.
  public static func < (one: SafeText, other: SafeText) -> Bool { one.text < other.text }

  /// Works on the bytes because it is hot: most texts are plain, and a start checks 100,000 of
  /// them.
  private static func isPlain(_ text: String, limit: Int) -> Bool {
    var text = text
    return text.withUTF8 { utf8 in
      utf8.count <= limit && utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
    }
  }

  private static func cleaned(_ raw: some StringProtocol, limit: Int) -> String {
    var result = String.UnicodeScalarView()
    var bytes = 0
    var marks = 0
    for scalar in raw.unicodeScalars {
      let isMark = scalar.properties.generalCategory.isMark
      marks = isMark ? marks + 1 : 0
      if marks > combiningMarkLimit { continue }
      let shown = visible(scalar)
      bytes += shown.utf8.count
      if bytes > limit - 3 {
        result.append("…")
        break
      }
      result.append(contentsOf: shown.unicodeScalars)
    }
    return String(result)
  }

  private static func visible(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x00...0x1f: String(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
    case 0x7f: "␡"
    case 0x80...0x9f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0x061c, 0xfeff, 0x00ad,
      0xfff9...0xfffb, 0xe0000...0xe0fff:
      "‹" + String(scalar.value, radix: 16, uppercase: true) + "›"
    default: String(scalar)
    }
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isMark: Bool {
    self == .nonspacingMark || self == .enclosingMark || self == .spacingMark
  }
}

extension SafeText: CustomStringConvertible, ExpressibleByStringInterpolation, Codable {
  /// The cleaned text.
  public var description: String { text }
  /// Cleans a literal like any other text.
  public init(stringLiteral value: String) { self.init(value) }
  /// Decoding cleans too: a stored text may have been tampered with.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
  /// Encodes a plain string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
