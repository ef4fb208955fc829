import SafeTexts
import Testing

@testable import DashboardKit

@Suite struct TextTableTests {
  private func table() -> TextTable {
    var table = TextTable([.init("NAME"), .init("AGE", isNumber: true), .init("REASON")])
    table.add(["web-001", "4 s", ""])
    table.add(["机器-2", "12 min", "a reason that is rather long"])
    return table
  }

  @Test func alignsByCellsAndShowsADashForNothing() {
    #expect(
      table().lines(width: nil) == [
        "NAME        AGE  REASON",
        "web-001     4 s  -",
        "机器-2   12 min  a reason that is rather long",
      ])
  }

  @Test func cutsOnlyTheLastColumn() {
    #expect(table().lines(width: 30).last == "机器-2   12 min  a reason tha…")
    #expect(table().lines(width: 5).last == "机器-2   12 min  a reaso…")
  }
}
