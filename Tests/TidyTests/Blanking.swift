/// Replaces comments and the contents of string literals by spaces, byte for byte. The code that
/// remains keeps its lines and columns.
///
/// Interpolations count as code. Regex literals are not recognised.
struct Blanking {
  private let bytes: [UInt8]
  private var out: [UInt8]
  private var at = 0

  private init(_ text: String) {
    bytes = Array(text.utf8)
    out = bytes
  }

  /// The code of a text.
  static func code(of text: String) -> String {
    var blanking = Blanking(text)
    blanking.scan()
    return String(decoding: blanking.out, as: UTF8.self)
  }

  private mutating func scan() {
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "/") where next == UInt8(ascii: "/"): blankLine()
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"): blankComment()
      case UInt8(ascii: "\""): blankLiteral(pounds: 0)
      case UInt8(ascii: "#"): pounds()
      default: at += 1
      }
    }
  }

  private var next: UInt8? { at + 1 < bytes.count ? bytes[at + 1] : nil }

  private mutating func blank() {
    if bytes[at] != UInt8(ascii: "\n") { out[at] = UInt8(ascii: " ") }
    at += 1
  }

  private mutating func blankLine() {
    while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { blank() }
  }

  private mutating func blankComment() {
    var depth = 0
    while at < bytes.count {
      if starts("/*") {
        depth += 1
        blank()
      } else if starts("*/") {
        depth -= 1
        blank()
      }
      blank()
      if depth == 0 { return }
    }
  }

  /// Handles `#"…"#`, and anything else that begins with a number sign.
  private mutating func pounds() {
    var count = 0
    while at < bytes.count, bytes[at] == UInt8(ascii: "#") {
      count += 1
      at += 1
    }
    if at < bytes.count, bytes[at] == UInt8(ascii: "\"") { blankLiteral(pounds: count) }
  }

  /// Blanks a literal, from its opening quote past its closing quote; the quotes themselves stay.
  private mutating func blankLiteral(pounds: Int) {
    let quotes = starts("\"\"\"") ? "\"\"\"" : "\""
    let tail = String(repeating: "#", count: pounds)
    at += quotes.utf8.count
    while at < bytes.count {
      if starts(quotes + tail) {
        at += quotes.utf8.count + pounds
        return
      }
      if quotes.utf8.count == 1, bytes[at] == UInt8(ascii: "\n") { return }
      if starts("\\" + tail + "(") {
        for _ in 0..<(2 + pounds) { blank() }
        followInterpolation()
      } else if starts("\\" + tail), at + 1 + pounds < bytes.count {
        for _ in 0..<(2 + pounds) { blank() }
      } else {
        blank()
      }
    }
  }

  /// Skips an interpolation past its closing parenthesis; literals inside are blanked.
  private mutating func followInterpolation() {
    var depth = 1
    while at < bytes.count, depth > 0 {
      switch bytes[at] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "\""):
        blankLiteral(pounds: 0)
        continue
      case UInt8(ascii: "\n"): return
      default: break
      }
      at += 1
    }
  }

  private func starts(_ text: String) -> Bool {
    var position = at
    for byte in text.utf8 {
      guard position < bytes.count, bytes[position] == byte else { return false }
      position += 1
    }
    return true
  }
}
