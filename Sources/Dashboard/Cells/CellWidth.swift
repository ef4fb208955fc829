/// The number of cells that a scalar takes on a terminal: 0, 1 or 2.
///
/// Computed from Unicode's properties and not by the C library, so that a screen has the same
/// layout on every machine. Where the host's `wcwidth` disagrees, the painter shows a replacement
/// of the same width.
package enum CellWidth {
  package static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return 1 }
    if isJamoTail(value) { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    case .format: return isPrepended(value) ? 1 : 0
    default: return isWide(scalar) ? 2 : 1
    }
  }

  /// Whether the scalar only selects a presentation. Terminals disagree about the width of the
  /// character before it, so it is left out.
  package static func isVariationSelector(_ scalar: Unicode.Scalar) -> Bool {
    (0xfe00...0xfe0f).contains(scalar.value) || (0xe0100...0xe01ef).contains(scalar.value)
  }

  /// Whether the scalar tints the emoji before it. It is left out, because not every terminal draws
  /// both in the same cells.
  package static func isSkinTone(_ scalar: Unicode.Scalar) -> Bool {
    (0x1f3fb...0x1f3ff).contains(scalar.value)
  }

  /// Signs that precede the digits or letters they enclose and take cells of their own.
  private static func isPrepended(_ value: UInt32) -> Bool {
    switch value {
    case 0x600...0x605, 0x6dd, 0x70f, 0x890...0x891, 0x8e2, 0x110bd, 0x110cd: true
    default: false
    }
  }

  /// Vowels and final consonants that join the Hangul syllable before them.
  private static func isJamoTail(_ value: UInt32) -> Bool {
    (0x1160...0x11ff).contains(value) || (0xd7b0...0xd7fb).contains(value)
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0x1100 { return false }
    if wideRanges.contains(where: { $0.contains(value) }) { return true }
    // A regional indicator is half a flag, and narrow.
    return scalar.properties.isEmojiPresentation && !(0x1f1e6...0x1f1ff).contains(value)
  }

  /// East Asian Wide and Fullwidth, in blocks; wide emoji are recognised by their property.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x3247, 0x3250...0x4dbf,
    0x4e00...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
    0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18d08, 0x1aff0...0x1b2fb,
    0x1f200...0x1f265, 0x20000...0x3fffd,
  ]
}
