/// The number of colours that the screen uses.
package enum ColourDepth: String, CaseIterable, Comparable, Sendable {
  case mono
  case sixteen = "16"
  case indexed = "256"
  case rgb

  package static func < (one: ColourDepth, other: ColourDepth) -> Bool { one.rank < other.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Chooses the depth once, at the start: the terminal's own, or less if the user wants less.
  ///
  /// - wish: from the command line; it takes precedence over `NO_COLOR`.
  /// - isDirect: whether the terminal's colour numbers are RGB values, so that it has no table of
  ///   256.
  package static func choose(wish: ColourDepth?, noColour: Bool, colours: Int, isDirect: Bool)
    -> ColourDepth
  {
    let supported: ColourDepth =
      isDirect ? .rgb : colours >= 256 ? .indexed : colours >= 8 ? .sixteen : .mono
    let chosen = min(wish ?? (noColour ? .mono : .rgb), supported)
    return isDirect && chosen == .indexed ? .rgb : chosen
  }
}
