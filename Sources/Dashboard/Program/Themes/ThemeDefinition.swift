import TerminalCells

/// A theme as it is written: roles still name colours, so that an heir can change what a name
/// means.
struct ThemeDefinition: Sendable {
  /// A role's look before its colours are known; nil is the terminal's own.
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

  /// With every name replaced by its colour.
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

/// Why a theme cannot be used; the one in force stays.
struct ThemeFailure: Error, Hashable, Sendable {
  /// In the order of the lines; never empty.
  let problems: [ConfigurationProblem]
}
