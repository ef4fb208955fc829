import SafeTexts
import TerminalCells

extension ScreenModel {
  /// The lines of the help screen: the keys of the pane first, then all keys by group.
  func helpLines(_ page: HelpPage) -> [Line] {
    let wanted = page.field?.text.lowercased() ?? ""
    func fits(_ action: Action) -> Bool {
      guard isOffered(action) else { return false }
      return wanted.isEmpty
        || [action.id.rawValue, action.label, action.help].contains {
          $0.lowercased().contains(wanted)
        }
    }
    let own = ActionTable.all.filter {
      $0.hintedIn.contains(page.pane) && $0.hintedIn.count < Pane.allCases.count
    }
    var lines = section("In pane \(page.pane.title)", own.filter(fits))
    for group in ActionGroup.allCases {
      lines += section(group.rawValue, ActionTable.all.filter { $0.group == group && fits($0) })
    }
    return lines.isEmpty ? [Line("no action has that name", .textDim)] : lines
  }

  private func section(_ title: String, _ actions: [Action]) -> [Line] {
    guard !actions.isEmpty else { return [] }
    return [Line(SafeText(title), .textKey)] + actions.map(line) + [Line()]
  }

  private func line(_ action: Action) -> Line {
    let keys = settings.keys.keys(of: action.id).map(\.description).joined(separator: " ")
    let shown = keys.isEmpty ? "x" + " menu" : keys
    let pad = String(repeating: " ", count: max(1, 14 - shown.count))
    var help = action.help
    if action.isIrreversible { help += " Asks first, because it cannot be undone." }
    return Line([
      Span("  \(shown)\(pad)", .hintKey), Span("\(help)  "),
      Span(SafeText(action.id.rawValue), .textDim),
    ])
  }

  func drawHelp(_ page: HelpPage, _ layout: Layout, on surface: inout Surface, _ glyphs: Glyphs) {
    let lines = helpLines(page)
    let room = layout.helpRoom
    surface.fill(layout.body, role: .dialog)
    if layout.isFramed {
      surface.box(
        layout.body, glyphs: glyphs,
        title: "Help: j k scroll, / searches, Esc closes", role: .dialogBorder,
        titleRole: .dialogTitle)
    }
    let top = max(0, min(page.top, lines.count - room.height))
    for (place, line) in lines.dropFirst(top).prefix(room.height).enumerated() {
      surface.write(
        line, at: Point(x: room.x, y: room.y + place), width: room.width,
        ellipsis: glyphs.ellipsis)
    }
    if let field = page.field, layout.isFramed {
      let y = layout.body.maxY - 1
      surface.write("/", at: Point(x: layout.body.x + 2, y: y), width: 1, role: .hintKey)
      drawField(field, in: Rect(x: layout.body.x + 3, y: y, width: 30, height: 1), on: &surface)
    }
  }
}
