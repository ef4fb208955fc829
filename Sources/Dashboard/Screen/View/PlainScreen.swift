package import DeploymentEngine
package import DeploymentInterface
import SafeTexts
package import TerminalCells

/// The panes as plain text, every row of them: for pipes and terminals that can do nothing else.
package enum PlainScreen {
  /// The width when nobody says another.
  package static let width = 120

  /// The lines, without a line end.
  package static func lines(
    _ state: StoredState, presence: LeaseStatus, settings: ScreenSettings, now: EngineTime,
    zone: Zone, glyphs: Glyphs, width: Int = width
  ) -> [String] {
    var model = ScreenModel(settings: settings, now: now)
    model.zone = zone
    model.live = Catalog(state)
    model.sequence = 0
    model.presence = presence
    return model.plainLines(width: max(20, width), glyphs)
  }
}

extension ScreenModel {
  /// The panes under each other, every row of them.
  package func plainLines(width: Int, _ glyphs: Glyphs) -> [String] {
    var model = self
    // No row is the current one here: nobody sits in front of it.
    model.focus = .details
    model.subjectPane = .details
    var lines = [plainHeader(glyphs), "", "POOLS"]
    var surface = Surface(Size(width: width, height: catalog.pools.count + 2))
    model.drawPools(in: surface.size.rect, hasTitles: true, on: &surface, glyphs)
    lines += surface.lines
    for pane in Pane.listOrder {
      lines += ["", "\(pane.title.uppercased()) (\(rows(pane).count))"]
      lines += model.plainList(pane, width, glyphs)
    }
    return lines
  }

  private func plainHeader(_ glyphs: Glyphs) -> String {
    let parts = headerParts(glyphs).map(\.span.text.text)
    let time = "\(ClockText.minute(now.utc, zone)) \(zone.label)"
    return (parts + [time]).joined(separator: " \(glyphs.separator) ")
  }

  /// Rows that are drawn at once, so that ten thousand need no surface of their height.
  private static let plainPiece = 200

  private func plainList(_ pane: Pane, _ width: Int, _ glyphs: Glyphs) -> [String] {
    let ids = rows(pane).ids
    let catalog = catalog
    var widths = RowWidths()
    for id in ids {
      if let deployment = catalog.deployment(id) { widths.take(row(deployment, glyphs)) }
    }
    let layout = RowLayout(widths, in: pane, showsPool: true, width: width - Self.gutter)
    var lines: [String] = []
    for start in stride(from: 0, to: max(1, ids.count), by: Self.plainPiece) {
      let piece = ids[start..<min(ids.count, start + Self.plainPiece)]
        .compactMap(catalog.deployment).map { row($0, glyphs) }
      let hasTitles = start == 0
      var surface = Surface(
        Size(width: width, height: max(1, piece.count) + (hasTitles ? 1 : 0)))
      drawList(
        pane, piece, at: start, layout, in: surface.size.rect, hasTitles: hasTitles, on: &surface,
        glyphs)
      lines += surface.lines
    }
    return lines
  }
}
