/// Fills a deployment's name and port into texts. Replaces only `$NAME`, `${NAME}`, `$PORT` and
/// `${PORT}`.
struct ProcessTemplate {
  let name: String
  let port: UInt16?

  /// The text with both filled in; `$NAMES` and other variables stay unchanged for a shell.
  func filled(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      guard let (variable, length) = Self.variable(at: rest) else {
        result += "$"
        continue
      }
      result += variable == "NAME" ? name : port.map(String.init) ?? ""
      rest = rest.dropFirst(length)
    }
    return result + rest
  }

  /// Whether the text contains a variable for the port.
  func mentionsPort(_ text: String) -> Bool {
    text.indices.contains { index in
      text[index] == "$" && Self.variable(at: text[text.index(after: index)...])?.name == "PORT"
    }
  }

  private static func variable(at text: Substring) -> (name: String, length: Int)? {
    for name in ["NAME", "PORT"] {
      if text.hasPrefix("{\(name)}") { return (name, name.count + 2) }
      if text.hasPrefix(name), !continues(text.dropFirst(name.count)) { return (name, name.count) }
    }
    return nil
  }

  private static func continues(_ rest: Substring) -> Bool {
    guard let next = rest.first else { return false }
    return next == "_" || next.isASCII && (next.isLetter || next.isNumber)
  }
}
