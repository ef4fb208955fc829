import CNcurses
import TerminalCells

/// Translates roles to the terminal's colour pairs and attributes, as ncurses needs them.
struct StyleSheet {
  struct Look {
    var attributes: attr_t
    var pair: Int32
    /// Whether it is visible on a blank: a background, an underline, a reversal.
    var showsOnBlank: Bool
  }

  private struct Key: Hashable {
    var role: Role
    var overlay: Role?
    var attributes: Attributes
  }

  private let theme: Theme
  private let depth: ColourDepth
  /// The number of colours of the terminal.
  private let colours: Int
  private var looks: [Key: Look] = [:]

  init(theme: Theme, depth: ColourDepth, colours: Int) {
    self.theme = theme
    self.depth = depth
    self.colours = colours
  }

  /// The look of a cell. Each combination is computed once.
  mutating func look(_ cell: Cell) -> Look {
    let key = Key(role: cell.role, overlay: cell.overlay, attributes: cell.attributes)
    if let known = looks[key] { return known }
    let look = make(cell)
    looks[key] = look
    return look
  }

  private func make(_ cell: Cell) -> Look {
    let style = Self.style(cell, theme: theme)
    var attributes = style.attributes
    var foreground: Int32 = -1
    var background: Int32 = -1
    if depth > .mono {
      foreground = number(style.foreground, &attributes)
      var ignored = Attributes()
      background = number(style.background, &ignored)
    }
    // Few terminals with sixteen colours show these attributes, or show them differently from plain
    // text.
    if depth <= .sixteen { attributes.subtract([.dim, .italic]) }
    return Look(
      attributes: attributes.curses, pair: pair(foreground, background),
      showsOnBlank: background >= 0 || !attributes.isDisjoint(with: [.reverse, .underline]))
  }

  /// An overlay replaces the colours that it defines, and adds its attributes.
  static func style(_ cell: Cell, theme: Theme) -> Style {
    var style = theme.style(cell.role)
    style.attributes.formUnion(cell.attributes)
    guard let overlay = cell.overlay.map(theme.style) else { return style }
    style.foreground = overlay.foreground ?? style.foreground
    style.background = overlay.background ?? style.background
    // A union: reversing twice would be invisible.
    style.attributes.formUnion(overlay.attributes)
    return style
  }

  /// The terminal's number of a colour; -1 is its default.
  private func number(_ colour: ThemeColour?, _ attributes: inout Attributes) -> Int32 {
    guard let colour else { return -1 }
    switch depth {
    case .mono: return -1
    case .sixteen:
      guard let basic = colour.basic else { return -1 }
      if basic.index < colours { return Int32(basic.index) }
      attributes.insert(.bold)
      return Int32(basic.index % 8)
    case .indexed: return Int32(colour.index)
    // Numbers below 8 are palette colours on such terminals.
    case .rgb: return Int32(max(8, colour.rgb.value))
    }
  }

  private func pair(_ foreground: Int32, _ background: Int32) -> Int32 {
    if foreground < 0 && background < 0 { return 0 }
    return max(0, alloc_pair(foreground, background))
  }
}

extension Attributes {
  fileprivate var curses: attr_t {
    var result: attr_t = 0
    if contains(.bold) { result |= CN_BOLD }
    if contains(.reverse) { result |= CN_REVERSE }
    if contains(.underline) { result |= CN_UNDERLINE }
    if contains(.dim) { result |= CN_DIM }
    if contains(.italic) { result |= CN_ITALIC }
    return result
  }
}
