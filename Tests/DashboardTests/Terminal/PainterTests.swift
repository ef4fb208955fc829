import SafeTexts
import Testing

@testable import TerminalCells
@testable import TerminalHost

@Suite struct PainterTests {
  private func row(_ text: SafeText, width: Int = 10) -> Surface {
    var screen = Surface(Size(width: width, height: 1))
    screen.write(text, at: Point(x: 0, y: 0))
    return screen
  }

  @Test(arguments: [
    ("abc", "abc", nil as Range<Int>?), ("abc", "abd", 2..<3), ("abcdef", "xbcdey", 0..<6),
    ("日本", "日語", 2..<4), ("a日", "ab", 1..<3), ("日本", "x日", 0..<4), ("", "x", 0..<1),
  ])
  func sendsTheShortestStretchOfWholeCharacters(
    _ old: String, _ new: String, _ span: Range<Int>?
  ) {
    let (old, new) = (row(SafeText(old)), row(SafeText(new)))
    #expect(Painter.changedSpan(0, new, old) == span)
  }

  @Test func changeOfLookIsAChange() {
    let old = row("abc")
    var new = old
    new.overlay(.rowCursor, on: Rect(x: 1, y: 0, width: 1, height: 1))
    #expect(Painter.changedSpan(0, new, old) == 1..<2)
  }

  @Test func firstPictureIsAllNew() {
    #expect(Painter.changedSpan(0, row("abc"), nil) == 0..<10)
  }

  @Test(arguments: [
    ("─", "?"), ("…", "."), ("—", "-"), ("·", "."), ("a", "a"), ("日", "?"), ("␛", "^"),
  ])
  func asciiStandsForWhatCannotBeShown(_ scalar: Unicode.Scalar, _ expected: Unicode.Scalar) {
    #expect(AsciiSubstitute.of(scalar.value) == expected.value)
  }

  @Test func overlayAddsToWhatACellIs() {
    let red = ThemeColour(rgb: RGB(value: 0xff0000), index: 196, basic: .red)
    let theme = Theme(
      name: "t",
      styles: [
        "state.error": Style(foreground: red, attributes: .bold),
        "row.cursor": Style(attributes: .reverse),
      ])
    var cell = Cell()
    cell.role = .stateError
    cell.overlay = .rowCursor
    let style = StyleSheet.style(cell, theme: theme)
    #expect(style == Style(foreground: red, attributes: [.bold, .reverse]))
  }
}
