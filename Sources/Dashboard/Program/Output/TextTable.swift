import SafeTexts
import TerminalCells

/// A table with aligned columns of plain text.
struct TextTable {
  /// One column.
  struct Column {
    let title: String
    var isNumber = false
    init(_ title: String, isNumber: Bool = false) {
      self.title = title
      self.isNumber = isNumber
    }
  }

  private let columns: [Column]
  private var rows: [[SafeText]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; an empty cell is shown as a dash, so that scripts can split every row into the
  /// same number of columns.
  mutating func add(_ cells: [SafeText]) {
    rows.append(cells.map { $0.isEmpty ? "-" : $0 })
  }

  /// The lines, titles first. Only the last column is cut to fit `width`; nil: nothing is cut.
  func lines(width: Int?) -> [String] {
    let titles = columns.map { SafeText($0.title) }
    let widths = columns.indices.map { index in
      ([titles] + rows).map { Surface.columns($0[index]) }.max() ?? 0
    }
    return ([titles] + rows).map { line($0, widths: widths, limit: width) }
  }

  private func line(_ cells: [SafeText], widths: [Int], limit: Int?) -> String {
    var text = ""
    var used = 0
    for (index, cell) in cells.enumerated() {
      let isLast = index == cells.count - 1
      let shown = isLast ? Self.cut(cell, to: limit.map { max(8, $0 - used) }) : cell
      let blanks = String(repeating: " ", count: max(0, widths[index] - Surface.columns(shown)))
      if columns[index].isNumber {
        text += blanks + shown.text
      } else {
        text += shown.text + (isLast ? "" : blanks)
      }
      if !isLast { text += "  " }
      used += widths[index] + 2
    }
    return text
  }

  private static func cut(_ cell: SafeText, to limit: Int?) -> SafeText {
    guard let limit, Surface.columns(cell) > limit else { return cell }
    var text = cell.text
    while Surface.columns(SafeText(text)) > limit - 1 { text.removeLast() }
    return SafeText(text + "…")
  }
}
