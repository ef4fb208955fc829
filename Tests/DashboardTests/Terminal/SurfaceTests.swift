import SafeTexts
import Testing

@testable import TerminalCells

@Suite struct SurfaceTests {
  private func surface(_ width: Int, _ height: Int = 1) -> Surface {
    Surface(Size(width: width, height: height))
  }

  @Test func writesTextWhereItIsTold() {
    var screen = surface(10, 2)
    let used = screen.write("pools", at: Point(x: 2, y: 1))
    #expect(used == 5)
    #expect(screen.lines == ["", "  pools"])
  }

  @Test func cutsTextAtTheEdgeAndNeverWraps() {
    var screen = surface(5, 2)
    screen.write("deployment", at: Point(x: 2, y: 0))
    #expect(screen.lines == ["  dep", ""])
  }

  @Test func leavesOutAWideCharacterThatWouldStandHalfOutside() {
    var screen = surface(5)
    let used = screen.write("ab日本", at: Point(x: 0, y: 0))
    #expect(used == 4)
    #expect(screen.lines == ["ab日"])
  }

  @Test func drawsNothingOutsideOfItself() {
    var screen = surface(3)
    screen.write("abc", at: Point(x: 0, y: 1))
    screen.write("abc", at: Point(x: -1, y: 0))
    screen.put("─", at: Point(x: -5, y: 0), count: 4)
    screen.box(Rect(x: -2, y: -2, width: 9, height: 9), glyphs: .ascii, title: "outside")
    #expect(screen.lines == ["bc"])
  }

  @Test func fillsUpToTheWidthItIsGiven() {
    var screen = surface(8)
    screen.write("xxxxxxxx", at: Point(x: 0, y: 0))
    let used = screen.write("ab", at: Point(x: 1, y: 0), width: 4, role: .textDim)
    #expect(used == 4)
    #expect(screen.lines == ["xab  xxx"])
    #expect(screen[Point(x: 4, y: 0)].role == .textDim)
  }

  @Test(arguments: [(Alignment.leading, "12   "), (.center, " 12  "), (.trailing, "   12")])
  func alignsInItsRoom(_ alignment: Alignment, _ expected: String) {
    var screen = surface(6)
    screen.write("12", at: Point(x: 0, y: 0), width: 5, align: alignment)
    screen.write("|", at: Point(x: 5, y: 0))
    #expect(screen.lines == [expected + "|"])
  }

  @Test(arguments: [
    ("deployment", 6, "deplo…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("pool", 4, "pool"),
    ("pools", 1, "…"),
  ])
  func marksWhereATextIsCut(_ text: String, _ width: Int, _ expected: String) {
    var screen = surface(12)
    screen.write(SafeText(text), at: Point(x: 0, y: 0), width: width, ellipsis: "…")
    #expect(screen.lines == [expected])
  }

  @Test func blanksTheOtherHalfOfAWideCharacterThatIsCutInTwo() {
    var screen = surface(6)
    screen.write("日本語", at: Point(x: 0, y: 0))
    screen.write("x", at: Point(x: 1, y: 0))
    screen.write("y", at: Point(x: 4, y: 0))
    #expect(screen.lines == [" x本y"])
    #expect(screen.cells.map(\.width) == [1, 1, 2, 0, 1, 1])
  }

  @Test func blanksBothNeighboursOfAWideCharacterPutBetweenTwo() {
    var screen = surface(4)
    screen.write("日本", at: Point(x: 0, y: 0))
    screen.write("語", at: Point(x: 1, y: 0))
    #expect(screen.lines == [" 語"])
    #expect(screen.cells.map(\.width) == [1, 2, 0, 1])
  }

  @Test func keepsCombiningMarksWithTheirCharacter() {
    var screen = surface(4)
    let used = screen.write("e\u{301}x", at: Point(x: 0, y: 0))
    #expect(used == 2)
    #expect(screen.lines == ["e\u{301}x"])
    #expect(screen[Point(x: 0, y: 0)].marks.scalars == [0x301])
  }

  @Test func givesAMarkWithoutACharacterADottedCircle() {
    var screen = surface(4)
    screen.write("\u{301}x", at: Point(x: 0, y: 0))
    #expect(screen.lines == ["◌\u{301}x"])
  }

  @Test func leavesOutWhatTerminalsMeasureDifferently() {
    #expect(Surface.columns("\u{26a0}\u{fe0f}") == 1)
    #expect(Surface.columns("\u{1f44d}\u{1f3fd}") == 2)
  }

  @Test func boxHasItsTitleInTheUpperEdge() {
    var screen = surface(14, 3)
    screen.box(screen.size.rect, glyphs: .unicode, title: "1 Pools")
    #expect(screen.lines == ["┌ 1 Pools ───┐", "│            │", "└────────────┘"])
  }

  @Test func boxCutsALongTitle() {
    var screen = surface(9, 2)
    screen.box(screen.size.rect, glyphs: .ascii, title: "deployments")
    #expect(screen.lines == ["+ depl~ +", "+-------+"])
  }

  @Test(arguments: [0, 1]) func boxWithoutAnInsideIsNotDrawn(_ side: Int) {
    var screen = surface(3, 3)
    screen.box(Rect(x: 0, y: 0, width: side, height: 3), glyphs: .ascii)
    #expect(screen.lines == ["", "", ""])
  }

  @Test func overlayKeepsWhatACellIs() {
    var screen = surface(4)
    screen.write("gone", at: Point(x: 0, y: 0), role: .stateError)
    screen.overlay(.rowCursor, on: Rect(x: 0, y: 0, width: 2, height: 9))
    #expect(screen[Point(x: 1, y: 0)].role == .stateError)
    #expect(screen.cells.map(\.overlay) == [.rowCursor, .rowCursor, nil, nil])
  }

  @Test func drawsAnotherSurfaceIntoItself() {
    var inner = surface(4, 1)
    inner.write("日x", at: Point(x: 0, y: 0), role: .match)
    var outer = surface(6, 2)
    outer.draw(inner, at: Point(x: 3, y: 1))
    #expect(outer.lines == ["", "   日x"])
    #expect(outer[Point(x: 3, y: 1)].role == .match)
  }

  @Test func surfaceOfNothingTakesEverything() {
    var screen = surface(0, 0)
    screen.write("text", at: Point(x: 0, y: 0), width: 3)
    screen.fill(Rect(x: 0, y: 0, width: 5, height: 5))
    #expect(screen.lines.isEmpty)
  }

  /// The painter compares rows as bytes, which is right only as long as no byte of a cell means
  /// nothing.
  @Test func cellHasNoPadding() {
    #expect(MemoryLayout<Cell>.size == 24)
    #expect(MemoryLayout<Cell>.stride == 24)
  }
}
