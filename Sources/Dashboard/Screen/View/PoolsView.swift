import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

/// The columns of the list of pools.
enum PoolColumn: Hashable, Sendable {
  case name, l1, l2, assigned, errors, chart, now
}

/// One pool, or the sum of all, as a row.
struct PoolRow: Sendable {
  var id: PoolID?
  var name: SafeText
  var l1: Fill
  var l2: Fill
  var assigned: SafeText
  var errors: Int
  var samples: [Int]
  var now: SafeText
  var nowRole: Role
}

/// The fill level of a cache.
struct Fill: Hashable, Sendable {
  var ready: Int
  var wanted: Int
  /// Marks a size that an operator set or is requesting.
  var suffix = ""
  /// Whether the pool has this cache.
  var exists = true
  /// The width of the bar in cells; the same in all rows, for comparison.
  var bar = 0

  /// The role that shows how much is missing.
  var role: Role {
    if ready >= wanted { return .gaugeLow }
    return ready * 2 >= wanted ? .gaugeMid : .gaugeHigh
  }

  /// `8/10`.
  var text: String { "\(ready)/\(wanted)\(suffix)" }
}

extension ScreenModel {
  /// Draws the pools, with the selected one marked.
  func drawPools(in rect: Rect, hasTitles: Bool, on surface: inout Surface, _ glyphs: Glyphs) {
    guard !rect.isEmpty else { return }
    var rows = poolRows(glyphs)
    let height = hasTitles ? rect.height - 1 : rect.height
    let place = rows.firstIndex { $0.id == pool } ?? 0
    let top = Scroll.top(poolTop, cursor: place, height: height, count: rows.count)
    let gutter = 3
    let columns = ColumnFit.place(poolColumns(rows, rect.width), width: rect.width - gutter)
    let text = Self.gaugeText(rows)
    for column in columns where column.column.name == .l1 || column.column.name == .l2 {
      let bar = max(0, min(10, column.width - text - 1))
      for index in rows.indices {
        if column.column.name == .l1 { rows[index].l1.bar = bar } else { rows[index].l2.bar = bar }
      }
    }
    var y = rect.y
    if hasTitles {
      drawTitles(columns, at: Point(x: rect.x + gutter, y: y), on: &surface)
      y += 1
    }
    for index in top..<min(rows.count, top + max(0, height)) {
      let line = Rect(x: rect.x, y: y + index - top, width: rect.width, height: 1)
      drawPool(
        rows[index], columns, gutter, isChosen: index == place && subjectPane != .details, in: line,
        on: &surface, glyphs)
    }
  }

  private func drawPool(
    _ row: PoolRow, _ columns: [PlacedColumn<PoolColumn>], _ gutter: Int, isChosen: Bool,
    in rect: Rect, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    if isChosen { surface.put(glyphs.pointer, at: Point(x: rect.x + 1, y: rect.y), role: .textKey) }
    for column in columns {
      let cell = Rect(x: rect.x + gutter + column.x, y: rect.y, width: column.width, height: 1)
      draw(row, column.column.name, in: cell, on: &surface, glyphs)
    }
    guard isChosen, let name = columns.first else { return }
    let cell = Rect(x: rect.x + gutter, y: rect.y, width: name.width, height: 1)
    surface.overlay(focus == .pools ? .rowCursor : .rowCursorUnfocused, on: cell)
    if focus == .pools { surface.cursor = cell.origin }
  }

  private func draw(
    _ row: PoolRow, _ column: PoolColumn, in cell: Rect, on surface: inout Surface,
    _ glyphs: Glyphs
  ) {
    func write(_ text: SafeText, _ role: Role = .text, _ align: Alignment = .leading) {
      surface.write(
        text, at: cell.origin, width: cell.width, role: role, align: align,
        ellipsis: glyphs.ellipsis)
    }
    switch column {
    case .name: write(row.name)
    case .l1: drawGauge(row.l1, in: cell, on: &surface, glyphs)
    case .l2: drawGauge(row.l2, in: cell, on: &surface, glyphs)
    case .assigned: write(row.assigned)
    case .errors: write("\(row.errors)", row.errors > 0 ? .stateError : .text, .trailing)
    case .chart: drawChart(row.samples, in: cell, on: &surface, glyphs)
    case .now: write(row.now, row.nowRole)
    }
  }

  private func drawGauge(
    _ fill: Fill, in cell: Rect, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    guard fill.exists else {
      surface.write(
        SafeText(glyphs.dash.description), at: cell.origin, width: cell.width, role: .textDim)
      return
    }
    let text = SafeText(fill.text)
    let bar = min(fill.bar, max(0, cell.width - Surface.columns(text) - 1))
    let full = fill.wanted > 0 ? min(bar, bar * fill.ready / fill.wanted) : bar
    surface.put(glyphs.gaugeFull, at: cell.origin, count: full, role: fill.role)
    surface.put(
      glyphs.gaugeEmpty, at: Point(x: cell.x + full, y: cell.y), count: bar - full,
      role: .gaugeTrack)
    let start = bar > 0 ? bar + 1 : 0
    surface.write(
      text, at: Point(x: cell.x + start, y: cell.y), width: cell.width - start,
      ellipsis: glyphs.ellipsis)
  }

  private func drawChart(
    _ samples: [Int], in cell: Rect, on surface: inout Surface, _ glyphs: Glyphs
  ) {
    let line = samples.suffix(cell.width)
    // Leaves space above the highest value, so that a constant value does not look full.
    let most = max(1, (line.max() ?? 0) * 5)
    for (place, value) in line.enumerated() {
      let step = min(glyphs.spark.count - 1, value * 4 * (glyphs.spark.count - 1) / most)
      surface.put(
        glyphs.spark[step], at: Point(x: cell.x + cell.width - line.count + place, y: cell.y),
        role: .chartLine)
    }
  }

  /// The width of the widest `8/10`, in cells.
  private static func gaugeText(_ rows: [PoolRow]) -> Int {
    max(5, rows.map { max($0.l1.text.count, $0.l2.text.count) }.max() ?? 5)
  }

  private func poolColumns(_ rows: [PoolRow], _ width: Int) -> [Column<PoolColumn>] {
    func widest(_ title: SafeText, _ text: (PoolRow) -> SafeText) -> Int {
      max(Surface.columns(title), rows.map { Surface.columns(text($0)) }.max() ?? 0)
    }
    let gauge = Self.gaugeText(rows)
    let isWide = width >= 100
    let bar = isWide ? 11 : 5
    let name = min(20, widest("POOL") { $0.name })
    let assigned = widest("ASSIGNED") { $0.assigned }
    let columns: [Column<PoolColumn>] = [
      Column(name: .name, title: "POOL", rank: 100, least: min(15, name), wanted: name),
      Column(name: .l1, title: "L1 READY", rank: 90, least: gauge, wanted: gauge + bar),
      Column(name: .l2, title: "L2 READY", rank: 80, least: gauge, wanted: gauge + bar),
      Column(name: .assigned, title: "ASSIGNED", rank: 70, least: assigned, wanted: assigned),
      Column(name: .errors, title: "ERR", rank: 95, least: 3, wanted: 3, align: .trailing),
      Column(
        name: .chart, title: "LAST 15 MIN", rank: 40, least: Samples.length,
        wanted: Samples.length),
      Column(name: .now, title: "NOW", rank: 75, least: 24, wanted: 24, stretches: true),
    ]
    let hasSamples = rows.contains { !$0.samples.isEmpty }
    return isWide && hasSamples ? columns : columns.filter { $0.name != .chart }
  }
}

// MARK: - Rows

extension ScreenModel {
  /// The row of all pools, then one for each.
  func poolRows(_ glyphs: Glyphs) -> [PoolRow] {
    let catalog = catalog
    return [allPools(catalog)] + catalog.pools.map { row($0, glyphs) }
  }

  private func row(_ pool: Pool, _ glyphs: Glyphs) -> PoolRow {
    let levels = pool.traits?.cacheLevels ?? .l1AndL2
    let asked = askedSizes[pool.id]
    let isCalm = pool.state == .active && pool.problem == nil
    let failing = isCalm ? catalog.failing(in: pool.id) : nil
    let now = failing.map { "\($0); \(pool.now)" } ?? pool.now
    return PoolRow(
      id: pool.id, name: pool.name,
      l1: Fill(
        ready: pool.counts.l1Ready, wanted: pool.sizes.l1,
        suffix: suffix(asked?.l1, pool.overrides.l1, glyphs), exists: levels.contains(.l1)),
      l2: Fill(
        ready: pool.counts.l2Ready, wanted: pool.sizes.l2,
        suffix: suffix(asked?.l2, pool.overrides.l2, glyphs), exists: levels.contains(.l2)),
      assigned:
        "\(pool.counts.assigned) of \(pool.sizes.max)\(pool.overrides.max == nil ? "" : "*")",
      errors: pool.counts.error, samples: samples.line(pool.id),
      now: isCalm && failing == nil ? now : "\(glyphs.warning) \(isCalm ? now : troubleText(pool))",
      nowRole: isCalm && failing == nil ? .text : .statusWarning)
  }

  /// The suffix of a size that is being requested, or that an operator has set.
  private func suffix(_ asked: Int?, _ override: Int?, _ glyphs: Glyphs) -> String {
    if let asked { return "\(glyphs.right)\(asked)" }
    return override == nil ? "" : "*"
  }

  private func troubleText(_ pool: Pool) -> SafeText {
    if let problem = pool.problem { return problem }
    guard pool.state == .restrained, let restraint = pool.restraint else {
      return pool.now.isEmpty ? SafeText(pool.state.rawValue) : pool.now
    }
    let left = restraint.until.at - now.moment
    return "restrained for \(left.spoken): \(restraint.reason)"
  }

  private func allPools(_ catalog: Catalog) -> PoolRow {
    let totals = catalog.totals
    let sizes = catalog.pools.map(\.sizes)
    let most = sizes.reduce(0) { $0 + $1.max }
    let (text, role) = overall(catalog.pools)
    return PoolRow(
      id: nil, name: "all pools",
      l1: Fill(
        ready: totals.l1Ready, wanted: sizes.reduce(0) { $0 + $1.l1 }, exists: !sizes.isEmpty),
      l2: Fill(
        ready: totals.l2Ready, wanted: sizes.reduce(0) { $0 + $1.l2 }, exists: !sizes.isEmpty),
      assigned: "\(totals.assigned) of \(most)", errors: totals.error, samples: samples.line(nil),
      now: text, nowRole: role)
  }

  /// The names of the first pools.
  private static func names(of pools: [Pool]) -> String {
    let shown = pools.prefix(3).map(\.name.text).joined(separator: ", ")
    return pools.count > 3 ? "\(shown) and \(pools.count - 3) more" : shown
  }

  private func overall(_ pools: [Pool]) -> (SafeText, Role) {
    if sequence == nil { return ("loading the store", .textDim) }
    if pools.isEmpty { return ("no pool is configured", .textDim) }
    var parts: [String] = []
    for state in [PoolState.restrained, .paused, .maintenance] {
      let count = pools.filter { $0.state == state }.count
      if count > 0 {
        parts.append("\(count) \(state == .maintenance ? "in maintenance" : state.rawValue)")
      }
    }
    let crowded = pools.filter(\.plan.l1.waitsForRoom)
    // Only a person can go on with it, so it comes before what ends by itself.
    if !crowded.isEmpty { parts.append("waits for room: \(Self.names(of: crowded))") }
    var isTroubled = !parts.isEmpty
    let short = pools.filter(\.isShort)
    if !short.isEmpty {
      let verb = short.count == 1 ? "pool is" : "pools are"
      parts.append("\(short.count) \(verb) short: \(Self.names(of: short))")
    }
    let failing = pools.filter { catalog.failing(in: $0.id) != nil }
    if !failing.isEmpty {
      isTroubled = true
      parts.append("calls fail: \(Self.names(of: failing))")
    }
    let busy = pools.filter { !$0.plan.isMet && !$0.isShort }.count
    if busy > 0 { parts.append("\(busy) adjusting") }
    if parts.isEmpty { parts.append("every pool is at its target size") }
    return (SafeText(parts.joined(separator: ", ")), isTroubled ? .statusWarning : .text)
  }
}
