import DeploymentEngine
import SafeTexts
import TerminalCells

extension ScreenModel {
  /// Draws the bottom line: the text being typed, the message, or the keys.
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
    } else if layout(for: surface.size).kind == .narrow {
      surface.write(
        narrowLine(glyphs, width: room.width), at: Point(x: room.x, y: room.y), width: room.width,
        role: catalog.totals.error > 0 ? .statusError : .text, ellipsis: glyphs.ellipsis)
    } else {
      drawHints(in: room, on: &surface, glyphs)
    }
  }

  /// The position of the cursor and the overall status, for a screen without titles.
  private func narrowLine(_ glyphs: Glyphs, width: Int) -> SafeText {
    let place: String
    switch focus {
    case .pools: place = "Pools"
    case .details: place = subjectDeployment.map { "\($0.name) \(tab.title)" } ?? tab.title
    case .l1, .l2, .assigned:
      let count = rows(focus).count
      place =
        "\(focus.shortTitle) \(min(count, cursor(focus).index + 1))/\(count)"
    }
    let left = width - place.count - 3
    return "\(place) \(glyphs.separator) \(statusLine(glyphs, width: left))"
  }

  /// A reminder of the marked deployments.
  private var badge: Span? {
    guard !marks.isEmpty else { return nil }
    let hidden = hiddenMarks
    let text = hidden > 0 ? "\(marks.count) marked, \(hidden) not shown" : "\(marks.count) marked"
    return Span(SafeText(text), .rowMarked)
  }

  /// Marked deployments that another pool or the filter hides.
  private var hiddenMarks: Int {
    // With many marks, the question before an action gives their number.
    guard pool != nil || !filter.isEmpty, marks.count <= 500 else { return 0 }
    let catalog = catalog
    return marks.filter { id in
      guard let deployment = catalog.deployment(id) else { return true }
      let isInPool = pool == nil || pool == deployment.pool
      return !isInPool || index(of: id, in: Pane(deployment.placement)) == nil
    }.count
  }

  private func drawFind(
    _ field: TextField, in rect: Rect, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let problem = (isReading ? search : filter).problem.map { ", \($0)" } ?? ""
    let hint: SafeText = "\(findCount)\(problem)  Enter keeps it, Esc clears it"
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

  /// Draws a text field with its cursor.
  func drawField(_ field: TextField, in rect: Rect, on surface: inout Surface) {
    guard rect.width > 1 else { return }
    // The cursor stays visible: the head is cut, not the end.
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
    // The keys for help and quitting are always shown.
    let fixed = [ActionID.help, .quit].map { hint($0, glyphs) }
    let end = rect.maxX - fixed.reduce(0) { $0 + $1.width + 2 }
    var x = rect.x + 1
    for action in hints {
      let hint = hint(action.id, glyphs)
      guard hint.width > 0, x + hint.width < end else { continue }
      // Refused actions keep their place, so that the line does not jump as the cursor moves.
      let isOpen = refusal(of: action) == nil
      x = draw(hint, at: Point(x: x, y: rect.y), isOpen: isOpen, on: &surface)
    }
    x = max(x, end)
    for hint in fixed where x + hint.width <= rect.maxX {
      x = draw(hint, at: Point(x: x, y: rect.y), isOpen: true, on: &surface)
    }
  }

  private func draw(
    _ hint: Hint, at point: Point, isOpen: Bool, on surface: inout Surface
  ) -> Int {
    let used = surface.write(hint.key, at: point, role: isOpen ? .hintKey : .textDim)
    let place = Point(x: point.x + used + 1, y: point.y)
    surface.write(hint.label, at: place, role: isOpen ? .hintText : .textDim)
    return point.x + hint.width + 2
  }

  private func hint(_ id: ActionID, _ glyphs: Glyphs) -> Hint {
    guard let key = settings.keys.key(of: id) else { return Hint(key: "", label: "") }
    let name = key == " " ? glyphs.space.description : key.description
    return Hint(key: SafeText(name), label: SafeText(ActionTable[id].label))
  }

  /// The actions of the bottom line: those of the pane, then those of all panes.
  private var hints: [Action] {
    let pane = events == nil ? focus : .details
    let shown = ActionTable.all.filter {
      $0.hintedIn.contains(pane) && $0.id != .help && $0.id != .quit && isOffered($0)
    }
    // The actions of a simulation come first, as they are the least known.
    let time = shown.filter { $0.group == .simulation }
    let rest = shown.filter { $0.group != .simulation }
    let everywhere = rest.filter { $0.hintedIn.count == Pane.allCases.count }
    return time + rest.filter { $0.hintedIn.count < Pane.allCases.count } + everywhere
  }
}

/// A key and the label of its action.
private struct Hint {
  var key: SafeText
  var label: SafeText
  /// The width in cells; 0: the action has no key.
  var width: Int { key.isEmpty ? 0 : Surface.columns(key) + 1 + Surface.columns(label) }
}

extension Status.Kind {
  /// The role of the message.
  var role: Role {
    switch self {
    case .info: .text
    case .done: .statusOK
    case .failure: .statusError
    }
  }
}
