import ArgumentParser
import FoundationEssentials

/// The arguments of a command, as the parser of the command line knows them.
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

    /// As it is written: `--to <level>`, `<id>`.
    var term: String {
      let value = valueName.map { "<\($0)>" } ?? ""
      guard let names else { return value }
      let written = names.map { ($0.kind == "short" ? "-" : "--") + $0.name }
        .joined(separator: ", ")
      return kind == "option" ? "\(written) \(value)" : written
    }

    /// What it means, with the values that it may have.
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

  /// The whole program; nil when the parser describes itself in another way than it did.
  static var program: CommandOutline? {
    let text = DashboardCommand._dumpHelp()
    return try? JSONDecoder().decode(Tool.self, from: Data(text.utf8)).command
  }

  /// The arguments that are the command's own, and not those of many.
  func ownArguments(besides global: Set<String>) -> [Argument] {
    (arguments ?? []).filter { argument in
      argument.shouldDisplay && argument.abstract != nil
        && !argument.longNames.contains { global.contains($0) }
    }
  }
}
