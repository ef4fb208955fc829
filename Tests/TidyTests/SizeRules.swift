extension Rule {
  /// Limits on length. A part that reaches its limit needs a second name, not a shorter layout.
  static let sizes: [Rule] = [
    Rule("No line is longer than 100 columns") { file in
      guard !file.path.hasSuffix(".md") else { return [] }
      return file.lines.indices.filter { file.lines[$0].utf8.count > 100 }
        .filter { file.lines[$0].unicodeScalars.count > 100 }
        .map { file.finding($0 + 1, "longer than 100 columns: break it, or name a part of it") }
    },
    Rule("No function is longer than 70 lines") { file in
      FunctionLengths.all(in: file).filter { $0.lines > 70 }.map {
        file.finding(
          $0.line, "\($0.lines) lines in one function: give its parts names of their own")
      }
    },
    Rule("No Swift file is longer than 400 lines") { file in
      guard file.isSwift, file.lines.count > 400 else { return [] }
      return [
        file.finding(
          401, "\(file.lines.count) lines in one file: move a topic to `Type+Topic.swift`")
      ]
    },
  ]
}

/// Finds functions and counts their lines, including the first and the last.
struct FunctionLengths {
  private struct Open {
    let line: Int
    let depth: Int
  }

  private static let words = ["func ", "init(", "init?(", "deinit ", "subscript("]

  static func all(in file: SourceFile) -> [(line: Int, lines: Int)] {
    guard file.isSwift else { return [] }
    var found: [(line: Int, lines: Int)] = []
    var depth = 0
    var declared: Int?
    var open: [Open] = []
    let candidates = Set(words.flatMap { file.code.lines(with: $0) })
    for (index, line) in file.code.lines.enumerated() {
      if candidates.contains(index + 1), begins(line) { declared = index }
      for byte in line.utf8 {
        if byte == UInt8(ascii: "{") {
          if let start = declared { open.append(Open(line: start, depth: depth)) }
          declared = nil
          depth += 1
        } else if byte == UInt8(ascii: "}") {
          depth -= 1
          if let last = open.last, last.depth == depth {
            open.removeLast()
            found.append((last.line + 1, index - last.line + 1))
          }
        }
      }
    }
    return found
  }

  /// Whether the line is a declaration, not a call: only attributes and modifiers precede the word.
  private static func begins(_ line: Substring) -> Bool {
    let text = line.drop { $0 == " " }
    return words.contains { word in
      guard let hit = text.firstRange(of: word) else { return false }
      return text[..<hit.lowerBound].allSatisfy { $0.isLetter || " @_()".contains($0) }
    }
  }
}
