import SafeTexts
package import TerminalCells

/// How the terminal is to be used.
package struct TerminalOptions {
  /// Descriptors of the terminal.
  var input: Int32 = 0
  var output: Int32 = 1
  /// `TERM`, `COLORTERM`, `NO_COLOR`, `SSH_CONNECTION` and `TMUX` are looked at.
  package var environment: [String: String] = [:]
  /// Less colour than the terminal has; nil: as it comes.
  package var colour: ColourDepth?
  /// Whether frames may be sent as one where the terminal knows how.
  var isSynchronized = true
  /// The locale for characters; empty: the environment's.
  var locale = ""
  /// Whether standard error is captured and crashes give the terminal back.
  var guardsProcess = true

  package init(
    input: Int32 = 0, output: Int32 = 1, environment: [String: String] = [:],
    colour: ColourDepth? = nil, isSynchronized: Bool = true, locale: String = "",
    guardsProcess: Bool = true
  ) {
    self.input = input
    self.output = output
    self.environment = environment
    self.colour = colour
    self.isSynchronized = isSynchronized
    self.locale = locale
    self.guardsProcess = guardsProcess
  }
}

/// Why there is no screen; what is printed instead is the caller's.
package struct TerminalAbsence: Error, Hashable, Sendable {
  let sentence: SafeText
}

extension TerminalOptions {
  /// Whether the person's terminal says that it takes colours directly, and they are wanted.
  var wantsDirect: Bool {
    let says = environment["COLORTERM"].map { ["truecolor", "24bit"].contains($0) } ?? false
    let isOff = colour == nil && environment["NO_COLOR"]?.isEmpty == false
    return says && !isOff && (colour ?? .rgb) == .rgb
  }
}
