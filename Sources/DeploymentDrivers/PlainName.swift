/// Texts as names of files, tags and labels.
enum PlainName {
  /// The text with every byte but letters, digits, `-`, `.` and `_` as `%` and two digits; two
  /// texts never become the same.
  static func of(_ text: String) -> String {
    text.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      let isPlain =
        character.isASCII
        && (character.isLetter || character.isNumber || "-._".contains(character))
      if isPlain { return String(character) }
      let digits = String(byte, radix: 16)
      return "%" + (digits.count == 1 ? "0" : "") + digits
    }.joined()
  }
}
