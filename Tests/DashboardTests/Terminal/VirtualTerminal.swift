@testable import TerminalCells

/// As much of an xterm as ncurses uses: what the person would see, which modes are on, and what the
/// terminal would answer.
struct VirtualTerminal: Sendable {
  private(set) var rows: [[String]]
  private(set) var cursor = Point(x: 0, y: 0)
  /// Private modes that are on.
  private(set) var modes: Set<Int> = []
  /// What it says, in order.
  private(set) var answers: [String] = []
  /// Operating system commands that it was given.
  private(set) var commands: [String] = []
  /// Whether any colour was asked for.
  private(set) var hasSeenColour = false
  private var size: Size
  private var margins: ClosedRange<Int>
  private var last = " "
  private var pending = String.UnicodeScalarView()
  private var bytes: [UInt8] = []

  init(_ size: Size) {
    self.size = size
    rows = Array(repeating: Array(repeating: " ", count: size.width), count: size.height)
    margins = 0...max(0, size.height - 1)
  }

  /// The screen as text.
  var lines: [String] {
    rows.map { row in
      let text = row.joined()
      let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
      return String(text[..<end])
    }
  }

  mutating func resize(_ size: Size) {
    let old = rows
    self = VirtualTerminal(size, modes: modes, answers: answers, commands: commands)
    for (y, row) in old.prefix(size.height).enumerated() {
      for (x, cell) in row.prefix(size.width).enumerated() { rows[y][x] = cell }
    }
  }

  private init(_ size: Size, modes: Set<Int>, answers: [String], commands: [String]) {
    self.init(size)
    self.modes = modes
    self.answers = answers
    self.commands = commands
  }

  /// Takes bytes; a character or sequence that is cut is kept for the next ones.
  mutating func feed(_ data: [UInt8]) {
    bytes += data
    let whole = bytes.lastIndex { $0 < 0x80 || $0 >= 0xc0 }.map { start in
      bytes[start] < 0x80 || bytes.count - start >= Self.length(bytes[start])
        ? bytes.count : start
    }
    let text = String(decoding: bytes[..<(whole ?? 0)], as: UTF8.self)
    bytes.removeFirst(whole ?? 0)
    pending.append(contentsOf: text.unicodeScalars)
    while let used = step() { pending.removeFirst(used) }
  }

  private static func length(_ lead: UInt8) -> Int { lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2 }

  /// Carries out what stands first; answers how many scalars it was, or nil when more must come.
  private mutating func step() -> Int? {
    guard let first = pending.first else { return nil }
    switch first {
    case "\u{1b}": return escape()
    case "\r": cursor.x = 0
    case "\n": lineFeed()
    case "\u{8}": cursor.x = max(0, cursor.x - 1)
    case "\t": cursor.x = min(size.width - 1, (cursor.x / 8 + 1) * 8)
    case "\u{7}", "\u{f}", "\u{e}": break
    default: put(first)
    }
    return 1
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = CellWidth.of(scalar)
    if width == 0 {
      let x = max(0, cursor.x - 1)
      rows[cursor.y][rows[cursor.y][x].isEmpty ? x - 1 : x].unicodeScalars.append(scalar)
      return
    }
    if cursor.x + width > size.width {
      cursor.x = 0
      lineFeed()
    }
    last = String(scalar)
    rows[cursor.y][cursor.x] = last
    if width == 2 { rows[cursor.y][cursor.x + 1] = "" }
    cursor.x += width
  }

  private mutating func lineFeed() {
    if cursor.y == margins.upperBound {
      scroll(1)
    } else {
      cursor.y = min(cursor.y + 1, size.height - 1)
    }
  }

  /// Moves the lines between the margins up, or down if negative.
  private mutating func scroll(_ count: Int, from top: Int? = nil) {
    let top = top ?? margins.lowerBound
    let blank = Array(repeating: " ", count: size.width)
    for _ in 0..<abs(count) {
      if count > 0 {
        rows.remove(at: top)
        rows.insert(blank, at: margins.upperBound)
      } else {
        rows.remove(at: margins.upperBound)
        rows.insert(blank, at: top)
      }
    }
  }

  private mutating func escape() -> Int? {
    let scalars = Array(pending)
    guard scalars.count > 1 else { return nil }
    switch scalars[1] {
    case "[": return controlSequence(scalars)
    case "]", "P": return string(scalars)
    case "(", ")": return scalars.count > 2 ? 3 : nil
    case "M":
      if cursor.y == margins.lowerBound { scroll(-1) } else { cursor.y -= 1 }
      return 2
    default: return 2
    }
  }

  private mutating func string(_ scalars: [Unicode.Scalar]) -> Int? {
    for index in 2..<scalars.count {
      let isBell = scalars[index] == "\u{7}"
      guard isBell || (scalars[index] == "\\" && scalars[index - 1] == "\u{1b}") else { continue }
      let body = scalars[2..<(isBell ? index : index - 1)]
      commands.append(String(String.UnicodeScalarView(body)))
      return index + 1
    }
    return nil
  }

  private mutating func controlSequence(_ scalars: [Unicode.Scalar]) -> Int? {
    guard let end = scalars.indices.dropFirst(2).first(where: { scalars[$0].value >= 0x40 }) else {
      return nil
    }
    let body = String(String.UnicodeScalarView(scalars[2..<end]))
    let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    carryOut(String(scalars[end]), body, numbers)
    return end + 1
  }

  private mutating func carryOut(_ final: String, _ body: String, _ numbers: [Int]) {
    let count = max(1, numbers.first ?? 1)
    switch final {
    case "H", "f": move(x: max(1, numbers.count > 1 ? numbers[1] : 1) - 1, y: count - 1)
    case "G": move(x: count - 1, y: cursor.y)
    case "d": move(x: cursor.x, y: count - 1)
    case "A": move(x: cursor.x, y: cursor.y - count)
    case "B": move(x: cursor.x, y: cursor.y + count)
    case "C": move(x: cursor.x + count, y: cursor.y)
    case "D": move(x: cursor.x - count, y: cursor.y)
    case "I": for _ in 0..<count { cursor.x = min(size.width - 1, (cursor.x / 8 + 1) * 8) }
    case "K": erase(numbers.first == 1 ? 0..<(cursor.x + 1) : cursor.x..<size.width)
    case "X": erase(cursor.x..<min(size.width, cursor.x + count))
    case "J": eraseBelow(whole: numbers.first == 2)
    case "b": for _ in 0..<count { put(last.unicodeScalars.first ?? " ") }
    case "P", "@": shift(final == "P" ? count : -count)
    case "L", "M": scroll(final == "M" ? count : -count, from: cursor.y)
    case "S", "T": scroll(final == "S" ? count : -count)
    case "r": setMargins(numbers)
    case "h", "l": setModes(body, isOn: final == "h")
    case "m":
      hasSeenColour =
        hasSeenColour || numbers.contains { (30...49).contains($0) && ![39, 49].contains($0) }
    case "n" where body == "5": answers.append("\u{1b}[0n")
    case "c" where body.isEmpty: answers.append("\u{1b}[?62;22c")
    case "p" where body == "?2026$": answers.append("\u{1b}[?2026;2$y")
    default: break
    }
  }

  private mutating func move(x: Int, y: Int) {
    cursor = Point(x: min(max(0, x), size.width - 1), y: min(max(0, y), size.height - 1))
  }

  private mutating func erase(_ range: Range<Int>) {
    for x in range where x < size.width { rows[cursor.y][x] = " " }
  }

  private mutating func eraseBelow(whole: Bool) {
    if !whole { erase(cursor.x..<size.width) }
    for y in (whole ? 0 : cursor.y + 1)..<max(size.height, cursor.y + 1) {
      rows[y] = Array(repeating: " ", count: size.width)
    }
  }

  /// Deletes characters, or inserts blanks if negative.
  private mutating func shift(_ count: Int) {
    let blanks = Array(repeating: " ", count: abs(count))
    if count > 0 {
      rows[cursor.y].removeSubrange(cursor.x..<min(size.width, cursor.x + count))
      rows[cursor.y] += blanks
    } else {
      rows[cursor.y].insert(contentsOf: blanks, at: cursor.x)
    }
    rows[cursor.y] = Array(rows[cursor.y].prefix(size.width))
  }

  private mutating func setMargins(_ numbers: [Int]) {
    let top = max(1, numbers.first ?? 1) - 1
    let bottom = numbers.count > 1 && numbers[1] > 0 ? numbers[1] - 1 : size.height - 1
    margins = top...max(top, min(bottom, size.height - 1))
    cursor = Point(x: 0, y: 0)
  }

  private mutating func setModes(_ body: String, isOn: Bool) {
    guard body.hasPrefix("?") else { return }
    for mode in body.dropFirst().split(separator: ";").compactMap({ Int($0) }) {
      if isOn { modes.insert(mode) } else { modes.remove(mode) }
    }
  }
}
