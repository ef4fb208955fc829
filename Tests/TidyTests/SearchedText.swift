import Glibc

/// A text that is searched as bytes, because walking characters is slow in a debug build.
struct SearchedText: Sendable {
  /// The lines from first to last, without their line ends.
  let lines: [Substring]
  /// The text as bytes, terminated by a zero.
  private let bytes: [UInt8]
  /// The offset at which each line begins.
  private let starts: [Int]

  init(_ text: String) {
    bytes = Array(text.utf8) + [0]
    var lines: [Substring] = []
    var starts: [Int] = []
    var rest = text[...].utf8
    while true {
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      lines.append(Substring(rest[..<(end ?? rest.endIndex)]))
      starts.append(text.utf8.distance(from: text.startIndex, to: rest.startIndex))
      guard let end else { break }
      rest = rest[text.utf8.index(after: end)...]
    }
    if lines.last == "" { lines.removeLast() }
    self.lines = lines
    self.starts = starts
  }

  /// The numbers, from 1, of the lines that contain the word. A word that begins with a letter does
  /// not match inside a longer word.
  func lines(with word: String) -> [Int] { starts(of: word).map(line(of:)) }

  /// The same for a phrase that must also end where a word ends.
  func lines(withWhole phrase: String) -> [Int] {
    starts(of: phrase).filter { !isWordLike(bytes[$0 + phrase.utf8.count]) }.map(line(of:))
  }

  private func starts(of word: String) -> [Int] {
    offsets(of: word).filter { offset in
      !isWordLike(word.utf8.first) || offset == 0 || !isWordLike(bytes[offset - 1])
    }
  }

  /// The number, from 1, of the line that contains an offset.
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
