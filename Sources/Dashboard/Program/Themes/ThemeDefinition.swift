import TerminalCells

/// A theme as written: roles still name colours, so that an inheriting theme can redefine them.
struct ThemeDefinition: Sendable {
  /// The style of a role with names of colours; nil is the terminal's own colour.
  struct Look: Sendable {
    var foreground: String?
    var background: String?
    var attributes: Attributes = []
  }

  var name: String
  var background = Theme.Background.dark
  var palette: [String: ThemeColour] = [:]
  var roles: [String: Look] = [:]
  var glyphs = Glyphs.unicode
  var asciiGlyphs = Glyphs.ascii

  /// The theme, with every name replaced by its colour.
  var theme: Theme {
    Theme(
      name: name, background: background, glyphs: glyphs, asciiGlyphs: asciiGlyphs,
      styles: roles.mapValues { look in
        Style(
          foreground: look.foreground.flatMap { palette[$0] },
          background: look.background.flatMap { palette[$0] }, attributes: look.attributes)
      })
  }
}

/// Why a theme cannot be used; the current theme stays.
struct ThemeFailure: Error, Hashable, Sendable {
  /// The problems in the order of the lines; never empty.
  let problems: [ConfigurationProblem]
}
