import Testing

/// One rule: a claim about every file, and a check that finds the places that break it.
struct Rule: Sendable, CustomTestStringConvertible {
  let claim: String
  let check: @Sendable (SourceFile) -> [Finding]

  init(_ claim: String, check: @escaping @Sendable (SourceFile) -> [Finding]) {
    self.claim = claim
    self.check = check
  }

  var testDescription: String { claim }

  /// A word that must not occur, and what to write instead.
  struct Word: Sendable {
    let word: String
    let instead: String

    init(_ word: String, _ instead: String) {
      self.word = word
      self.instead = instead
    }
  }

  /// A rule that no line of code in these files contains one of these words.
  static func forbidding(
    _ claim: String, _ words: [Word], where applies: @escaping @Sendable (SourceFile) -> Bool
  ) -> Rule {
    Rule(claim) { file in
      guard file.isSwift, applies(file) else { return [] }
      return words.flatMap { word in
        file.code.lines(with: word.word).map { file.finding($0, "`\(word.word)`: \(word.instead)") }
      }
    }
  }
}
