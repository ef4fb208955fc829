package import SafeTexts

/// A screen, or a part of one, as cells. Drawing on it does not touch the terminal.
///
/// Text is laid out by scalars. Text that does not fit is clipped, never wrapped: a wide character
/// that would be half outside is left out, and one that is half overwritten becomes a blank.
package struct Surface: Hashable, Sendable {
  package let size: Size
  /// The cells row by row, `size.width` in each.
  package private(set) var cells: [Cell]
  /// The position of the terminal's cursor, for screen readers that follow it. The cursor is not
  /// shown.
  package var cursor: Point?

  /// A blank surface.
  package init(_ size: Size) {
    self.size = size
    self.cells = Array(repeating: Cell(), count: size.width * size.height)
  }

  /// The cell at a point; a blank outside the surface.
  package subscript(_ point: Point) -> Cell {
    index(point).map { cells[$0] } ?? Cell()
  }

  /// The surface as text, one string for each row, without trailing blanks.
  package var lines: [String] {
    (0..<size.height).map { y in
      let row = cells[(y * size.width)..<((y + 1) * size.width)]
      let used = row.lastIndex { $0.text != " " && !$0.text.isEmpty } ?? row.startIndex - 1
      return row[row.startIndex..<(used + 1)].map(\.text).joined()
    }
  }

  /// The number of cells that a text takes.
  package static func columns(_ text: SafeText) -> Int {
    let utf8 = text.text.utf8
    if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
    var run = TextRun(text)
    var columns = 0
    while let cell = run.next() { columns += Int(cell.width) }
    return columns
  }

  package func index(_ point: Point) -> Int? {
    size.rect.contains(point) ? point.y * size.width + point.x : nil
  }

  /// Writes one character, both halves of a wide one; blanks any wide character that it cuts in
  /// two.
  package mutating func put(_ cell: Cell, at point: Point) {
    guard let index = index(point), point.x + Int(cell.width) <= size.width else { return }
    if cells[index].isContinuation { blank(index - 1) }
    if cells[index].width == 2 { blank(index + 1) }
    if cell.width == 2 {
      if cells[index + 1].width == 2 { blank(index + 2) }
      var second = cell
      second.scalar = 0
      second.marks = Cell.Marks()
      second.width = 0
      cells[index + 1] = second
    }
    cells[index] = cell
  }

  /// Changes the style of cells and keeps their characters.
  package mutating func restyle(_ rect: Rect, _ change: (inout Cell) -> Void) {
    let visible = rect.intersection(size.rect)
    for y in visible.y..<visible.maxY {
      for x in visible.x..<visible.maxX { change(&cells[y * size.width + x]) }
    }
  }

  private mutating func blank(_ index: Int) {
    cells[index].scalar = 0x20
    cells[index].marks = Cell.Marks()
    cells[index].width = 1
  }
}
