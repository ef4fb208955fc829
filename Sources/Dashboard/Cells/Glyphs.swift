/// A sign that the screen draws: a printable scalar that takes one cell and does not combine.
package struct Glyph: Hashable, Sendable, CustomStringConvertible, ExpressibleByUnicodeScalarLiteral
{
  package let scalar: Unicode.Scalar

  /// Returns nil unless the scalar is printable and takes exactly one cell.
  package init?(_ scalar: Unicode.Scalar) {
    guard scalar.value >= 0x20, !(0x7f...0x9f).contains(scalar.value),
      CellWidth.of(scalar) == 1
    else { return nil }
    self.scalar = scalar
  }

  /// A scalar that cannot be a glyph becomes `?`.
  package init(unicodeScalarLiteral scalar: Unicode.Scalar) {
    self.scalar = Glyph(scalar)?.scalar ?? "?"
  }

  package var description: String { String(scalar) }
}

/// The signs of the screen: one set for terminals that can show Unicode, one for others. A theme
/// may change any of them.
package struct Glyphs: Hashable, Sendable {
  package var usable: Glyph = "●"
  package var assigned: Glyph = "◆"
  package var preparing: Glyph = "◐"
  package var waiting: Glyph = "◌"
  package var cached: Glyph = "▣"
  package var canceling: Glyph = "▽"
  package var removing: Glyph = "▿"
  package var error: Glyph = "✖"
  package var history: Glyph = "○"

  package var gaugeFull: Glyph = "█"
  package var gaugeEmpty: Glyph = "░"
  /// Eight steps, from empty to full.
  package var spark: [Glyph] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  package var pointer: Glyph = "▸"
  package var mark: Glyph = "✓"
  package var warning: Glyph = "⚠"
  package var ellipsis: Glyph = "…"
  package var dash: Glyph = "—"
  package var separator: Glyph = "·"
  package var up: Glyph = "↑"
  package var down: Glyph = "↓"
  package var right: Glyph = "→"
  package var space: Glyph = "␣"

  package var horizontal: Glyph = "─"
  package var vertical: Glyph = "│"
  package var topLeft: Glyph = "┌"
  package var topRight: Glyph = "┐"
  package var bottomLeft: Glyph = "└"
  package var bottomRight: Glyph = "┘"
  package var scrollThumb: Glyph = "┃"

  package static let unicode = Glyphs()

  package static let ascii = Glyphs(
    usable: "o", assigned: "*", preparing: "~", waiting: ":", cached: "#", canceling: "v",
    removing: "-", error: "X", history: ".", gaugeFull: "#", gaugeEmpty: ".",
    spark: ["_", ".", ",", "-", "=", "+", "*", "#"], pointer: ">", mark: "+", warning: "!",
    ellipsis: "~", dash: "-", separator: "-", up: "^", down: "v", right: ">", space: "_",
    horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+",
    scrollThumb: "#")
}

extension Glyphs {
  /// The signs that a theme may change, by name; `spark` is read separately.
  package static let named: [String: any WritableKeyPath<Glyphs, Glyph> & Sendable] = [
    "usable": \.usable, "assigned": \.assigned, "preparing": \.preparing, "waiting": \.waiting,
    "cached": \.cached, "canceling": \.canceling, "removing": \.removing, "error": \.error,
    "history": \.history, "gaugeFull": \.gaugeFull, "gaugeEmpty": \.gaugeEmpty,
    "pointer": \.pointer, "mark": \.mark, "warning": \.warning, "ellipsis": \.ellipsis,
    "dash": \.dash, "separator": \.separator, "up": \.up, "down": \.down, "right": \.right,
    "space": \.space, "horizontal": \.horizontal, "vertical": \.vertical, "topLeft": \.topLeft,
    "topRight": \.topRight, "bottomLeft": \.bottomLeft, "bottomRight": \.bottomRight,
    "scrollThumb": \.scrollThumb,
  ]
}
