import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

extension Layout {
  /// The rectangle for text in the details pane.
  var textRoom: Rect {
    let inside = inside(.details)
    return hasFrame(.details) ? inside.inset(x: 1) : inside
  }

  /// The rectangle between the header and the bottom line.
  var body: Rect {
    let top = header == nil ? 0 : 1
    return Rect(x: 0, y: top, width: size.width, height: size.height - top - 1)
  }

  /// The rectangle for the list of all events.
  var eventsRoom: Rect { isFramed ? body.inset(x: 2, y: 1) : body }

  /// The rectangle for the lines of the help screen.
  var helpRoom: Rect { isFramed ? body.inset(x: 2, y: 1) : body }
}

extension ScreenModel {
  /// Draws the selected tab of the details.
  func drawDetails(in room: Rect, on surface: inout Surface, _ glyphs: Glyphs) {
    if tab == .log {
      guard let log else {
        return write("nothing is selected: the list is empty", in: room, on: &surface)
      }
      return drawLog(log, in: room, on: &surface, glyphs)
    }
    let lines = detailLines(width: room.width)
    let top = max(0, min(detailTop, lines.count - room.height))
    for (place, line) in lines.dropFirst(top).prefix(room.height).enumerated() {
      let y = room.y + place
      surface.write(line, at: Point(x: room.x, y: y), width: room.width, ellipsis: glyphs.ellipsis)
      markMatch(line.plain, Rect(x: room.x, y: y, width: room.width, height: 1), on: &surface)
    }
    if focus == .details { surface.cursor = room.origin }
  }

  /// Draws the last events that fit, or those from the current position.
  func drawLog(_ view: LogView, in room: Rect, on surface: inout Surface, _ glyphs: Glyphs) {
    let entries = logEntries(view)
    guard !entries.isEmpty else {
      return write(view.isLoaded ? "no events yet" : "loading events", in: room, on: &surface)
    }
    let last = lastTop(entries, room)
    let top = view.follows ? last : min(view.topIndex(of: entries), last)
    var y = room.y
    for entry in entries[top...] {
      guard y < room.maxY else { break }
      for (place, text) in wrapped(entry, room.width).enumerated() where y < room.maxY {
        if place == 0 {
          surface.write(
            time(entry), at: Point(x: room.x, y: y), width: Self.timeWidth, role: .logTime)
        }
        let rest = Rect(
          x: room.x + Self.timeWidth, y: y, width: room.width - Self.timeWidth, height: 1)
        surface.write(
          text, at: rest.origin, width: rest.width, role: entry.entry.level.role)
        markMatch(text.text, rest, on: &surface)
        y += 1
      }
    }
  }

  private func write(_ text: SafeText, in room: Rect, on surface: inout Surface) {
    guard !room.isEmpty else { return }
    surface.write(text, at: room.origin, width: room.width, role: .textDim)
  }

  private func markMatch(_ text: String, _ rect: Rect, on surface: inout Surface) {
    if search.matches(line: text) { surface.overlay(.match, on: rect) }
  }
}

// MARK: - Events as text

extension ScreenModel {
  /// The width of a time or a day with the blank after it, in cells.
  private static let timeWidth = 9

  /// The events of a log that concern its subject.
  func logEntries(_ view: LogView) -> [NumberedEntry] {
    guard view.scope == nil, events == nil, case .pool(.some(let pool)) = subject else {
      return view.entries
    }
    return view.entries.filter { $0.entry.pool == pool }
  }

  /// An event as one line, without its time.
  func logText(_ numbered: NumberedEntry) -> String {
    let entry = numbered.entry
    var text = ""
    if entry.level == .warning || entry.level == .error { text += "\(entry.level.rawValue): " }
    if events != nil || tab != .log || log?.scope == nil {
      if let id = entry.deployment {
        let name = live.deployment(id)?.name.text ?? id.description
        if !entry.message.text.hasPrefix(name) { text += "\(name): " }
      } else if let pool = entry.pool.flatMap(live.pool) {
        text += "\(pool.name): "
      }
    }
    text += entry.message.text
    return entry.actor == "engine" ? text : "\(text) (\(entry.actor))"
  }

  /// The index of the first event from which the rest fits.
  func lastTop(_ entries: [NumberedEntry], _ room: Rect) -> Int {
    var left = room.height
    for place in entries.indices.reversed() {
      left -= wrapped(entries[place], room.width).count
      if left < 0 { return min(place + 1, entries.count - 1) }
    }
    return 0
  }

  private func wrapped(_ entry: NumberedEntry, _ width: Int) -> [SafeText] {
    Wrap.lines(SafeText(logText(entry)), width: max(1, width - Self.timeWidth))
  }

  private func time(_ entry: NumberedEntry) -> SafeText {
    let at = entry.entry.at
    return ClockText.day(at, zone) == ClockText.day(now.utc, zone)
      ? SafeText(ClockText.second(at, zone)) : SafeText(ClockText.day(at, zone))
  }
}

extension LogLevel {
  /// The role of a line with this level.
  var role: Role {
    switch self {
    case .debug: .textDim
    case .info: .text
    case .warning: .logWarning
    case .error: .logError
    }
  }
}
