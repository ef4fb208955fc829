package import SafeTexts

/// A text as a sequence of cells, each a base character with its combining marks.
package struct TextRun {
  private var scalars: String.UnicodeScalarView.Iterator
  private var lookahead: Unicode.Scalar?

  package init(_ text: SafeText) {
    self.scalars = text.text.unicodeScalars.makeIterator()
    self.lookahead = scalars.next()
  }

  /// The next cell, with neither role nor attributes; nil at the end.
  package mutating func next() -> Cell? {
    guard let base = takeBase() else { return nil }
    var cell = Cell()
    cell.scalar = base.value
    cell.width = UInt8(CellWidth.of(base))
    while let mark = lookahead, joins(mark, base: base) {
      lookahead = scalars.next()
      if !isLeftOut(mark) { cell.marks.append(mark.value) }
    }
    return cell
  }

  /// A mark without a base gets a dotted circle, as in print.
  private mutating func takeBase() -> Unicode.Scalar? {
    while let scalar = lookahead, CellWidth.isVariationSelector(scalar) {
      lookahead = scalars.next()
    }
    guard let scalar = lookahead else { return nil }
    if CellWidth.of(scalar) == 0 { return "\u{25cc}" }
    lookahead = scalars.next()
    return scalar
  }

  private func joins(_ scalar: Unicode.Scalar, base: Unicode.Scalar) -> Bool {
    scalar.value >= 0x300
      && (CellWidth.of(scalar) == 0
        || (CellWidth.isSkinTone(scalar) && base.properties.isEmojiModifierBase))
  }

  private func isLeftOut(_ scalar: Unicode.Scalar) -> Bool {
    CellWidth.isVariationSelector(scalar) || CellWidth.isSkinTone(scalar)
  }
}
