import SafeTexts

/// The terminal description in use, and a remark about it.
struct TerminalEntry: Hashable, Sendable {
  /// The name in the host's terminfo.
  var name: String
  /// A remark for the user; nil if the description is that of the terminal.
  var note: SafeText?

  /// Chooses the description for a terminal; nil if it cannot show a screen.
  ///
  /// - term: the value of `TERM`.
  /// - wantsDirect: whether to prefer a description with direct colour if the host has one.
  /// - knows: whether the host has a usable description with this name.
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

  /// Whether such a terminal ignores sequences that it does not know, so that it may be asked
  /// questions.
  static func mayBeAsked(_ name: String) -> Bool {
    !["linux", "vt", "ansi", "cons", "sun", "pcansi", "wy", "hurd"].contains(where: name.hasPrefix)
  }
}
