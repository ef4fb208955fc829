import SafeTexts
import TerminalCells

/// A column of a list: its widths and its priority. `RowColumn` has those of deployments.
struct Column<Name: Hashable & Sendable>: Sendable {
  var name: Name
  var title: SafeText
  /// Columns of lower rank are dropped first when space is short; the column that identifies a row
  /// has the highest rank.
  var rank: Int
  /// The least useful width.
  var least: Int
  /// The width of its text; a wider column would be empty, unless it stretches.
  var wanted: Int
  var align = Alignment.leading
  /// Whether it takes the remaining width.
  var stretches = false
}

/// A column with its position.
struct PlacedColumn<Name: Hashable & Sendable>: Sendable {
  var column: Column<Name>
  /// The distance from the left edge of the list, in cells.
  var x: Int
  var width: Int
}

/// Selects the columns that fit and positions them.
enum ColumnFit {
  /// The blanks between two columns.
  static let gap = 2

  /// The columns that fit a width, in order; the one with the highest rank is always among them.
  static func place<Name>(_ columns: [Column<Name>], width: Int) -> [PlacedColumn<Name>] {
    var kept = columns
    while kept.count > 1, needed(kept) > width {
      guard let weakest = kept.indices.min(by: { kept[$0].rank < kept[$1].rank }) else { break }
      kept.remove(at: weakest)
    }
    var widths = kept.map { min($0.least, max(0, width)) }
    var left = width - widths.reduce(0, +) - gap * (kept.count - 1)
    for place in kept.indices.sorted(by: { kept[$0].rank > kept[$1].rank }) {
      let more = max(0, min(left, kept[place].wanted - widths[place]))
      widths[place] += more
      left -= more
    }
    if left > 0, let place = kept.firstIndex(where: \.stretches) { widths[place] += left }
    var x = 0
    return kept.indices.map { place in
      defer { x += widths[place] + gap }
      return PlacedColumn(column: kept[place], x: x, width: widths[place])
    }
  }

  private static func needed<Name>(_ columns: [Column<Name>]) -> Int {
    columns.reduce(0) { $0 + $1.least } + gap * (columns.count - 1)
  }
}
