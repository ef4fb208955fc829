/// One file of the tree, as the rules see it.
struct SourceFile: Sendable {
  /// The path below the root of the tree.
  let path: String
  /// The text as it is written.
  let text: SearchedText
  /// What of it is code: comments and the insides of literals are blank. Empty for what is not
  /// Swift.
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

/// One breach of a rule, said so that the reader knows what to write instead.
struct Finding: Hashable, Sendable, CustomStringConvertible {
  let path: String
  /// From 1.
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }
}
