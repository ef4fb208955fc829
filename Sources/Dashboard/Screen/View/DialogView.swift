import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

extension ScreenModel {
  /// Draws the open dialog.
  func drawModal(_ layout: Layout, on surface: inout Surface, _ glyphs: Glyphs) {
    switch modal {
    case .confirm(let dialog): draw(dialog, layout, on: &surface, glyphs)
    case .assign(let dialog): draw(dialog, layout, on: &surface, glyphs)
    case .picker(let picker): draw(picker, layout, on: &surface, glyphs)
    case .help(let page): drawHelp(page, layout, on: &surface, glyphs)
    case .find: break
    case nil: if let report { draw(report, layout, on: &surface, glyphs) }
    }
  }

  /// Draws a centred box that fits its lines; returns the rectangle inside.
  private func box(
    _ title: SafeText, _ lines: [Line], _ layout: Layout, atLeast least: Int = 0,
    on surface: inout Surface, _ glyphs: Glyphs
  ) -> Rect {
    let body = layout.body
    let widest = lines.map(Self.width).max() ?? 0
    let width = min(body.width, max(widest, least, Surface.columns(title) + 2) + 4)
    let height = min(body.height, lines.count + 2)
    let rect = Rect(
      x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 2, width: width,
      height: height)
    surface.fill(rect, role: .dialog)
    surface.box(rect, glyphs: glyphs, title: title, role: .dialogBorder, titleRole: .dialogTitle)
    let room = rect.inset(x: 2, y: 1)
    for (place, line) in lines.prefix(room.height).enumerated() {
      surface.write(
        line, at: Point(x: room.x, y: room.y + place), width: room.width,
        ellipsis: glyphs.ellipsis)
    }
    return room
  }

  /// The width to which text in a dialog is wrapped.
  private func textWidth(_ layout: Layout) -> Int { max(10, min(72, layout.body.width - 4)) }

  /// Draws a field into a line of a dialog, after the text there.
  private func drawField(
    _ field: TextField, line: Int, after text: SafeText, in room: Rect, on surface: inout Surface
  ) {
    let x = room.x + Surface.columns(text)
    guard line < room.height else { return }
    drawField(
      field, in: Rect(x: x, y: room.y + line, width: room.maxX - x, height: 1), on: &surface)
  }
}

// MARK: - Questions

extension ScreenModel {
  private func draw(
    _ dialog: ConfirmDialog, _ layout: Layout, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let width = textWidth(layout)
    // The question and its answers are always shown; the other lines only if they fit.
    let answer = answerLines(dialog, width)
    let inner = layout.body.height - 2
    var ask = dialog.action.map { question($0, dialog, width) } ?? quitQuestion(width)
    ask = Array(ask.prefix(max(1, inner - answer.count)))
    var room = inner - ask.count - answer.count
    var extras: [Line] = []
    for part in [
      holderLines(dialog, width), graceLines(dialog, width),
      refusedLines(dialog.refused, width, glyphs), [Line()],
    ] where part.count <= room {
      extras += part
      room -= part.count
    }
    let names = dialog.targets.count > 1 && room > 0 ? nameLines(dialog.targets, room, glyphs) : []
    let foot = extras + answer
    let title = dialog.action.map { SafeText(ActionTable[$0].label) } ?? "Quit"
    let inside = box(title, ask + names + foot, layout, on: &surface, glyphs)
    if case .typed = dialog.answer {
      let line = ask.count + names.count + foot.count - (dialog.hint == nil ? 1 : 2)
      drawField(dialog.field, line: line, after: "> ", in: inside, on: &surface)
    }
  }

  private func question(_ id: ActionID, _ dialog: ConfirmDialog, _ width: Int) -> [Line] {
    let label = ActionTable[id].label
    let text: SafeText
    if let orphan = dialog.orphan {
      text = "Remove the \(orphan) from \(orphan.provider), and everything that belongs to it?"
    } else if let draft = dialog.draft {
      text = "\(label) of \(draft.name)? \(ActionTable[id].help)"
    } else if dialog.targets.count == 1, let target = dialog.targets.first {
      text = "\(label) \(target.name) (\(target.id), revision \(target.revision))?"
    } else {
      let users = dialog.targets.filter(\.isInUse).count
      let inUse = users > 0 ? ", \(users) of them in use" : ""
      text = "\(label) \(dialog.targets.count) deployments\(inUse)?"
    }
    return ScreenModel.wrapped(text, width).map {
      Line($0.spans.map { Span($0.text, .dialogDanger) })
    }
  }

  private func holderLines(_ dialog: ConfirmDialog, _ width: Int) -> [Line] {
    guard dialog.targets.count == 1, let target = dialog.targets.first, let user = target.user
    else { return [] }
    let now = target.isInUse ? " and somebody is logged in now" : ""
    return [Line("\(user) holds it\(now).", .statusWarning)]
  }

  private func quitQuestion(_ width: Int) -> [Line] {
    let totals = live.totals
    let busy = totals.l1Preparing + totals.l2Preparing + totals.removing
    let work = busy == 1 ? "1 operation is" : "\(busy) operations are"
    let future =
      settings.isThrowaway
      ? "Everything that it started will be ended." : "It continues when an engine runs again."
    return Self.wrapped(
      "The engine runs in this window and \(work) under way. \(future)", width)
  }

  private func describe(_ target: Target) -> String {
    var text = "\(target.name) (\(target.id), revision \(target.revision))"
    if let user = target.user { text += ", \(user)'s\(target.isInUse ? ", in use" : "")" }
    return text
  }

  private func nameLines(_ targets: [Target], _ room: Int, _ glyphs: Glyphs) -> [Line] {
    let fits = max(1, min(targets.count, room))
    let shown = fits < targets.count ? max(1, fits - 1) : fits
    var lines = targets.prefix(shown).map { Line("  \(describe($0))") }
    if shown < targets.count {
      lines.append(Line("  \(glyphs.ellipsis) and \(targets.count - shown) more", .textDim))
    }
    return lines
  }

  private func refusedLines(_ refused: [Refused], _ width: Int, _ glyphs: Glyphs) -> [Line] {
    guard !refused.isEmpty else { return [] }
    var lines = [Line("\(refused.count) cannot be changed and stay as they are:", .statusWarning)]
    lines += refused.prefix(3).map { Line("  \($0.sentence)", .textDim) }
    if refused.count > 3 {
      lines.append(Line("  \(glyphs.ellipsis) and \(refused.count - 3) more", .textDim))
    }
    return lines
  }

  private func graceLines(_ dialog: ConfirmDialog, _ width: Int) -> [Line] {
    switch dialog.action {
    case .destroy, .release, .cancel:
      guard settings.grace > .zero else { return [] }
      return Self.wrapped(
        "It starts in \(settings.grace.spoken); until then \(keyName(.undo)) undoes it.", width)
    case .forget:
      return Self.wrapped(
        "Nothing on the platform is changed; anything left there loses its record.", width)
    default: return []
    }
  }

  private func answerLines(_ dialog: ConfirmDialog, _ width: Int) -> [Line] {
    var lines: [Line]
    switch dialog.answer {
    case .key:
      let yes = dialog.action.map { "\(ActionTable[$0].label.lowercased())" } ?? "quit"
      lines = [
        Line([
          Span("y", .hintKey), Span(" \(yes)   "), Span("n", .hintKey), Span(" or "),
          Span("Esc", .hintKey), Span(" go back"),
        ])
      ]
    case .typed(let wanted):
      lines = [
        Line([
          Span("Type "), Span(SafeText(wanted), .hintKey), Span(" and Enter to confirm, "),
          Span("Esc", .hintKey), Span(" to cancel"),
        ]), Line("> "),
      ]
    }
    if let hint = dialog.hint { lines.append(Line(hint, .statusWarning)) }
    return lines
  }

  private func draw(
    _ dialog: AssignDialog, _ layout: Layout, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let what: SafeText
    var action = ActionID.assign
    switch dialog.subject {
    case .deployment(let target): what = "Assign \(describe(target))"
    case .pool(let name): what = "Assign a deployment of \(name), chosen by the engine"
    case .orphan(let name):
      action = .adopt
      what = "Make the \(name) a deployment again, only for its user"
    case .queue(let name):
      action = .unwait
      what = "Take a user off the queue of \(name)"
    }
    let prompt: SafeText = action == .unwait ? "User: " : "To user: "
    let label = ActionTable[action].label
    var lines = Self.wrapped(what, textWidth(layout)) + [Line(prompt)]
    let field = lines.count - 1
    let known = dialog.completions.map(\.text).joined(separator: "  ")
    lines.append(known.isEmpty ? Line() : Line([Span("Tab ", .hintKey), Span(SafeText(known))]))
    lines.append(
      dialog.hint.map { Line($0, .statusWarning) }
        ?? Line([
          Span("Enter", .hintKey), Span(" \(label.lowercased())   "), Span("Esc", .hintKey),
          Span(" go back"),
        ]))
    let room = box(SafeText(label), lines, layout, atLeast: 40, on: &surface, glyphs)
    drawField(dialog.field, line: field, after: prompt, in: room, on: &surface)
  }
}

// MARK: - Pickers and reports

extension ScreenModel {
  private func draw(
    _ picker: Picker, _ layout: Layout, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let shown = picker.shown
    let hasField = picker.field != nil
    let height = max(1, layout.body.height - 2 - (hasField ? 1 : 0))
    let top = Scroll.top(0, cursor: picker.cursor, height: height, count: shown.count)
    let widths = (
      key: picker.items.map { $0.key?.description.count ?? 0 }.max() ?? 0,
      label: picker.items.map { Surface.columns($0.label) }.max() ?? 0
    )
    var lines = hasField ? [Line(": ")] : []
    lines += shown.dropFirst(top).prefix(height).map { line($0, widths) }
    if shown.isEmpty { lines.append(Line("no action has that name", .textDim)) }
    // As wide as the widest item, so that the box keeps its width while it is narrowed.
    let widest = picker.items.map { Self.width(line($0, widths)) }.max() ?? 0
    let room = box(picker.title, lines, layout, atLeast: widest, on: &surface, glyphs)
    let first = hasField ? 1 : 0
    let y = room.y + first + picker.cursor - top
    if !shown.isEmpty, y < room.maxY {
      surface.overlay(.rowCursor, on: Rect(x: room.x, y: y, width: room.width, height: 1))
      surface.put(glyphs.pointer, at: Point(x: room.x - 1, y: y), role: .textKey)
      surface.cursor = Point(x: room.x, y: y)
    }
    if let field = picker.field {
      drawField(field, line: 0, after: ": ", in: room, on: &surface)
    }
  }

  private static func width(_ line: Line) -> Int {
    line.spans.reduce(0) { $0 + $1.columns }
  }

  private func line(_ item: Picker.Item, _ widths: (key: Int, label: Int)) -> Line {
    let key = item.key?.description ?? ""
    let keyText = key + String(repeating: " ", count: max(0, widths.key - key.count) + 2)
    let pad = String(repeating: " ", count: max(0, widths.label - Surface.columns(item.label)) + 2)
    let isPossible = item.refusal == nil
    return Line([
      Span(SafeText(keyText), isPossible ? .hintKey : .textDim),
      Span("\(item.label)\(pad)", isPossible ? .text : .textDim),
      Span(item.refusal ?? item.help, .textDim),
    ])
  }

  private func draw(
    _ report: Report, _ layout: Layout, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let width = textWidth(layout)
    let room = max(1, layout.body.height - 4)
    var lines = report.lines.flatMap {
      ScreenModel.wrapped($0.sentence, width, sign: "- ", .statusError)
    }
    if lines.count > room {
      let cut = lines.count - room + 1
      lines = lines.prefix(room - 1) + [Line("\(glyphs.ellipsis) \(cut) more lines", .textDim)]
    }
    lines.append(Line("Esc closes this, any other key continues", .hintText))
    _ = box(report.title, lines, layout, on: &surface, glyphs)
  }
}
