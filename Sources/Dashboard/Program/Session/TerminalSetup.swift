import DeploymentInterface
import SafeTexts
import TerminalCells
import TerminalHost

/// The terminal and its theme, according to the options, the configuration and the environment.
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

  /// Opens the terminal; nil if it cannot show a screen.
  func terminal(_ theme: Theme) -> Terminal? {
    var terminal = TerminalOptions()
    terminal.environment = context.environment
    terminal.colour = options.colour
    return try? Terminal.open(terminal, theme: theme)
  }

  /// The requested theme; if it cannot be read, the default theme and the problem.
  func theme() -> (ThemeChoice, problem: SafeText?) {
    let library = ThemeLibrary(
      environment: context.environment, program: ThemeLibrary.runningProgram)
    do throws(ThemeFailure) {
      return (try library.choice(options.theme ?? configured ?? "auto"), nil)
    } catch {
      let fallback = (try? library.choice("auto")) ?? .fixed(.plain)
      return (fallback, error.problems.first.map { SafeText($0.description) })
    }
  }
}

extension ThemeLibrary {
  /// The theme with this name; `auto` chooses dark or light by the terminal's background.
  func choice(_ name: String) throws(ThemeFailure) -> ThemeChoice {
    guard name == "auto" else { return .fixed(try load(name)) }
    return .auto(dark: try load("dark"), light: try load("light"))
  }
}
