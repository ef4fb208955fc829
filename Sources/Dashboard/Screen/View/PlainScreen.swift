package import DeploymentEngine
package import DeploymentInterface
import SafeTexts
package import TerminalCells

/// The panes as plain text, with all rows: for pipes and for terminals that cannot show the screen.
package enum PlainScreen {
  /// The default width.
  package static let width = 120

  /// The lines, without line ends.
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
  /// The panes one below the other, with all rows.
  package func plainLines(width: Int, _ glyphs: Glyphs) -> [String] {
    var model = self
    // Plain text has no current row.
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

  /// The number of rows drawn at once, so that ten thousand need no surface of that height.
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
