import DeploymentEngine
import SafeTexts
package import TerminalCells

extension ScreenModel {
  /// Draws the whole screen: a pure function of the model, the size and the signs. It works for any
  /// size.
  package func view(_ size: Size, glyphs: Glyphs) -> Surface {
    var surface = Surface(size)
    let layout = layout(for: size)
    switch layout.kind {
    case .nothing: return surface
    case .status:
      surface.write(
        status?.text ?? statusLine(glyphs, width: size.width), at: layout.bottom.origin,
        width: size.width,
        role: catalog.totals.error > 0 ? .statusError : .text, ellipsis: glyphs.ellipsis)
      return surface
    case .full, .compact, .onePane, .narrow: break
    }
    if let header = layout.header { drawHeader(in: header, on: &surface, glyphs) }
    if let events {
      drawEvents(events, layout, on: &surface, glyphs)
    } else {
      for pane in Pane.allCases { draw(pane, layout, on: &surface, glyphs) }
    }
    drawBottom(in: layout.bottom, on: &surface, glyphs)
    drawModal(layout, on: &surface, glyphs)
    return surface
  }

  private func draw(_ pane: Pane, _ layout: Layout, on surface: inout Surface, _ glyphs: Glyphs) {
    guard let rect = layout.panes[pane], !rect.isEmpty else { return }
    let inside = layout.inside(pane)
    if layout.hasFrame(pane) {
      surface.box(
        rect, glyphs: glyphs, role: focus == pane ? .paneBorderFocus : .paneBorder)
      let title =
        layout.kind == .compact && pane != .pools && !isZoomed
        ? tabTitle(pane, glyphs) : title(pane, glyphs)
      surface.write(
        title, at: Point(x: rect.x + 2, y: rect.y), width: max(0, rect.width - 4),
        ellipsis: glyphs.ellipsis)
    }
    switch pane {
    case .pools: drawPools(in: inside, hasTitles: layout.hasTitles(pane), on: &surface, glyphs)
    case .l1, .l2, .assigned:
      drawList(pane, in: inside, hasTitles: layout.hasTitles(pane), on: &surface, glyphs)
    case .details: drawDetails(in: layout.textRoom, on: &surface, glyphs)
    }
  }

  private func drawEvents(
    _ events: LogView, _ layout: Layout, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    if layout.isFramed {
      surface.box(layout.body, glyphs: glyphs, role: .paneBorderFocus)
      let state = events.follows ? "following" : "not following"
      surface.write(
        Line(" Events \(glyphs.separator) \(state) ", .paneTitleFocus),
        at: Point(x: layout.body.x + 1, y: layout.body.y), width: max(0, layout.body.width - 2))
    }
    drawLog(events, in: layout.eventsRoom, on: &surface, glyphs)
  }
}

// MARK: - Titles

extension ScreenModel {
  private func role(_ pane: Pane) -> Role { focus == pane ? .paneTitleFocus : .paneTitle }

  private func title(_ pane: Pane, _ glyphs: Glyphs) -> Line {
    switch pane {
    case .pools: return Line(" 1 Pools ", role(.pools))
    case .l1, .l2, .assigned:
      let pool = chosenPool?.name ?? "all pools"
      return Line(
        """
         \(pane.rawValue) \(pane.title) \(glyphs.separator) \(pool) \(glyphs.horizontal) \
        \(amount(pane, glyphs))\u{20}
        """,
        role(pane))
    case .details: return detailTitle(glyphs)
    }
  }

  /// The number of rows of a list, with its filter and its order if they are not the defaults.
  private func amount(_ pane: Pane, _ glyphs: Glyphs) -> String {
    let count = rows(pane).count
    var text = "\(count)"
    if !filter.isEmpty {
      let all = catalog.rows(ListName(pool: pool, pane: pane)).count
      text = "\(count) of \(all) \(glyphs.separator) /\(filter.text)"
    }
    if catalog.order != .trouble || isReversed {
      let arrow = isReversed ? glyphs.up : glyphs.down
      text += " \(glyphs.separator) \(arrow)\(catalog.order.rawValue)"
    }
    return text
  }

  /// The title that shows all lists side by side, where only one list fits.
  private func tabTitle(_ pane: Pane, _ glyphs: Glyphs) -> Line {
    guard pane != .details else { return detailTitle(glyphs) }
    var spans: [Span] = [Span(" ")]
    for list in Pane.listOrder {
      if list != .l1 { spans.append(Span(" \(glyphs.vertical) ", .paneBorder)) }
      let isShown = list == pane
      let text = isShown ? amount(list, glyphs) : "\(rows(list).count)"
      spans.append(
        Span("\(list.rawValue) \(list.shortTitle) \(text)", isShown ? role(list) : .paneTitle))
    }
    spans.append(Span(" \(glyphs.horizontal) \(chosenPool?.name ?? "all pools") ", .paneTitle))
    return Line(spans)
  }

  private func detailTitle(_ glyphs: Glyphs) -> Line {
    let name: SafeText
    switch subject {
    case .pool(let id): name = id.flatMap(catalog.pool)?.name ?? "all pools"
    case .deployment(let id): name = catalog.deployment(id)?.name ?? "\(id)"
    case .nothing: name = "nothing selected"
    }
    var spans = [Span(" 5 \(name) \(glyphs.horizontal) ", role(.details))]
    for tab in DetailTab.allCases {
      if tab != .details { spans.append(Span(" \(glyphs.vertical) ", .paneBorder)) }
      spans.append(Span(SafeText(tab.title), tab == self.tab ? .paneTitleFocus : .textDim))
    }
    spans.append(Span(tab == .log && log?.follows == false ? " (not following) " : " "))
    return Line(spans)
  }
}
