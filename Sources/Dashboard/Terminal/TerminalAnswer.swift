import TerminalCells

/// An answer of the terminal to a question.
enum TerminalAnswer: Hashable, Sendable {
  /// `CSI 0 n`: everything sent before the question has been shown.
  case status
  /// The primary device attributes: a sign that no answer to an earlier question will follow.
  case attributes
  /// Whether the terminal knows a private mode.
  case mode(Int, isKnown: Bool)
  /// The background colour.
  case background(RGB)
}

extension TerminalAnswer {
  /// Parses a control sequence, without its introducer; nil for anything that was not asked for.
  init?(controlSequence body: String) {
    if body == "0n" || body == "3n" {
      self = .status
    } else if body.hasPrefix("?"), body.hasSuffix("c") {
      self = .attributes
    } else if body.hasPrefix("?"), body.hasSuffix("$y") {
      let numbers = body.dropFirst().dropLast(2).split(separator: ";").map { Int($0) }
      guard numbers.count == 2, let mode = numbers[0], let state = numbers[1] else { return nil }
      self = .mode(mode, isKnown: state == 1 || state == 2)
    } else {
      return nil
    }
  }

  /// Parses an operating system command, without its introducer and terminator:
  /// `11;rgb:1010/1414/1818`.
  init?(operatingSystemCommand body: String) {
    guard body.hasPrefix("11;rgb") else { return nil }
    let parts = body.drop { $0 != ":" }.dropFirst().split(separator: "/").prefix(3)
    let values = parts.compactMap(Self.component)
    guard values.count == 3 else { return nil }
    self = .background(RGB(red: values[0], green: values[1], blue: values[2]))
  }

  /// Scales one to four hexadecimal digits from their greatest value to 255.
  private static func component(_ digits: Substring) -> UInt8? {
    guard (1...4).contains(digits.count), let value = UInt32(digits, radix: 16) else { return nil }
    let greatest = UInt32(1) << (4 * UInt32(digits.count)) - 1
    return UInt8(value * 255 / greatest)
  }
}
