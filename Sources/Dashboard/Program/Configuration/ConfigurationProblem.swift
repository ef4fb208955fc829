import SafeTexts

/// One thing that is wrong with a file: where, what, and what to do about it.
struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's path as it was given.
  let file: SafeText
  /// The line, from 1; nil when the file as a whole is concerned.
  let line: Int?
  /// The column, from 1; known for syntax errors only.
  let column: Int?
  /// What is wrong, and what is allowed or to be done.
  let sentence: SafeText

  init(file: String, line: Int? = nil, column: Int? = nil, _ sentence: SafeText) {
    self.file = SafeText(file)
    self.line = line
    self.column = column
    self.sentence = sentence
  }

  /// `FILE:LINE: SENTENCE`, as compilers write it, so that editors jump to it.
  var description: String {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    return "\(file)\(place): \(sentence)"
  }
}

extension ConfigurationProblem {
  /// By line; what concerns the whole file comes first.
  static func precedes(_ one: Self, _ other: Self) -> Bool {
    (one.line ?? 0, one.column ?? 0) < (other.line ?? 0, other.column ?? 0)
  }
}
