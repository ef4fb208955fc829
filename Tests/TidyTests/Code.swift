import Glibc

/// The code of a Swift file: its text with comments and the insides of literals blanked, searched
/// as bytes because a test build walks characters slowly.
struct Code: Sendable {
  /// The blanked text with a zero at its end.
  private let bytes: [UInt8]
  /// Where each line begins.
  private let starts: [Int]

  init(_ text: String) {
    let blanked = Array(Blanking.code(of: text).utf8) + [0]
    bytes = blanked
    starts = [0] + blanked.indices.filter { blanked[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  /// The lines from first to last, without their ends.
  var lines: [Substring] {
    starts.indices.map { index in
      let end = index + 1 < starts.count ? starts[index + 1] - 1 : bytes.count - 1
      return Substring(decoding: bytes[starts[index]..<end], as: UTF8.self)
    }
  }

  /// The numbers, from 1, of the lines that hold the word; a word that begins with a letter is not
  /// found inside a longer one.
  func lines(with word: String) -> [Int] {
    offsets(of: word).filter { offset in
      !isWordLike(word.utf8.first) || offset == 0 || !isWordLike(bytes[offset - 1])
    }.map { offset in starts.lastIndex { $0 <= offset }.map { $0 + 1 } ?? 1 }
  }

  private func offsets(of word: String) -> [Int] {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return [] }
      var found: [Int] = []
      var from = base
      while let hit = strstr(from, word) {
        found.append(UnsafePointer(hit) - base)
        from = UnsafePointer(hit) + 1
      }
      return found
    }
  }

  private func isWordLike(_ byte: UInt8?) -> Bool {
    switch byte {
    case .some(UInt8(ascii: "a")...UInt8(ascii: "z")), .some(UInt8(ascii: "A")...UInt8(ascii: "Z")),
      .some(UInt8(ascii: "0")...UInt8(ascii: "9")), .some(UInt8(ascii: "_")):
      true
    default: false
    }
  }
}
