/// A table for a terminal and for a Markdown page alike.
struct Table {
  let title: String
  let columns: [String]
  private(set) var rows: [[String]] = []

  init(_ title: String, _ columns: String...) {
    self.title = title
    self.columns = columns
  }

  mutating func add(_ row: String...) { rows.append(row) }

  func print() {
    let widths = columns.indices.map { column in
      ([columns] + rows).map { $0[column].count }.max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).enumerated().map { index, cell in
        let blank = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 0 ? cell.0 + blank : blank + cell.0
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = widths.enumerated().map { index, width in
      index == 0
        ? String(repeating: "-", count: width + 1) : String(repeating: "-", count: width) + ":"
    }
    Swift.print("\n\(title)\n")
    Swift.print(line(columns))
    Swift.print("|-" + rule.joined(separator: "|-").dropFirst(0) + "|")
    for row in rows { Swift.print(line(row)) }
  }
}

/// A figure with three that count, and thousands apart: `1 230 000`, `12.3`, `0.045`.
func figure(_ value: Double) -> String {
  if value < 0.1 { return trimmed(value, 4) }
  if value < 100 { return trimmed(value, value < 10 ? 2 : 1) }
  let step = value < 1000 ? 1.0 : value < 10_000 ? 10 : value < 100_000 ? 100 : 1000
  var digits = String(Int((value / step).rounded() * step))
  var grouped = ""
  while digits.count > 3 {
    grouped = " " + digits.suffix(3) + grouped
    digits = String(digits.dropLast(3))
  }
  return digits + grouped
}

private func trimmed(_ value: Double, _ places: Int) -> String {
  let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
  return String((value * scale).rounded() / scale)
}
