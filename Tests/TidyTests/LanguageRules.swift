extension Rule {
  /// Folders of Swift sources whose comments and messages have been proofread. The rules on
  /// language apply there, and to every document, script and makefile. Add a folder after
  /// proofreading it.
  private static let proofread = [
    "Sources/Dashboard", "Sources/DeploymentEngine/Core", "Sources/DeploymentEngine/Interface",
    "Sources/DeploymentEngine/Runtime", "Sources/DeploymentEngine/Simulation",
    "Sources/DeploymentEngine/Store/Codec", "Sources/DeploymentEngine/Store/Feed",
    "Sources/DeploymentEngine/Store/Lease", "Sources/DeploymentEngine/Store/Requests",
    "Sources/DeploymentEngine/Store/System", "Sources/Drivers", "Sources/Support",
    "Tests/DeploymentDriversTests", "Tests/LibvirtDriverTests", "Tests/TidyTests", "examples",
  ]

  static let language: [Rule] = [
    Rule("Comments, documents and messages are plain English") { file in
      guard isProofread(file) else { return [] }
      return phrases.flatMap { phrase in
        lines(with: phrase.word, in: file).map {
          file.finding($0, "`\(phrase.word)`: \(phrase.instead)")
        }
      }
    },
    Rule("No comment was broken by automatic wrapping") { file in
      guard isProofread(file), !file.path.hasSuffix(".md") else { return [] }
      return file.lines.indices.dropLast().filter { index in
        endsEarly(file.lines[index], before: file.lines[index + 1])
      }.map { file.finding($0 + 1, "the next word fits on this line: wrap the comment again") }
    },
    Rule("No file is empty") { file in
      let content = file.isSwift ? file.code.lines : file.lines
      guard content.allSatisfy({ $0.utf8.allSatisfy { $0 == UInt8(ascii: " ") } }) else {
        return []
      }
      return [file.finding(1, "the file contains nothing: delete it")]
    },
  ]

  /// Phrases that a reader stumbles over, and what to write instead.
  private static let phrases: [Word] = [
    Word("who" + "ever", "say who: the user, the caller, the next engine"),
    Word("ever " + "so", "give the interval: every 20 ms"),
    Word("be" + "fall", "use `happen to` or `affect`"),
    Word("be" + "falls", "use `happens to` or `affects`"),
    Word("mis" + "fortune", "use `fault`"),
    Word("so " + "many", "give the number, or name the limit"),
    Word("for so " + "long", "give the time, or name it"),
    Word("one " + "whose", "repeat the noun: a deployment whose …"),
    Word("as good " + "as", "use `practically`, or say what is equal"),
    Word("is to " + "be", "use `must be` or `will be`"),
    Word("are to " + "be", "use `must be` or `will be`"),
    Word("what there " + "is", "use `what exists`"),
    Word("told " + "of", "use `notified of`, or say who reports it"),
    Word("reck" + "oned", "use `computed` or `measured`"),
    Word("look " + "whether", "use `check whether`"),
    Word("looks " + "whether", "use `checks whether`"),
    Word("is looked " + "at", "say who checks it"),
  ]

  private static func isProofread(_ file: SourceFile) -> Bool {
    let isSource = file.isSwift || file.path.hasPrefix("Sources/")
    return !isSource || file.isBelow(proofread)
  }

  /// The lines in which a phrase begins; it may continue on the next line.
  private static func lines(with phrase: String, in file: SourceFile) -> [Int] {
    [phrase, phrase.prefix(1).uppercased() + phrase.dropFirst()].flatMap { spelling in
      file.text.lines(withWhole: spelling) + linesBroken(in: spelling, of: file)
    }
  }

  private static func linesBroken(in phrase: String, of file: SourceFile) -> [Int] {
    let words = phrase.split(separator: " ")
    return words.indices.dropFirst().flatMap { index in
      let head = words[..<index].joined(separator: " ") + "\n"
      let tail = words[index...].joined(separator: " ")
      return file.text.lines(with: head).filter { number in
        guard number < file.lines.count else { return false }
        return file.lines[number].drop { " /#>".contains($0) }.hasPrefix(tail)
      }
    }
  }

  /// The column up to which the next word would have fitted without doubt. Comments are wrapped
  /// near column 100, so a line that leaves this much room was broken by a tool.
  private static let fittingColumn = 80

  /// Whether a comment line ends inside a sentence although the next line's first word fits on it.
  private static func endsEarly(_ line: Substring, before next: Substring) -> Bool {
    guard let comment = CommentLine(line), let following = CommentLine(next),
      comment.margin == following.margin, let last = comment.text.last,
      !".:;?!|`".contains(last), let first = following.text.first, first.isLetter
    else { return false }
    let word = following.text.prefix { $0 != " " }
    return line.count + 1 + word.count <= fittingColumn
  }

  /// A line that contains only a comment.
  private struct CommentLine {
    /// The indentation and the comment marker with its space.
    let margin: Substring
    let text: Substring

    init?(_ line: Substring) {
      let indentation = line.prefix { $0 == " " }
      let marker = line.dropFirst(indentation.count).prefix { $0 == "/" || $0 == "#" }
      guard ["//", "///", "#"].contains(marker) else { return nil }
      let rest = line.dropFirst(indentation.count + marker.count)
      guard rest.hasPrefix(" ") else { return nil }
      margin = line.prefix(indentation.count + marker.count + 1)
      text = rest.dropFirst()
    }
  }
}
