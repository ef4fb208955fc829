/// A colour for a terminal with direct colour: sRGB, each component 0 to 255.
package struct RGB: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Reads `#rrggbb`; nil for any other text.
  package init?(hex: String) {
    guard hex.hasPrefix("#"), hex.utf8.count == 7, hex.dropFirst().allSatisfy(\.isHexDigit),
      let value = UInt32(hex.dropFirst(), radix: 16)
    else { return nil }
    self.init(value: value)
  }

  /// From 0xRRGGBB.
  package init(value: UInt32) {
    self.init(
      red: UInt8(value >> 16 & 0xff), green: UInt8(value >> 8 & 0xff), blue: UInt8(value & 0xff))
  }

  package var value: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }
}

/// One of the terminal's sixteen basic colours, by name. The user's terminal decides how it looks.
package enum BasicColour: String, CaseIterable, Sendable {
  case black, red, green, yellow, blue, magenta, cyan, white
  case brightBlack = "bright black"
  case brightRed = "bright red"
  case brightGreen = "bright green"
  case brightYellow = "bright yellow"
  case brightBlue = "bright blue"
  case brightMagenta = "bright magenta"
  case brightCyan = "bright cyan"
  case brightWhite = "bright white"

  /// The terminal's number of the colour, 0 to 15.
  package var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// One colour of a theme's palette, in a version for each colour depth.
package struct ThemeColour: Hashable, Sendable {
  package var rgb: RGB
  /// The colour for terminals with 256 colours: an entry of the cube or the greys (16 to 255),
  /// which look the same everywhere.
  package var index: UInt8
  /// The colour for terminals with sixteen colours; nil: the terminal's own text colour. Never
  /// computed from `rgb`.
  package var basic: BasicColour?

  package init(rgb: RGB, index: UInt8, basic: BasicColour? = nil) {
    self.rgb = rgb
    self.index = index
    self.basic = basic
  }
}

/// The colours and attributes of a role. A colour that is nil is the terminal's own.
package struct Style: Hashable, Sendable {
  package var foreground: ThemeColour?
  package var background: ThemeColour?
  package var attributes: Attributes = []

  package init(
    foreground: ThemeColour? = nil, background: ThemeColour? = nil, attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}
