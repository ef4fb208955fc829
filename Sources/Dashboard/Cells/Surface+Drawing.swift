package import SafeTexts

/// The horizontal position of a text in its field.
package enum Alignment: Sendable {
  case leading, trailing, center
}

extension Surface {
  /// Writes a text and returns the number of cells it took.
  ///
  /// - With a `width`, exactly that number of cells is written: a longer text is cut, and ends in
  ///   `ellipsis` if one is given; a shorter one is padded with blanks.
  /// - Without a `width`, the text is cut at the edge of the surface and not padded.
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

  /// Draws a sign `count` times, to the right.
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

  /// Fills a rectangle with blanks.
  package mutating func fill(_ rect: Rect, role: Role = .text, attributes: Attributes = []) {
    var blank = Cell()
    blank.role = role
    blank.attributes = attributes
    let visible = rect.intersection(size.rect)
    for y in visible.y..<visible.maxY {
      for x in visible.x..<visible.maxX { put(blank, at: Point(x: x, y: y)) }
    }
  }

  /// Lays a role over a rectangle: the cursor, a mark, a match. The characters stay.
  package mutating func overlay(_ role: Role?, on rect: Rect) {
    restyle(rect) { $0.overlay = role }
  }

  /// Draws another surface at a point, clipped to this one.
  package mutating func draw(_ other: Surface, at point: Point) {
    for y in 0..<other.size.height {
      for x in 0..<other.size.width {
        let cell = other[Point(x: x, y: y)]
        if !cell.isContinuation { put(cell, at: Point(x: point.x + x, y: point.y + y)) }
      }
    }
  }

  /// Draws a frame along the edge of a rectangle, with a title in its upper edge. A rectangle
  /// smaller than 2x2 is not drawn.
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

  /// The cells of a text that fit; if not all fit, the last ones give way to the ellipsis.
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
