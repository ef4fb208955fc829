/// One file of the tree.
struct SourceFile: Sendable {
  /// The path relative to the root of the tree.
  let path: String
  /// The whole text.
  let text: SearchedText
  /// The code: comments and the contents of literals are replaced by blanks. Empty if the file is
  /// not Swift.
  let code: SearchedText

  init(path: String, text: String) {
    self.path = path
    self.text = SearchedText(text)
    code = SearchedText(path.hasSuffix(".swift") ? Blanking.code(of: text) : "")
  }

  var lines: [Substring] { text.lines }
  var isSwift: Bool { path.hasSuffix(".swift") }
  var isTest: Bool { path.hasPrefix("Tests/") }
  /// The last part of the path.
  var name: Substring { path.split(separator: "/").last ?? "" }

  func isBelow(_ folders: [String]) -> Bool { folders.contains { path.hasPrefix($0 + "/") } }

  func finding(_ line: Int, _ message: String) -> Finding {
    Finding(path: path, line: line, message: message)
  }
}

/// One place that breaks a rule, with a message that says what to write instead.
struct Finding: Hashable, Sendable, CustomStringConvertible {
  let path: String
  /// The line's number, from 1.
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }
}
