package import SafeTexts

/// A text as the cells it becomes, one base character with its combining ones after the other.
package struct TextRun {
  private var scalars: String.UnicodeScalarView.Iterator
  private var ahead: Unicode.Scalar?

  package init(_ text: SafeText) {
    self.scalars = text.text.unicodeScalars.makeIterator()
    self.ahead = scalars.next()
  }

  /// The next character with neither role nor attributes; nil at the end.
  package mutating func next() -> Cell? {
    guard let base = takeBase() else { return nil }
    var cell = Cell()
    cell.scalar = base.value
    cell.width = UInt8(CellWidth.of(base))
    while let mark = ahead, joins(mark, base: base) {
      ahead = scalars.next()
      if !isLeftOut(mark) { cell.marks.append(mark.value) }
    }
    return cell
  }

  /// A mark with nothing to stand on gets a dotted circle, as in print.
  private mutating func takeBase() -> Unicode.Scalar? {
    while let scalar = ahead, CellWidth.isVariationSelector(scalar) { ahead = scalars.next() }
    guard let scalar = ahead else { return nil }
    if CellWidth.of(scalar) == 0 { return "\u{25cc}" }
    ahead = scalars.next()
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
