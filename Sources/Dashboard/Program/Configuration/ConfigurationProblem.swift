import SafeTexts

/// A problem in a file: the position, the problem, and the remedy.
struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's path as given.
  let file: SafeText
  /// The line, from 1; nil if the problem concerns the whole file.
  let line: Int?
  /// The column, from 1; only known for syntax errors.
  let column: Int?
  /// The problem, and what is allowed or must be done.
  let sentence: SafeText

  init(file: String, line: Int? = nil, column: Int? = nil, _ sentence: SafeText) {
    self.file = SafeText(file)
    self.line = line
    self.column = column
    self.sentence = sentence
  }

  /// `FILE:LINE: SENTENCE`, in the format of compilers, which editors understand.
  var description: String {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    return "\(file)\(place): \(sentence)"
  }
}

extension ConfigurationProblem {
  /// Whether a problem comes first: by line; problems of the whole file come before all others.
  static func precedes(_ one: Self, _ other: Self) -> Bool {
    (one.line ?? 0, one.column ?? 0) < (other.line ?? 0, other.column ?? 0)
  }
}
