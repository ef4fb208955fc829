import Testing

/// One rule of the house: a claim about every file, and what breaks it.
struct Rule: Sendable, CustomTestStringConvertible {
  let claim: String
  let check: @Sendable (SourceFile) -> [Finding]

  init(_ claim: String, check: @escaping @Sendable (SourceFile) -> [Finding]) {
    self.claim = claim
    self.check = check
  }

  var testDescription: String { claim }

  /// A word that code may not contain, and what to write instead.
  struct Word: Sendable {
    let word: String
    let instead: String

    init(_ word: String, _ instead: String) {
      self.word = word
      self.instead = instead
    }
  }

  /// No line of code in these files holds one of these words.
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
