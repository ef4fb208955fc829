/// How roles look and which signs are drawn.
struct Theme: Hashable, Sendable {
  var name: String
  var glyphs = Glyphs.unicode
  var asciiGlyphs = Glyphs.ascii
}
