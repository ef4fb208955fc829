import CNcurses
import TerminalCells

/// Draws surfaces with ncurses: only the cells that differ from the previous surface.
struct Painter {
  private var styles: StyleSheet
  private let isUnicode: Bool
  private var last: Surface?
  private var row: [cchar_t] = []

  init(styles: StyleSheet, isUnicode: Bool) {
    self.styles = styles
    self.isUnicode = isUnicode
  }

  /// Changes the styles: every cell will be drawn again.
  mutating func change(_ styles: StyleSheet) {
    self.styles = styles
    last = nil
  }

  /// Forgets the contents of the window: every cell will be drawn again.
  mutating func forget() { last = nil }

  /// Draws a surface into ncurses' standard window; returns whether anything changed. Nothing is
  /// sent yet.
  mutating func paint(_ surface: Surface) -> Bool {
    let known = last?.size == surface.size ? last : nil
    var isNew = false
    for y in 0..<surface.size.height {
      guard let span = Self.changedSpan(y, surface, known) else { continue }
      isNew = true
      draw(surface, y, span)
    }
    last = surface
    return isNew
  }

  /// The range from the first to the last changed cell of a row, extended to whole characters.
  static func changedSpan(_ y: Int, _ surface: Surface, _ known: Surface?) -> Range<Int>? {
    let width = surface.size.width
    let start = y * width
    guard let known else { return width > 0 ? 0..<width : nil }
    let new = surface.cells[start..<(start + width)]
    let old = known.cells[start..<(start + width)]
    if Self.areSame(new, old) { return nil }
    guard var first = new.indices.first(where: { new[$0] != old[$0] }),
      var last = new.indices.last(where: { new[$0] != old[$0] })
    else { return nil }
    while first > start, new[first].isContinuation || old[first].isContinuation { first -= 1 }
    let end = start + width - 1
    while last < end, new[last + 1].isContinuation || old[last + 1].isContinuation { last += 1 }
    return (first - start)..<(last - start + 1)
  }

  /// A fast path, as most rows do not change; a cell has no padding, so its bytes can be compared.
  private static func areSame(_ one: ArraySlice<Cell>, _ other: ArraySlice<Cell>) -> Bool {
    one.withUnsafeBytes { one in
      other.withUnsafeBytes { other in
        guard let a = one.baseAddress, let b = other.baseAddress else { return true }
        return one.count == other.count && memcmp(a, b, one.count) == 0
      }
    }
  }

  private mutating func draw(_ surface: Surface, _ y: Int, _ span: Range<Int>) {
    row.removeAll(keepingCapacity: true)
    let start = y * surface.size.width
    let cells = surface.cells[start..<(start + surface.size.width)]
    var before: StyleSheet.Look?
    for index in (start + span.lowerBound)..<(start + span.upperBound) {
      let cell = cells[index]
      if cell.isContinuation { continue }
      var look = styles.look(cell)
      if let before, cell.isBlank, !look.showsOnBlank, !before.showsOnBlank,
        Self.isShortGap(cells[index...])
      {
        look = before
      }
      append(cell, look)
      before = look
    }
    _ = row.withUnsafeBufferPointer {
      mvwadd_wchnstr(cn_stdscr(), Int32(y), Int32(span.lowerBound), $0.baseAddress, Int32($0.count))
    }
  }

  /// Whether a run of blanks is short. Short runs keep the look of the word before: nobody sees it,
  /// and it saves two changes of colour. A long run is erased, for which it needs its own look.
  private static func isShortGap(_ cells: ArraySlice<Cell>) -> Bool {
    cells.prefix(8).contains { !$0.isBlank }
  }

  private mutating func append(_ cell: Cell, _ look: StyleSheet.Look) {
    var scalars = [Int32(bitPattern: cell.scalar)]
    var blanks = 0
    if cell.scalar > 0x7e || !cell.marks.isEmpty {
      (scalars, blanks) = presentable(cell)
    }
    append(scalars, look)
    for _ in 0..<blanks { append([0x20], look) }
  }

  private mutating func append(_ scalars: [Int32], _ look: StyleSheet.Look) {
    var cell = cchar_t()
    cn_cell(&cell, scalars, Int32(scalars.count), look.attributes, look.pair)
    row.append(cell)
  }

  /// The scalars that the host can show of a cell, and the blanks that fill its width. Where the
  /// host disagrees about the width, a replacement keeps the columns aligned.
  private func presentable(_ cell: Cell) -> (scalars: [Int32], blanks: Int) {
    guard isUnicode else {
      return ([Int32(bitPattern: AsciiSubstitute.of(cell.scalar))], Int(cell.width) - 1)
    }
    let base = Int32(bitPattern: cell.scalar)
    guard cn_width(base) == Int32(cell.width) else { return ([0xfffd], Int(cell.width) - 1) }
    let marks = cell.marks.scalars.map { Int32(bitPattern: $0) }.filter { cn_width($0) == 0 }
    return ([base] + marks, 0)
  }
}

/// The replacement of a character where only ASCII can be shown.
enum AsciiSubstitute {
  static func of(_ scalar: UInt32) -> UInt32 {
    switch scalar {
    case 0x20...0x7e: scalar
    case 0x2010...0x2015, 0x2212: 0x2d  // dashes: -
    case 0x2018, 0x2019: 0x27  // quotes: '
    case 0x201c, 0x201d: 0x22  // quotes: "
    case 0x2039: 0x3c  // <
    case 0x203a, 0x2192, 0x25b8: 0x3e  // >
    case 0x2026, 0xb7, 0x2022: 0x2e  // …, ·, •: .
    case 0x2400...0x2421: 0x5e  // controls made visible: ^
    case 0xa0: 0x20
    default: 0x3f
    }
  }
}
