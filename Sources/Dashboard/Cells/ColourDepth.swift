/// How many colours are used.
package enum ColourDepth: String, CaseIterable, Comparable, Sendable {
  case mono
  case sixteen = "16"
  case indexed = "256"
  case rgb

  package static func < (one: ColourDepth, other: ColourDepth) -> Bool { one.rank < other.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Decides it once, at the start: what the terminal can, less where less is wished for.
  ///
  /// - wish: from the command line; it outweighs `NO_COLOR`.
  /// - isDirect: colour numbers are RGB values there, so it has no table of 256.
  package static func choose(wish: ColourDepth?, noColour: Bool, colours: Int, isDirect: Bool)
    -> ColourDepth
  {
    let able: ColourDepth =
      isDirect ? .rgb : colours >= 256 ? .indexed : colours >= 8 ? .sixteen : .mono
    let chosen = min(wish ?? (noColour ? .mono : .rgb), able)
    return isDirect && chosen == .indexed ? .rgb : chosen
  }
}
