import ArgumentParser
import DeploymentEngine

struct ReloadCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    .reload, usage: ["[--force] [--close-all]"],
    discussion: """
      The engine reads the file that it was started with. It refuses one with problems, and goes \
      on with the configuration that it has.
      """)
  @Flag(
    help: """
      Also if the file removes cached deployments, or changes the driver or the platform of a \
      provider that has deployments.
      """)
  var force = false
  @Flag(help: "Also if the file closes all pools (`pools: []`).")
  var closeAll = false
  @OptionGroup var options: ActOptions
  func perform(_ context: CommandContext) throws(CommandFailure) {
    let verb = Verb.reload(force: force, closeAll: closeAll)
    try RequestRunner(options, context).perform([.on("configuration", verb)])
  }
}
