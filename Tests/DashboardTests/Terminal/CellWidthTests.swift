import Testing

@testable import TerminalCells

@Suite struct CellWidthTests {
  @Test(arguments: [
    "a", "é", "─", "●", "█", "▁", "✖", "⚠", "א", "ع", "\u{600}", "\u{1f1ea}", "€",
  ])
  func narrowIsOne(_ scalar: Unicode.Scalar) { #expect(CellWidth.of(scalar) == 1) }

  @Test(arguments: ["日", "ア", "한", "，", "　", "🚀", "👍", "⌚", "𠀀", "〒"])
  func wideIsTwo(_ scalar: Unicode.Scalar) { #expect(CellWidth.of(scalar) == 2) }

  @Test(arguments: ["\u{301}", "\u{5b0}", "\u{e31}", "\u{20dd}", "\u{1161}", "\u{200d}"])
  func markIsNothing(_ scalar: Unicode.Scalar) { #expect(CellWidth.of(scalar) == 0) }

  @Test func everyGlyphOfOursTakesOneCell() {
    for glyphs in [Glyphs.unicode, .ascii] {
      for (name, path) in Glyphs.named {
        let scalar = glyphs[keyPath: path].scalar
        #expect(CellWidth.of(scalar) == 1, "\(name)")
        #expect(scalar != "?", "\(name) is no glyph")
      }
    }
  }

  @Test func asciiGlyphsAreAscii() {
    let signs = Glyphs.named.values.map { Glyphs.ascii[keyPath: $0] } + Glyphs.ascii.spark
    #expect(signs.allSatisfy { $0.scalar.isASCII })
  }

  @Test(arguments: ["\u{1b}", "\u{7f}", "\u{9b}", "日", "\u{301}"])
  func noGlyphCanMoveTheCursorOrBeWide(_ scalar: Unicode.Scalar) {
    #expect(Glyph(scalar) == nil)
    #expect(Glyph(unicodeScalarLiteral: scalar).scalar == "?")
  }
}
