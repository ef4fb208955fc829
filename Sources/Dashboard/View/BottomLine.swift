import DeploymentEngine

extension ScreenModel {
  /// Draws the line at the bottom: what is being typed, what was said, or what keys there are.
  func drawBottom(in rect: Rect, on surface: inout Surface, _ glyphs: Glyphs) {
    guard !rect.isEmpty else { return }
    if case .find(let field, _) = modal {
      return drawFind(field, in: rect, on: &surface, glyphs)
    }
    let badge = badge
    let badgeWidth = badge.map { Surface.columns($0.text) + 2 } ?? 0
    let room = Rect(x: rect.x, y: rect.y, width: rect.width - badgeWidth, height: 1)
    if let badge, badgeWidth < rect.width {
      surface.write(
        badge.text, at: Point(x: rect.maxX - badgeWidth + 1, y: rect.y), width: badgeWidth - 2,
        role: badge.role)
    }
    if let status {
      surface.write(
        status.text, at: Point(x: room.x + 1, y: room.y), width: max(0, room.width - 1),
        role: status.kind.role, ellipsis: glyphs.ellipsis)
    } else {
      drawHints(in: room, on: &surface, glyphs)
    }
  }

  /// What must not be forgotten.
  private var badge: Span? {
    guard !marks.isEmpty else { return nil }
    let hidden =
      marks.count
      - marks.filter { id in
        Pane.listOrder.contains { index(of: id, in: $0) != nil }
      }.count
    let text = hidden > 0 ? "\(marks.count) marked, \(hidden) not shown" : "\(marks.count) marked"
    return Span(SafeText(text), .rowMarked)
  }

  private func drawFind(
    _ field: TextField, in rect: Rect, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let problem = (isReading ? search : filter).problem.map { ", \($0)" } ?? ""
    let hint: SafeText = "\(findCount)\(problem)  Enter keeps it, Esc drops it"
    let hintWidth = min(Surface.columns(hint), rect.width / 2)
    surface.write("/", at: Point(x: rect.x + 1, y: rect.y), width: 1, role: .hintKey)
    drawField(
      field, in: Rect(x: rect.x + 2, y: rect.y, width: rect.width - hintWidth - 5, height: 1),
      on: &surface)
    surface.write(
      hint, at: Point(x: rect.maxX - hintWidth - 1, y: rect.y), width: hintWidth, role: .hintText,
      ellipsis: glyphs.ellipsis)
  }

  private var findCount: String {
    if isReading { return "search" }
    let pane = Pane.lists.contains(focus) ? focus : listPane
    let all = catalog.rows(ListName(pool: pool, pane: pane)).count
    return "\(rows(pane).count) of \(all)"
  }

  /// Draws a text that is being typed, with the cursor in it.
  func drawField(_ field: TextField, in rect: Rect, on surface: inout Surface) {
    guard rect.width > 1 else { return }
    // What is typed stays in sight: the head is cut, not the end.
    var head = field.head
    while Surface.columns(SafeText(head)) > rect.width - 1 { head.removeFirst() }
    let before = Surface.columns(SafeText(head))
    let tail = field.text.dropFirst(field.head.count)
    surface.write(SafeText(head + tail), at: rect.origin, width: rect.width, role: .text)
    let place = Point(x: rect.x + before, y: rect.y)
    surface.overlay(.rowCursor, on: Rect(x: place.x, y: place.y, width: 1, height: 1))
    surface.cursor = place
  }

  private func drawHints(in rect: Rect, on surface: inout Surface, _ glyphs: Glyphs) {
    var x = rect.x + 1
    for action in hints {
      guard let key = settings.keys.key(of: action.id) else { continue }
      let name = key == " " ? SafeText(glyphs.space.description) : SafeText(key.description)
      let label = SafeText(action.label)
      let width = Surface.columns(name) + 1 + Surface.columns(label)
      guard x + width < rect.maxX else { continue }
      x += surface.write(name, at: Point(x: x, y: rect.y), role: .hintKey) + 1
      x += surface.write(label, at: Point(x: x, y: rect.y), role: .hintText) + 2
    }
  }

  /// The actions of the bottom line: those of the pane, then those of everywhere, the way out last.
  private var hints: [Action] {
    let pane = focus
    let shown = ActionTable.all.filter { $0.hintedIn.contains(pane) }
    let everywhere = shown.filter { $0.hintedIn.count == Pane.allCases.count }
    return shown.filter { $0.hintedIn.count < Pane.allCases.count } + everywhere
  }
}

extension Status.Kind {
  /// What it is to the theme.
  var role: Role {
    switch self {
    case .info: .text
    case .done: .statusOK
    case .failure: .statusError
    }
  }
}
