import SafeTexts
package import TerminalCells

/// Options for the use of the terminal.
package struct TerminalOptions {
  /// The descriptors of the terminal.
  var input: Int32 = 0
  var output: Int32 = 1
  /// The environment; `TERM`, `COLORTERM`, `NO_COLOR`, `SSH_CONNECTION` and `TMUX` matter.
  package var environment: [String: String] = [:]
  /// A limit of the colour depth; nil: as the terminal supports.
  package var colour: ColourDepth?
  /// Whether frames may be sent as synchronized updates where the terminal supports them.
  var isSynchronized = true
  /// The locale for characters; empty: that of the environment.
  var locale = ""
  /// Whether to capture standard error and to restore the terminal after a crash.
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

/// The reason why no screen can be shown.
package struct TerminalAbsence: Error, Hashable, Sendable {
  let sentence: SafeText
}

extension TerminalOptions {
  /// Whether the terminal announces direct colour and the user wants it.
  var wantsDirect: Bool {
    let says = environment["COLORTERM"].map { ["truecolor", "24bit"].contains($0) } ?? false
    let isOff = colour == nil && environment["NO_COLOR"]?.isEmpty == false
    return says && !isOff && (colour ?? .rgb) == .rgb
  }
}
