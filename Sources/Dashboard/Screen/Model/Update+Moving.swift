import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

extension ScreenModel {
  /// Moves the cursor, or scrolls the text.
  mutating func move(_ action: ActionID) -> [Command] {
    if isReading {
      scroll(action)
    } else if focus == .pools {
      movePool(to: target(action, from: poolIndex, count: catalog.pools.count + 1, page: .pools))
    } else {
      moveRow(to: target(action, from: cursor(focus).index, count: rows(focus).count, page: focus))
    }
    return []
  }

  /// Selects the pool that the lists show; nil: all pools.
  mutating func choosePool(_ id: PoolID?) {
    guard pool != id else { return }
    pool = id
    detailTop = 0
    narrow()
    for pane in Pane.listOrder {
      guard let chosen = cursors[pane]?.id, index(of: chosen, in: pane) == nil else { continue }
      cursors[pane] = ListCursor()
    }
  }

  private var poolIndex: Int {
    catalog.pools.firstIndex { $0.id == pool }.map { $0 + 1 } ?? 0
  }

  private mutating func movePool(to index: Int) {
    let pools = catalog.pools
    choosePool(index > 0 && index <= pools.count ? pools[index - 1].id : nil)
  }

  private mutating func moveRow(to index: Int) {
    guard let id = id(at: index, in: focus) else { return }
    cursors[focus]?.id = id
    cursors[focus]?.index = index
    detailTop = 0
  }

  private func target(_ action: ActionID, from index: Int, count: Int, page pane: Pane) -> Int {
    let height = max(1, layout.rowCount(pane))
    let wanted = index + Self.step(action, from: index, count: count, height: height)
    return max(0, min(wanted, count - 1))
  }

  private static func step(_ action: ActionID, from index: Int, count: Int, height: Int) -> Int {
    switch action {
    case .moveDown: 1
    case .moveUp: -1
    case .moveFirst: -index
    case .moveLast: count - 1 - index
    case .pageDown: height
    case .pageUp: -height
    case .halfDown: max(1, height / 2)
    case .halfUp: -max(1, height / 2)
    default: 0
    }
  }
}

// MARK: - Reading

extension ScreenModel {
  /// The rectangle of the text: the details, or the events over the whole screen.
  var readingRoom: Rect { events == nil ? layout.textRoom : layout.eventsRoom }

  private mutating func scroll(_ action: ActionID) {
    let room = readingRoom
    if var view = events {
      scroll(&view, action, room)
      events = view
    } else if var view = log, tab == .log {
      scroll(&view, action, room)
      log = view
    } else {
      let count = detailLines(width: room.width).count
      let wanted =
        detailTop + Self.step(action, from: detailTop, count: count, height: max(1, room.height))
      detailTop = max(0, min(wanted, count - room.height))
    }
  }

  /// Scrolls in a log. Scrolling up stops following the end; reaching it follows again.
  private func scroll(_ view: inout LogView, _ action: ActionID, _ room: Rect) {
    let entries = logEntries(view)
    let last = lastTop(entries, room)
    let top = view.follows ? last : min(view.topIndex(of: entries), last)
    let step = Self.step(action, from: top, count: entries.count, height: max(1, room.height))
    let wanted = max(0, min(top + step, last))
    view.follows = wanted == last && step > 0 || (wanted == last && view.follows && step >= 0)
    view.top = entries.indices.contains(wanted) ? entries[wanted].sequence : nil
  }

  /// Goes to the next or previous match of the search.
  mutating func seek(forward: Bool) {
    guard isReading else {
      return say("search works in details and logs; lists have a filter")
    }
    guard !search.isEmpty else { return say("no search: \(keyName(.filter)) starts one") }
    if events != nil || tab == .log { seekInLog(forward) } else { seekInDetails(forward) }
  }

  private mutating func seekInLog(_ forward: Bool) {
    guard var view = events ?? log else { return }
    let entries = logEntries(view)
    let last = lastTop(entries, readingRoom)
    let top = view.follows ? last : view.topIndex(of: entries)
    let matching = entries.indices.filter { search.matches(line: logText(entries[$0])) }
    let found = forward ? matching.first { $0 > top } : matching.last { $0 < top }
    guard let found = found ?? (forward ? matching.first : matching.last) else {
      return complain("nothing matches \(search.text)")
    }
    view.follows = false
    view.top = entries[found].sequence
    if events != nil { events = view } else { log = view }
  }

  private mutating func seekInDetails(_ forward: Bool) {
    let room = readingRoom
    let lines = detailLines(width: room.width)
    let matching = lines.indices.filter { search.matches(line: lines[$0].plain) }
    let found = forward ? matching.first { $0 > detailTop } : matching.last { $0 < detailTop }
    guard let found = found ?? (forward ? matching.first : matching.last) else {
      return complain("nothing matches \(search.text)")
    }
    detailTop = max(0, min(found, lines.count - room.height))
  }
}

// MARK: - Marks

extension ScreenModel {
  mutating func mark(_ action: ActionID) -> [Command] {
    if action == .clearMarks {
      marks = []
      markAnchor = nil
      return []
    }
    guard Pane.lists.contains(focus), let id = cursor(focus).id else {
      say(
        "deployments can be marked only in \(listKeys)"
      )
      return []
    }
    switch action {
    case .mark:
      if marks.remove(id) == nil { marks.insert(id) }
      markAnchor = id
      return move(.moveDown)
    case .markShown: marks.formUnion(rows(focus).ids)
    case .markRange: markRange(to: id)
    default: break
    }
    sayMarks()
    return []
  }

  private mutating func markRange(to id: DeploymentID) {
    guard let anchor = markAnchor, let from = index(of: anchor, in: focus),
      let to = index(of: id, in: focus)
    else {
      markAnchor = id
      marks.insert(id)
      return say("the range starts here: move to its end and press \(keyName(.markRange)) again")
    }
    for place in min(from, to)...max(from, to) {
      if let id = self.id(at: place, in: focus) { marks.insert(id) }
    }
    markAnchor = id
  }

  private mutating func sayMarks() {
    if status == nil { say("\(marks.count) marked") }
  }
}
