import ArgumentParser
import FoundationEssentials

/// The arguments of a command, as the command line parser describes them.
struct CommandOutline: Decodable {
  /// One argument.
  struct Argument: Decodable {
    let kind: String
    let names: [Name]?
    let valueName: String?
    let abstract: String?
    let allValues: [String]?
    let shouldDisplay: Bool

    struct Name: Decodable {
      let kind: String
      let name: String
    }

    /// The argument as a user writes it: `--to <level>`, `<id>`.
    var term: String {
      let value = valueName.map { "<\($0)>" } ?? ""
      guard let names else { return value }
      let written = names.map { ($0.kind == "short" ? "-" : "--") + $0.name }
        .joined(separator: ", ")
      return kind == "option" ? "\(written) \(value)" : written
    }

    /// The help text, with the permitted values.
    var meaning: String {
      let values = allValues.map { " One of: \($0.joined(separator: ", "))." } ?? ""
      return (abstract ?? "") + values
    }

    /// The long names.
    var longNames: [String] { names?.map(\.name) ?? [] }
  }

  let commandName: String
  let arguments: [Argument]?
  let subcommands: [CommandOutline]?

  private struct Tool: Decodable {
    let command: CommandOutline
  }

  /// Describes a command and its subcommands; nil if the parser's description of itself has
  /// another format than this type expects.
  static func of(_ command: any ParsableCommand.Type) -> CommandOutline? {
    let text = command._dumpHelp()
    return try? JSONDecoder().decode(Tool.self, from: Data(text.utf8)).command
  }

  /// The arguments that only this command has.
  func ownArguments(besides global: Set<String>) -> [Argument] {
    (arguments ?? []).filter { argument in
      argument.shouldDisplay && argument.abstract != nil
        && !argument.longNames.contains { global.contains($0) }
    }
  }
}
