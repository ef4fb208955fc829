import Glibc

/// The code of a Swift file: its text with comments and the insides of literals blanked, searched
/// as bytes because a test build walks characters slowly.
struct Code: Sendable {
  /// The blanked text with a zero at its end.
  private let bytes: [UInt8]
  /// Where each line begins.
  private let starts: [Int]

  /// The lines from first to last, without their ends.
  let lines: [Substring]

  init(_ text: String) {
    let blanked = Blanking.code(of: text)
    bytes = Array(blanked.utf8) + [0]
    lines = blanked.split(separator: "\n", omittingEmptySubsequences: false)
    var starts: [Int] = []
    var start = 0
    for line in lines {
      starts.append(start)
      start += line.utf8.count + 1
    }
    self.starts = starts
  }

  /// The numbers, from 1, of the lines that hold the word; a word that begins with a letter is not
  /// found inside a longer one.
  func lines(with word: String) -> [Int] {
    offsets(of: word).filter { offset in
      !isWordLike(word.utf8.first) || offset == 0 || !isWordLike(bytes[offset - 1])
    }.map(line(of:))
  }

  /// The number, from 1, of the line that holds an offset.
  private func line(of offset: Int) -> Int {
    var low = 0
    var high = starts.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
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
