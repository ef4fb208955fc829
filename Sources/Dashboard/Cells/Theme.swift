/// A theme: the style of each role, and the signs.
package struct Theme: Hashable, Sendable {
  /// The terminal background that a theme is made for.
  package enum Background: String, Sendable {
    case dark, light
  }

  package var name: String
  package var background: Background
  /// Signs for terminals that can show Unicode.
  package var glyphs: Glyphs
  /// Signs for terminals that cannot.
  package var asciiGlyphs: Glyphs
  /// Styles by the name of a role or of a family of roles (`state`); a role without a style falls
  /// back.
  package var styles: [String: Style]

  package init(
    name: String, background: Background = .dark, glyphs: Glyphs = .unicode,
    asciiGlyphs: Glyphs = .ascii, styles: [String: Style] = [:]
  ) {
    self.name = name
    self.background = background
    self.glyphs = glyphs
    self.asciiGlyphs = asciiGlyphs
    self.styles = styles
  }

  /// The style of a role: the theme's own, else that of the nearest shorter name, else that of
  /// `text`.
  package func style(_ role: Role) -> Style {
    var name = Substring(role.rawValue)
    while true {
      if let style = styles[String(name)] { return style }
      guard let dot = name.lastIndex(of: ".") else { break }
      name = name[..<dot]
    }
    return styles[Role.text.rawValue] ?? Style()
  }

  /// The signs for a terminal.
  package func glyphs(unicode: Bool) -> Glyphs { unicode ? glyphs : asciiGlyphs }

  /// The theme without colours, used when no theme can be read: it still shows where the cursor is.
  package static let plain = Theme(
    name: "plain",
    styles: [
      "row.cursor": Style(attributes: .reverse),
      "row.cursor.unfocused": Style(attributes: .underline),
      "row.marked": Style(attributes: .bold), "state.error": Style(attributes: .bold),
      "match": Style(attributes: .reverse), "dialog.danger": Style(attributes: [.bold, .reverse]),
    ])
}
