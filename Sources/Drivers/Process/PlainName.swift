/// Encodes texts as names of files, tags and labels.
package enum PlainName {
  /// The text with every byte except letters, digits, `-`, `.` and `_` replaced by `%` and two
  /// hexadecimal digits. Different texts have different names.
  package static func of(_ text: String) -> String {
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

  /// Decodes a name; nil if it is not valid.
  static func text(of plain: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = plain.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let escaped = UInt8(digits, radix: 16) else { return nil }
      bytes.append(escaped)
      rest.removeFirst(2)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return of(text) == plain ? text : nil
  }
}
