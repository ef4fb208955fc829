import SafeTexts

/// Which description of terminals is used, and what is said about it.
struct TerminalEntry: Hashable, Sendable {
  /// A name in the host's terminfo.
  var name: String
  /// What the person must know; nil when the terminal is what it says.
  var note: SafeText?

  /// Chooses the description for a terminal. Nil when it cannot show a screen at all.
  ///
  /// - term: the value of `TERM`.
  /// - wantsDirect: a description with direct colour is preferred where the host has one.
  /// - knows: whether the host has a usable description of that name.
  static func choose(term: String?, wantsDirect: Bool, knows: (String) -> Bool) -> TerminalEntry? {
    let term = term ?? ""
    if term == "dumb" { return nil }
    if wantsDirect, let direct = directName(term), knows(direct) {
      return TerminalEntry(name: direct)
    }
    if !term.isEmpty, knows(term) { return TerminalEntry(name: term) }
    guard let name = fallbacks(term).first(where: knows) else { return nil }
    let what =
      term.isEmpty ? "TERM is not set" : "this machine does not know the terminal \(term)"
    return TerminalEntry(name: name, note: SafeText("\(what): using \(name) instead"))
  }

  private static let relatives = [
    "xterm", "kitty", "ghostty", "alacritty", "foot", "wezterm", "contour", "konsole", "vte",
    "gnome", "iterm", "rio", "ms-terminal",
  ]

  private static func fallbacks(_ term: String) -> [String] {
    let name = term.lowercased()
    var names: [String] = []
    if relatives.contains(where: name.contains) { names.append("xterm-256color") }
    if name.hasPrefix("tmux") || name.hasPrefix("screen") {
      names += ["screen-256color", "screen"]
    }
    return names + ["xterm", "vt100"]
  }

  private static func directName(_ term: String) -> String? {
    guard term.hasSuffix("-256color") else { return nil }
    return term.dropLast("-256color".count) + "-direct"
  }

  /// Whether such a terminal reads over what it does not understand, so that it may be asked
  /// things.
  static func mayBeAsked(_ name: String) -> Bool {
    !["linux", "vt", "ansi", "cons", "sun", "pcansi", "wy", "hurd"].contains(where: name.hasPrefix)
  }
}
