import SafeTexts
import TerminalCells

/// A column of a list: how wide it would be, and how soon it gives way.
struct Column<Name: Hashable & Sendable>: Sendable {
  var name: Name
  var title: SafeText
  /// Columns of lower rank leave first when there is no room; what identifies a row has the
  /// highest.
  var rank: Int
  /// The least that can be read.
  var least: Int
  /// What its text takes; more is never given, unless it stretches.
  var wanted: Int
  var align = Alignment.leading
  /// Takes what is left over.
  var stretches = false
}

/// A column with its place.
struct PlacedColumn<Name: Hashable & Sendable>: Sendable {
  var column: Column<Name>
  /// Cells from the left edge of the list.
  var x: Int
  var width: Int
}

/// Which columns fit, and where they stand.
enum ColumnFit {
  /// Blanks between two columns.
  static let gap = 2

  /// The columns that fit a width, in their order; the one of the highest rank is always among
  /// them.
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
