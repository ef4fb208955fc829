import TerminalCells

/// Where the parts of the screen stand: a pure function of its size.
///
/// Nothing is a wall: from all panes side by side down to one line that says how much trouble there
/// is, each size shows what it can.
struct Layout: Hashable, Sendable {
  /// How much there is room for.
  enum Kind: Hashable, Sendable {
    /// All panes.
    case full
    /// Pools as gauges, one list or the details, the bottom line.
    case compact
    /// One pane, and the bottom line.
    case onePane
    /// Sign, name and state, and the bottom line.
    case narrow
    /// One line.
    case status
    /// Nothing can be read on it.
    case nothing
  }

  let kind: Kind
  let size: Size
  /// The line at the top; nil: there is no room for it.
  let header: Rect?
  /// The pane of each kind, frame included; what is missing is not shown.
  let panes: [Pane: Rect]
  /// The line at the bottom.
  let bottom: Rect
  /// Whether panes have frames.
  let isFramed: Bool

  /// A layout.
  ///
  /// - Parameters:
  ///   - pools: how many there are; few of them leave room for the lists.
  ///   - focus: the pane that keys go to, for sizes that show one.
  ///   - list: the list that is shown, for sizes that show one.
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

  /// How much a size has room for.
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

  /// What is inside the frame of a pane; empty: it is not shown.
  func inside(_ pane: Pane) -> Rect {
    guard let rect = panes[pane] else { return Rect(x: 0, y: 0, width: 0, height: 0) }
    guard hasFrame(pane) else { return rect }
    return Rect(x: rect.x + 1, y: rect.y + 1, width: rect.width - 2, height: rect.height - 2)
  }

  /// Whether a pane has a frame; gauges of pools in a smaller window have none.
  func hasFrame(_ pane: Pane) -> Bool {
    isFramed && !(pane == .pools && kind == .compact && panes.count > 1)
  }

  /// How many rows a pane of rows can show, its column titles aside.
  func rowCount(_ pane: Pane) -> Int {
    let height = inside(pane).height
    return hasTitles(pane) ? max(0, height - 1) : height
  }

  /// Whether a pane of rows has a line of column titles.
  func hasTitles(_ pane: Pane) -> Bool { hasFrame(pane) && inside(pane).height > 2 }

  /// Whether something can be asked for here: a row is in sight, and so is a question about it.
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

/// Which part of a list is in sight.
enum Scroll {
  /// The first place that is shown: as before, unless the cursor would be out of sight.
  static func top(_ top: Int, cursor: Int, height: Int, count: Int) -> Int {
    guard height > 0 else { return 0 }
    let kept = max(0, min(top, count - height))
    if cursor < kept { return max(0, cursor) }
    return cursor >= kept + height ? cursor - height + 1 : kept
  }
}
