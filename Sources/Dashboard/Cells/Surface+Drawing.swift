package import SafeTexts

/// Where a text stands in the room that it has.
package enum Alignment: Sendable {
  case leading, trailing, center
}

extension Surface {
  /// Writes a text and answers how many cells it took.
  ///
  /// - With a `width`, exactly so many cells are written: the text is cut there or filled up with
  ///   blanks,
  ///   and a text that is cut ends in `ellipsis`, if one is given.
  /// - Without a `width` it is cut at the edge of the surface and nothing is filled up.
  @discardableResult
  package mutating func write(
    _ text: SafeText, at point: Point, width: Int? = nil, role: Role = .text,
    attributes: Attributes = [], align: Alignment = .leading, ellipsis: Glyph? = nil
  ) -> Int {
    let room = width ?? (size.width - point.x)
    guard room > 0 else { return 0 }
    let cells = Self.layOut(text, room: room, ellipsis: ellipsis)
    let used = cells.reduce(0) { $0 + Int($1.width) }
    var x = point.x
    if let width {
      x += Self.blanksBefore(align, spare: width - used)
      fill(
        Rect(x: point.x, y: point.y, width: width, height: 1), role: role, attributes: attributes)
    }
    for var cell in cells {
      cell.role = role
      cell.attributes = attributes
      put(cell, at: Point(x: x, y: point.y))
      x += Int(cell.width)
    }
    return width ?? used
  }

  /// Draws one of our own signs, `count` times to the right.
  package mutating func put(
    _ glyph: Glyph, at point: Point, count: Int = 1, role: Role = .text,
    attributes: Attributes = []
  ) {
    var cell = Cell()
    cell.scalar = glyph.scalar.value
    cell.role = role
    cell.attributes = attributes
    for x in point.x..<(point.x + max(0, count)) { put(cell, at: Point(x: x, y: point.y)) }
  }

  /// Blanks a block.
  package mutating func fill(_ rect: Rect, role: Role = .text, attributes: Attributes = []) {
    var blank = Cell()
    blank.role = role
    blank.attributes = attributes
    let visible = rect.intersection(size.rect)
    for y in visible.y..<visible.maxY {
      for x in visible.x..<visible.maxX { put(blank, at: Point(x: x, y: y)) }
    }
  }

  /// Lays something over a block: the cursor, a mark, a match. What the cells are shows through.
  package mutating func overlay(_ role: Role?, on rect: Rect) {
    restyle(rect) { $0.overlay = role }
  }

  /// Draws another surface here, clipped to this one.
  package mutating func draw(_ other: Surface, at point: Point) {
    for y in 0..<other.size.height {
      for x in 0..<other.size.width {
        let cell = other[Point(x: x, y: y)]
        if !cell.isContinuation { put(cell, at: Point(x: point.x + x, y: point.y + y)) }
      }
    }
  }

  /// Draws a frame around a block, with a title in its upper edge. One under 2x2 is not drawn.
  package mutating func box(
    _ rect: Rect, glyphs: Glyphs, title: SafeText = "", role: Role = .paneBorder,
    titleRole: Role = .paneTitle
  ) {
    guard rect.width >= 2, rect.height >= 2 else { return }
    let (left, right, top, bottom) = (rect.x, rect.maxX - 1, rect.y, rect.maxY - 1)
    for y in [top, bottom] {
      put(glyphs.horizontal, at: Point(x: left, y: y), count: rect.width, role: role)
    }
    for y in (top + 1)..<bottom {
      put(glyphs.vertical, at: Point(x: left, y: y), role: role)
      put(glyphs.vertical, at: Point(x: right, y: y), role: role)
    }
    put(glyphs.topLeft, at: Point(x: left, y: top), role: role)
    put(glyphs.topRight, at: Point(x: right, y: top), role: role)
    put(glyphs.bottomLeft, at: Point(x: left, y: bottom), role: role)
    put(glyphs.bottomRight, at: Point(x: right, y: bottom), role: role)
    let room = min(Self.columns(title), rect.width - 4)
    guard !title.isEmpty, room > 0 else { return }
    fill(Rect(x: left + 1, y: top, width: room + 2, height: 1), role: titleRole)
    write(
      title, at: Point(x: left + 2, y: top), width: room, role: titleRole,
      ellipsis: glyphs.ellipsis)
  }

  private static func blanksBefore(_ align: Alignment, spare: Int) -> Int {
    switch align {
    case .leading: 0
    case .trailing: spare
    case .center: spare / 2
    }
  }

  /// The cells of a text that fit; the last ones give way to the ellipsis when not all do.
  private static func layOut(_ text: SafeText, room: Int, ellipsis: Glyph?) -> [Cell] {
    var run = TextRun(text)
    var cells: [Cell] = []
    var used = 0
    while let cell = run.next() {
      if used + Int(cell.width) > room {
        guard let ellipsis else { break }
        while used >= room, let last = cells.popLast() { used -= Int(last.width) }
        var sign = Cell()
        sign.scalar = ellipsis.scalar.value
        cells.append(sign)
        break
      }
      cells.append(cell)
      used += Int(cell.width)
    }
    return cells
  }
}
