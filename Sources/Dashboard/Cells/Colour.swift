/// A colour as a terminal with direct colour takes it: sRGB, 0 to 255 each.
package struct RGB: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Reads `#rrggbb`.
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

/// One of the terminal's own sixteen, by name: what it looks like is the user's choice.
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

  /// 0 to 15.
  package var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// One colour of a theme's palette, for each depth of colour.
package struct ThemeColour: Hashable, Sendable {
  package var rgb: RGB
  /// 16 to 255: the cube and the greys, which look alike everywhere; never the user's own sixteen.
  package var index: UInt8
  /// For terminals with sixteen colours; nil: the terminal's own text colour. Never computed.
  package var basic: BasicColour?

  package init(rgb: RGB, index: UInt8, basic: BasicColour? = nil) {
    self.rgb = rgb
    self.index = index
    self.basic = basic
  }
}

/// How a role looks. A colour that is nil is the terminal's own.
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
