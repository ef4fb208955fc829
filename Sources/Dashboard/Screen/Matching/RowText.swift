#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The texts of a row in lower case, one after the other, so that a hundred thousand rows can be
/// searched within a frame.
struct RowText: Hashable, Sendable {
  /// The terminator of each text; no text contains it.
  private static let end: UInt8 = 0
  /// The bytes of all texts; empty if a text is not ASCII, as its lower case then needs another
  /// method.
  private let bytes: [UInt8]

  /// Joins these texts, in their order.
  init(_ texts: some Sequence<String>) {
    var bytes: [UInt8] = []
    for text in texts {
      for byte in text.utf8 {
        guard byte < 0x80, byte != Self.end else {
          self.bytes = []
          return
        }
        bytes.append(byte.inSmallLetters)
      }
      bytes.append(Self.end)
    }
    self.bytes = bytes
  }

  /// Whether a lower-case text occurs in the text with this number, or, without a number, in any
  /// text; nil: this type cannot tell.
  func contains(_ needle: [UInt8], in number: Int?) -> Bool? {
    guard !bytes.isEmpty else { return nil }
    return bytes.withUnsafeBytes { all in
      guard let number else { return Self.isIn(all[...], needle) }
      var rest = all[...]
      for _ in 0..<number {
        guard let end = rest.firstIndex(of: Self.end) else { return false }
        rest = rest[(end + 1)...]
      }
      return Self.isIn(rest.prefix { $0 != Self.end }, needle)
    }
  }

  private static func isIn(_ text: Slice<UnsafeRawBufferPointer>, _ needle: [UInt8]) -> Bool {
    guard let first = needle.first else { return true }
    var text = UnsafeRawBufferPointer(rebasing: text)
    while text.count >= needle.count, let start = text.baseAddress,
      let found = memchr(start, Int32(first), text.count - needle.count + 1)
    {
      if memcmp(found, needle, needle.count) == 0 { return true }
      text = UnsafeRawBufferPointer(rebasing: text[(UnsafeRawPointer(found) - start + 1)...])
    }
    return false
  }
}

extension UInt8 {
  /// The byte in lower case, if it is an ASCII letter.
  var inSmallLetters: UInt8 { self >= 0x41 && self <= 0x5a ? self | 0x20 : self }
}
