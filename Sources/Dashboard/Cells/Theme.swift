/// How roles look and which signs are drawn.
package struct Theme: Hashable, Sendable {
  /// What a theme was made for.
  package enum Background: String, Sendable {
    case dark, light
  }

  package var name: String
  package var background: Background
  /// Signs where the terminal can show Unicode.
  package var glyphs: Glyphs
  /// Signs where it cannot.
  package var asciiGlyphs: Glyphs
  /// By the name of a role, or of a family of roles (`state`); what is not named falls back.
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

  /// How a role looks: as the theme says, else as the nearest shorter role, last of all as `text`.
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

  /// Without any colour, for when no theme can be read: the least that still says where the cursor
  /// is.
  package static let plain = Theme(
    name: "plain",
    styles: [
      "row.cursor": Style(attributes: .reverse),
      "row.cursor.unfocused": Style(attributes: .underline),
      "row.marked": Style(attributes: .bold), "state.error": Style(attributes: .bold),
      "match": Style(attributes: .reverse), "dialog.danger": Style(attributes: [.bold, .reverse]),
    ])
}
