import DeploymentEngine
import SafeTexts
import TerminalCells

extension ScreenModel {
  /// Draws the visible part of a list of deployments.
  func drawList(
    _ pane: Pane, in rect: Rect, hasTitles: Bool, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    guard !rect.isEmpty else { return }
    let height = hasTitles ? rect.height - 1 : rect.height
    let cursor = cursor(pane)
    let count = rows(pane).count
    let top = Scroll.top(cursor.top, cursor: cursor.index, height: height, count: count)
    let shown = deployments(in: pane, at: top..<top + max(0, height)).map { row($0, glyphs) }
    let layout = RowLayout(
      RowWidths(shown), in: pane, showsPool: pool == nil,
      isNarrow: self.layout(for: surface.size).kind == .narrow, width: rect.width - Self.gutter)
    drawList(pane, shown, at: top, layout, in: rect, hasTitles: hasTitles, on: &surface, glyphs)
  }

  /// The cells before the first column: for the mark and the pointer.
  static let gutter = 3

  /// Draws these rows, beginning with the one at this index of the list.
  func drawList(
    _ pane: Pane, _ shown: [DeploymentRow], at top: Int, _ layout: RowLayout, in rect: Rect,
    hasTitles: Bool, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let gutter = Self.gutter
    let width = max(0, rect.width - gutter)
    let cursor = cursor(pane)
    var y = rect.y
    if hasTitles {
      drawTitles(layout.columns, at: Point(x: rect.x + gutter, y: y), on: &surface)
      y += 1
    }
    guard !shown.isEmpty else {
      let text = emptyText(pane)
      surface.write(
        text, at: Point(x: rect.x + gutter, y: y), width: width, role: .textDim,
        ellipsis: glyphs.ellipsis)
      return
    }
    for (place, row) in shown.enumerated() {
      let isCurrent = top + place == cursor.index && pane == subjectPane
      drawRow(
        row, layout, isCurrent: isCurrent, isFocused: focus == pane,
        in: Rect(x: rect.x, y: y + place, width: rect.width, height: 1), on: &surface, glyphs)
    }
  }

  func drawTitles<Name>(
    _ columns: [PlacedColumn<Name>], at point: Point, on surface: inout Surface
  ) {
    for column in columns {
      surface.write(
        column.column.title, at: Point(x: point.x + column.x, y: point.y), width: column.width,
        role: .columnTitle, align: column.column.align)
    }
  }

  private func drawRow(
    _ row: DeploymentRow, _ layout: RowLayout, isCurrent: Bool, isFocused: Bool,
    in rect: Rect, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let gutter = Self.gutter
    let isMarked = marks.contains(row.deployment.id)
    if isCurrent {
      surface.put(glyphs.pointer, at: Point(x: rect.x + 1, y: rect.y), role: .textKey)
    }
    if isMarked { surface.put(glyphs.mark, at: rect.origin, role: .rowMarked) }
    let note = row[.note]
    let noteStart = note == nil ? nil : layout.noteStart
    for column in layout.columns where noteStart.map({ column.x < $0 }) ?? true {
      guard let span = row[column.column.name] else { continue }
      surface.write(
        span, at: Point(x: rect.x + gutter + column.x, y: rect.y), width: column.width,
        align: column.column.align, ellipsis: glyphs.ellipsis)
    }
    if let note, let noteStart {
      surface.write(
        note.text, at: Point(x: rect.x + gutter + noteStart, y: rect.y),
        width: max(0, rect.width - gutter - noteStart), role: note.role, ellipsis: glyphs.ellipsis)
    }
    guard let name = layout.columns.first else { return }
    let cell = Rect(x: rect.x + gutter + name.x, y: rect.y, width: name.width, height: 1)
    if isMarked { surface.overlay(.rowMarked, on: cell) }
    if isCurrent { surface.overlay(isFocused ? .rowCursor : .rowCursorUnfocused, on: cell) }
    if isCurrent, isFocused { surface.cursor = cell.origin }
  }

  /// The text of an empty list.
  func emptyText(_ pane: Pane) -> SafeText {
    if sequence == nil { return "loading the store" }
    if !filter.isEmpty {
      let all = catalog.rows(ListName(pool: pool, pane: pane)).count
      return all == 0 ? "empty" : "none of \(all) match \(filter.text)"
    }
    guard let pool = chosenPool else {
      return pane == .assigned ? "no user holds a deployment" : "empty"
    }
    switch pane {
    case .l1:
      return pool.sizes.l1 == 0 && pool.sizes.initial == 0
        ? "\(pool.name) keeps no deployments at L1" : "none yet"
    case .l2: return pool.sizes.l2 == 0 ? "\(pool.name) keeps no deployments at L2" : "none yet"
    case .assigned, .pools, .details: return "no user holds a deployment"
    }
  }
}
