import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

/// The columns of a list of deployments. A new one needs a value in `ScreenModel.row`, a place in
/// `RowLayout.names`, and a title, a cap and a weight.
enum RowColumn: Int, Hashable, Sendable, CaseIterable {
  case name, user, state, inUse, age, since, ip, pool, note
}

/// A deployment as a row of cells.
struct DeploymentRow: Sendable {
  let deployment: Deployment
  private var cells = [Span?](repeating: nil, count: RowColumn.allCases.count)

  /// Makes an empty row.
  init(_ deployment: Deployment) { self.deployment = deployment }

  /// The text of a column; nil: none.
  subscript(column: RowColumn) -> Span? {
    get { cells[column.rawValue] }
    set { cells[column.rawValue] = newValue }
  }
}

extension ScreenModel {
  /// The row of a deployment.
  func row(_ deployment: Deployment, _ glyphs: Glyphs) -> DeploymentRow {
    let dash = Span("", .textDim, glyph: glyphs.dash)
    let progress = deployment.phase.operation == nil ? nil : deployment.progress
    let state = progress.map { "\(deployment.stateWord) \($0)" } ?? deployment.stateWord
    var row = DeploymentRow(deployment)
    row[.name] = Span(deployment.name)
    row[.state] = Span(
      SafeText(state), deployment.stateRole, glyph: deployment.stateGlyph(glyphs))
    row[.ip] = deployment.ip.map { Span($0) } ?? dash
    if deployment.state == .usable, deployment.placement.holder != nil, deployment.ip == nil {
      row[.ip] = Span("no address", .statusWarning)
    }
    if deployment.placement.isAssigned {
      row[.since] = Span(SafeText(ClockText.since(deployment.stateSince, now: now.utc, zone)))
      row[.user] = deployment.placement.user.map { Span($0) } ?? dash
      row[.inUse] = deployment.inUse ? Span("yes") : Span("no", .textDim)
    } else {
      row[.age] = Span(SafeText(ClockText.age(now.utc - deployment.stateSince)))
    }
    if pool == nil { row[.pool] = catalog.pool(deployment.pool).map { Span($0.name) } }
    row[.note] = note(deployment)
    return row
  }

  /// The most important remark about a deployment apart from its state.
  private func note(_ deployment: Deployment) -> Span? {
    if let ask = asks.latest(for: deployment.id) {
      let label = ActionTable[ask.action].label
      switch ask.stage {
      case .sent, .withdrawing: return Span("requested: \(label)", .statePreparing)
      case .refused(let sentence): return Span("refused: \(sentence)", .statusError)
      case .failed(let sentence):
        if deployment.state != .error { return Span("\(label): \(sentence)", .statusError) }
      case .accepted, .done: break
      }
    }
    if let pending = deployment.pending {
      let left = ClockText.left(pending.due.at - now.moment)
      let actor = pending.actor == settings.actor ? "" : " (\(pending.actor))"
      return Span(
        "\(pending.verb.word) in \(left), \(keyName(.undo)) undoes\(actor)", .stateCanceling)
    }
    if deployment.state == .error { return Span(deployment.reason ?? "no reason", .stateError) }
    if let operation = deployment.phase.operation, operation.failures > 0 {
      let reason = deployment.reason ?? "no reason"
      return Span("attempt \(operation.failures + 1): \(reason)", .statusWarning)
    }
    if case .cache(_, .some(let user)) = deployment.placement {
      return Span("reserved for \(user)")
    }
    if !deployment.placement.isAssigned, let user = deployment.loggedIn.first {
      return Span("\(user) is logged in", .statusWarning)
    }
    return nil
  }
}

/// The widths of the texts of a list.
struct RowWidths: Sendable {
  /// The widest text of each column.
  private(set) var widest: [RowColumn: Int] = [:]

  /// Measures these rows.
  init(_ rows: some Sequence<DeploymentRow> = []) {
    for row in rows { take(row) }
  }

  /// Measures one more row.
  mutating func take(_ row: DeploymentRow) {
    for column in RowColumn.allCases {
      guard let span = row[column] else { continue }
      widest[column] = max(widest[column] ?? 0, span.columns)
    }
  }
}

/// The layout of the rows of a list.
struct RowLayout: Sendable {
  var columns: [PlacedColumn<RowColumn>]
  /// The column where a note begins if it replaces the columns after the state; nil: notes have a
  /// column.
  var noteStart: Int?

  /// Computes a layout for rows of these widths.
  init(
    _ widths: RowWidths, in pane: Pane, showsPool: Bool, isNarrow: Bool = false, width: Int
  ) {
    let names = isNarrow ? [.name, .state] : Self.names(pane, showsPool: showsPool)
    let columns = names.map { Self.column($0, widths, pane) }
    let hasNotes = widths.widest[.note] != nil
    let withNote = ColumnFit.place(
      columns + (hasNotes || pane == .assigned ? [Self.column(.note, widths, pane)] : []),
      width: width)
    if withNote.count > columns.count, (withNote.last?.width ?? 0) >= Self.leastNote {
      self.columns = withNote
      return
    }
    self.columns = ColumnFit.place(columns, width: width)
    if hasNotes, let state = self.columns.first(where: { $0.column.name == .state }) {
      noteStart = state.x + state.width + ColumnFit.gap
    }
  }

  /// The least width of a column of notes; a narrower one shows less than a note in place of other
  /// columns.
  private static let leastNote = 24

  private static func names(_ pane: Pane, showsPool: Bool) -> [RowColumn] {
    let names: [RowColumn] =
      pane == .assigned
      ? [.name, .user, .state, .inUse, .ip, .since] : [.name, .state, .age, .ip]
    return showsPool ? names + [.pool] : names
  }

  private static func column(
    _ name: RowColumn, _ widths: RowWidths, _ pane: Pane
  ) -> Column<RowColumn> {
    let title = title(name, pane)
    let widest = widths.widest[name] ?? 0
    let wanted = max(Surface.columns(title), min(widest, cap(name)))
    let (rank, least) = weight(name)
    return Column(
      name: name, title: title, rank: rank, least: min(least, wanted), wanted: wanted,
      align: name == .age ? .trailing : .leading, stretches: name == .note)
  }

  private static func title(_ name: RowColumn, _ pane: Pane) -> SafeText {
    switch name {
    case .name: "NAME"
    case .user: "USER"
    case .state: "STATE"
    case .inUse: "IN USE"
    case .age: "AGE"
    case .since: "SINCE"
    case .ip: "IP"
    case .pool: "POOL"
    case .note: pane == .assigned ? "REASON OF ERROR" : "NOTE"
    }
  }

  private static func cap(_ name: RowColumn) -> Int {
    switch name {
    case .name: 24
    case .user: 20
    case .note: 15
    case .ip: 21
    case .state, .inUse, .age, .since, .pool: 18
    }
  }

  /// The rank and the least width.
  private static func weight(_ name: RowColumn) -> (Int, Int) {
    switch name {
    case .name: (100, 8)
    case .state: (90, 12)
    case .user: (80, 6)
    case .note: (70, 15)
    case .ip: (60, 9)
    case .age: (58, 4)
    case .since: (50, 5)
    case .pool: (40, 6)
    case .inUse: (30, 6)
    }
  }
}
