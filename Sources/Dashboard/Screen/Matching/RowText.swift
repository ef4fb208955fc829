#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The texts of a row, in small letters and one behind the other, so that a hundred thousand rows
/// are looked through within a frame.
struct RowText: Hashable, Sendable {
  /// Ends each text; in none of them.
  private static let end: UInt8 = 0
  /// Empty: something in it is no ASCII, and what its small letters are is another question.
  private let bytes: [UInt8]

  /// Of these texts, in their order.
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

  /// Whether something in small letters is in the text of this number, or in any; nil: that cannot
  /// be said here.
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
  /// Itself, but the small letter for a large one of ASCII.
  var inSmallLetters: UInt8 { self >= 0x41 && self <= 0x5a ? self | 0x20 : self }
}
