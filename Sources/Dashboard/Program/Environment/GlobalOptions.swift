import ArgumentParser
import TerminalCells

extension ColourDepth: ExpressibleByArgument {}

/// The options of every command, before or after its name.
struct GlobalOptions: ParsableArguments {
  /// The options whose value may be the next word.
  static let withValue = ["--config", "--store", "--theme", "--colour", "--color"]

  @Option(
    name: .long, help: ArgumentHelp("Read this configuration.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(
    name: .long, help: ArgumentHelp("Use this store.", valueName: "file"),
    completion: .file(extensions: ["sqlite"]))
  var store: String?

  @Flag(name: .long, help: "Refuse all changes.")
  var readOnly = false

  @Flag(name: .long, help: "Never become the engine.")
  var noEngine = false

  @Option(name: .long, help: ArgumentHelp("Use this theme.", valueName: "name"))
  var theme: String?

  @Option(
    name: [.long, .customLong("color", withSingleDash: false)],
    help: ArgumentHelp("Maximum number of colours.", valueName: "mode"))
  var colour: ColourDepth?

  @Flag(name: .long, help: "Print one JSON document.")
  var json = false
}
