import ArgumentParser
import DashboardScreen
import DeploymentInterface
import TerminalCells

/// Prints the manual page of the program whose root command is `Root`. The page is made from the
/// tables of the program.
struct ManualCommand<Root: ParsableCommand>: ParsableCommand, DashboardSubcommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "manual", abstract: "Print the manual page, for `man`.", shouldDisplay: false)
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    guard let page = ManualPage(of: Root.self, drivers: context.drivers) else {
      throw CommandFailure(.failed, "dashboard: the commands cannot be described")
    }
    try context.answer(text: page.text)
  }
}

/// The manual page.
struct ManualPage {
  private let program: CommandConfiguration
  private let outline: CommandOutline
  private let drivers: [any Driver]

  /// The page of the program with this root command; nil if its commands cannot be described.
  init?(of root: any ParsableCommand.Type, drivers: [any Driver]) {
    guard let outline = CommandOutline.of(root) else { return nil }
    program = root.configuration
    self.outline = outline
    self.drivers = drivers
  }

  var text: String {
    var page = Troff(title: "dashboard", section: 1, source: "dashboard \(program.version)")
    page.section("Name")
    page.paragraphs("dashboard - \(Self.lowered(program.abstract))")
    page.section("Synopsis")
    page.verbatim(program.usage ?? "dashboard")
    page.section("Description")
    page.paragraphs(program.discussion)
    page.section("Options")
    page.paragraphs("They can be given before or after the name of a command.")
    for argument in globalArguments { page.item(argument.term, argument.meaning) }
    commands(&page)
    keys(&page)
    driverParameters(&page)
    ManualTexts.close(&page)
    return page.text
  }

  private var globalArguments: [CommandOutline.Argument] {
    (outline.arguments ?? []).filter { $0.shouldDisplay && $0.names != nil }
  }

  private func commands(_ page: inout Troff) {
    page.section("Commands")
    // `cancel` has every option of the commands that make requests.
    let common =
      outline.subcommands?.first { $0.commandName == "cancel" }?
      .ownArguments(besides: Set(globalArguments.flatMap(\.longNames)))
      .filter { $0.names != nil } ?? []
    let global = Set((globalArguments + common).flatMap(\.longNames))
    for group in program.groupedSubcommands {
      page.subsection(group.name)
      for command in group.subcommands {
        let configuration = command.configuration
        let name = configuration.commandName ?? ""
        let own =
          outline.subcommands?.first { $0.commandName == name }?
          .ownArguments(besides: global) ?? []
        page.item(usage(configuration, name), configuration.abstract)
        page.indent()
        if !configuration.discussion.isEmpty { page.paragraphs(configuration.discussion) }
        for argument in own { page.item(argument.term, argument.meaning) }
        page.outdent()
      }
    }
    page.subsection("Options of commands that send requests")
    for argument in common { page.item(argument.term, argument.meaning) }
  }

  private func usage(_ configuration: CommandConfiguration, _ name: String) -> String {
    let lines = (configuration.usage ?? name).split(separator: "\n")
    return lines.map { $0.replacing("dashboard ", with: "") }.joined(separator: " | ")
  }

  private func keys(_ page: inout Troff) {
    page.section("Keys")
    page.paragraphs(
      "`keys:` in the configuration assigns other keys to actions by their names.")
    for group in ActionGroup.allCases {
      page.subsection(group.rawValue)
      for action in ActionTable.all where action.group == group {
        let keys = action.keys.map(\.description).joined(separator: " ")
        page.item(
          keys.isEmpty ? "(menu)" : keys, "\(action.help) (\(action.id.rawValue))")
      }
    }
  }

  private func driverParameters(_ page: inout Troff) {
    page.section("Drivers")
    for driver in drivers {
      page.subsection(driver.name)
      page.paragraphs(driver.help)
      let tables = [
        ("providers", driver.providerParameters), ("service", driver.serviceParameters),
      ]
      for (place, parameters) in tables where !parameters.isEmpty {
        page.paragraphs(
          place == "providers" ? "Of the provider:" : "In a pool's `service`:")
        for parameter in parameters {
          let defaultNote = parameter.defaultText.map { " Default: \($0)." } ?? ""
          let requiredNote = parameter.isRequired ? " Required." : ""
          page.item(parameter.name, parameter.help + defaultNote + requiredNote)
        }
      }
    }
  }

  /// The sentence with a small first letter and without its full stop, as `whatis` prints it.
  private static func lowered(_ sentence: String) -> String {
    let text = sentence.hasSuffix(".") ? sentence.dropLast() : Substring(sentence)
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
