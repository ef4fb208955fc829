/// One of our own signs: a printable scalar that takes one cell and combines with nothing.
struct Glyph: Hashable, Sendable, CustomStringConvertible, ExpressibleByUnicodeScalarLiteral {
  let scalar: Unicode.Scalar

  /// Nil unless the scalar is printable and takes exactly one cell.
  init?(_ scalar: Unicode.Scalar) {
    guard scalar.value >= 0x20, !(0x7f...0x9f).contains(scalar.value),
      CellWidth.of(scalar) == 1
    else { return nil }
    self.scalar = scalar
  }

  /// A scalar that cannot be a glyph becomes `?`.
  init(unicodeScalarLiteral scalar: Unicode.Scalar) {
    self.scalar = Glyph(scalar)?.scalar ?? "?"
  }

  var description: String { String(scalar) }
}

/// The signs that the screen is drawn with: one set for terminals that can show Unicode, one for
/// others. A theme may change any of them.
struct Glyphs: Hashable, Sendable {
  var usable: Glyph = "●"
  var assigned: Glyph = "◆"
  var preparing: Glyph = "◐"
  var waiting: Glyph = "◌"
  var cached: Glyph = "▣"
  var canceling: Glyph = "▽"
  var removing: Glyph = "▿"
  var error: Glyph = "✖"
  var history: Glyph = "○"

  var gaugeFull: Glyph = "█"
  var gaugeEmpty: Glyph = "░"
  /// From nothing to all of it, eight steps.
  var spark: [Glyph] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  var pointer: Glyph = "▸"
  var mark: Glyph = "✓"
  var warning: Glyph = "⚠"
  var ellipsis: Glyph = "…"
  var dash: Glyph = "—"
  var separator: Glyph = "·"
  var up: Glyph = "↑"
  var down: Glyph = "↓"
  var right: Glyph = "→"
  var space: Glyph = "␣"

  var horizontal: Glyph = "─"
  var vertical: Glyph = "│"
  var topLeft: Glyph = "┌"
  var topRight: Glyph = "┐"
  var bottomLeft: Glyph = "└"
  var bottomRight: Glyph = "┘"
  var scrollThumb: Glyph = "┃"

  static let unicode = Glyphs()

  static let ascii = Glyphs(
    usable: "o", assigned: "*", preparing: "~", waiting: ":", cached: "#", canceling: "v",
    removing: "-", error: "X", history: ".", gaugeFull: "#", gaugeEmpty: ".",
    spark: ["_", ".", ",", "-", "=", "+", "*", "#"], pointer: ">", mark: "+", warning: "!",
    ellipsis: "~", dash: "-", separator: "-", up: "^", down: "v", right: ">", space: "_",
    horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+",
    scrollThumb: "#")
}

extension Glyphs {
  /// The signs that a theme may change, by name; `spark` besides.
  static let named: [String: any WritableKeyPath<Glyphs, Glyph> & Sendable] = [
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
