import DeploymentInterface
import SafeTexts
import TerminalCells
import TerminalHost

/// The terminal and its theme, as options, configuration and environment want them.
struct TerminalSetup {
  private let options: GlobalOptions
  private let configured: String?
  private let context: CommandContext

  /// - Parameter configured: the theme of the configuration.
  init(_ options: GlobalOptions, _ configured: String?, _ context: CommandContext) {
    self.options = options
    self.configured = configured
    self.context = context
  }

  /// The terminal; nil: there is none that could show a screen.
  func terminal(_ theme: Theme) -> Terminal? {
    var terminal = TerminalOptions()
    terminal.environment = context.environment
    terminal.colour = options.colour
    return try? Terminal.open(terminal, theme: theme)
  }

  /// The theme that was wished for; one that cannot be read leaves the usual one, and is complained
  /// of.
  func theme() -> (ThemeChoice, complaint: SafeText?) {
    let library = ThemeLibrary(
      environment: context.environment, program: ThemeLibrary.runningProgram)
    do throws(ThemeFailure) {
      return (try library.choice(options.theme ?? configured ?? "auto"), nil)
    } catch {
      let usual = (try? library.choice("auto")) ?? .fixed(.plain)
      return (usual, error.problems.first.map { SafeText($0.description) })
    }
  }
}

extension ThemeLibrary {
  /// The theme of a name; `auto` is the dark or the light one, as the terminal is.
  func choice(_ name: String) throws(ThemeFailure) -> ThemeChoice {
    guard name == "auto" else { return .fixed(try load(name)) }
    return .auto(dark: try load("dark"), light: try load("light"))
  }
}
