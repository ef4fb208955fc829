import TerminalCells

/// The positions of the screen's parts: a pure function of its size.
///
/// Each size shows what fits, from all panes side by side down to one line that counts the errors.
struct Layout: Hashable, Sendable {
  /// The kinds of layout, by available space.
  enum Kind: Hashable, Sendable {
    /// All panes.
    case full
    /// Pools as gauges, one list or the details, and the bottom line.
    case compact
    /// One pane and the bottom line.
    case onePane
    /// Sign, name and state, and the bottom line.
    case narrow
    /// One line.
    case status
    /// Too small for any text.
    case nothing
  }

  let kind: Kind
  let size: Size
  /// The header line; nil if it does not fit.
  let header: Rect?
  /// The rectangles of the visible panes, frames included.
  let panes: [Pane: Rect]
  /// The bottom line.
  let bottom: Rect
  /// Whether panes have frames.
  let isFramed: Bool

  /// Computes a layout.
  ///
  /// - Parameters:
  ///   - pools: the number of pools; few pools leave space for the lists.
  ///   - focus: the pane with the focus, for sizes that show one pane.
  ///   - list: the visible list, for sizes that show one list.
  init(size: Size, pools: Int, focus: Pane, list: Pane, isZoomed: Bool) {
    self.size = size
    let kind = Self.kind(of: size)
    self.kind = kind
    bottom = Rect(x: 0, y: max(0, size.height - 1), width: size.width, height: min(1, size.height))
    let hasHeader = kind == .full || kind == .compact || kind == .onePane
    header = hasHeader ? Rect(x: 0, y: 0, width: size.width, height: 1) : nil
    isFramed = hasHeader
    let top = hasHeader ? 1 : 0
    let body = Rect(x: 0, y: top, width: size.width, height: size.height - top - 1)
    switch kind {
    case .full where !isZoomed: panes = Self.full(body, pools: pools)
    case .compact where !isZoomed:
      panes = Self.compact(body, pools: pools, below: focus == .details ? .details : list)
    case .full, .compact, .onePane, .narrow: panes = [focus: body]
    case .status, .nothing: panes = [:]
    }
  }

  /// The kind of layout for a size.
  static func kind(of size: Size) -> Kind {
    switch (size.width, size.height) {
    case (100..., 30...): .full
    case (72..., 20...): .compact
    case (50..., 12...): .onePane
    case (28..., 6...): .narrow
    case (8..., 1...): .status
    default: .nothing
    }
  }

  /// The rectangle inside a pane's frame; empty if the pane is not shown.
  func inside(_ pane: Pane) -> Rect {
    guard let rect = panes[pane] else { return Rect(x: 0, y: 0, width: 0, height: 0) }
    guard hasFrame(pane) else { return rect }
    return Rect(x: rect.x + 1, y: rect.y + 1, width: rect.width - 2, height: rect.height - 2)
  }

  /// Whether a pane has a frame; the pools' gauges in a smaller window have none.
  func hasFrame(_ pane: Pane) -> Bool {
    isFramed && !(pane == .pools && kind == .compact && panes.count > 1)
  }

  /// The number of rows that a pane can show, without its column titles.
  func rowCount(_ pane: Pane) -> Int {
    let height = inside(pane).height
    return hasTitles(pane) ? max(0, height - 1) : height
  }

  /// Whether a pane of rows has a line of column titles.
  func hasTitles(_ pane: Pane) -> Bool { hasFrame(pane) && inside(pane).height > 2 }

  /// Whether actions are allowed: there is space for a row and for a question about it.
  var allowsActing: Bool { kind != .status && kind != .nothing }

  private static func full(_ body: Rect, pools: Int) -> [Pane: Rect] {
    var rest = body
    let poolHeight = min(pools + 4, max(6, body.height / 4))
    let poolRect = cut(&rest, poolHeight)
    let caches = cut(&rest, rest.height * 3 / 10)
    let assigned = cut(&rest, rest.height * 11 / 21)
    let half = caches.width / 2
    return [
      .pools: poolRect,
      .l1: Rect(x: caches.x, y: caches.y, width: caches.width - half, height: caches.height),
      .l2: Rect(x: caches.maxX - half, y: caches.y, width: half, height: caches.height),
      .assigned: assigned,
      .details: rest,
    ]
  }

  private static func compact(_ body: Rect, pools: Int, below pane: Pane) -> [Pane: Rect] {
    var rest = body
    let poolRect = cut(&rest, min(pools + 1, max(2, body.height / 4)))
    return [.pools: poolRect, pane: rest]
  }

  private static func cut(_ rest: inout Rect, _ height: Int) -> Rect {
    let cut = Rect(x: rest.x, y: rest.y, width: rest.width, height: min(height, rest.height))
    rest = Rect(x: rest.x, y: rest.y + height, width: rest.width, height: rest.height - height)
    return cut
  }
}

/// The scroll position of lists.
enum Scroll {
  /// The first visible index: unchanged, unless the cursor would be out of sight.
  static func top(_ top: Int, cursor: Int, height: Int, count: Int) -> Int {
    guard height > 0 else { return 0 }
    let kept = max(0, min(top, count - height))
    if cursor < kept { return max(0, cursor) }
    return cursor >= kept + height ? cursor - height + 1 : kept
  }
}
