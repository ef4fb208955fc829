import ArgumentParser
import DeploymentEngine
import DeploymentInterface

/// A command that does the same to each deployment that it is given.
protocol DeploymentActCommand: ParsableCommand, DashboardSubcommand {
  var ids: [String] { get }
  var options: ActOptions { get }
  var revision: RevisionOption { get }
  /// When it has ended.
  var goal: Act.Goal { get }
  /// What is asked for.
  func verb(_ id: DeploymentID) -> Verb
}

extension DeploymentActCommand {
  func perform(_ context: CommandContext) throws(CommandFailure) {
    let acts = ids.map { id in Act.on(id, goal: goal) { verb($0) } }
    try Acting(options, ifRevision: revision.ifRevision, context).perform(acts)
  }

  /// A revision belongs to one deployment.
  func validate() throws {
    if revision.ifRevision != nil, ids.count > 1 {
      throw ValidationError("--if-revision goes with one deployment only")
    }
  }
}

/// How the ids of a command are described.
enum IDHelp {
  static let several = ArgumentHelp("Deployments, each by its id or name.", valueName: "id")
}

struct CancelCommand: DeploymentActCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Cancel the operation that runs on a deployment.",
    usage: "dashboard cancel <id>... [--wait]",
    discussion: """
      It is carried out as soon as no call to the driver is in flight, and ends with the \
      deployment cancelled, whatever the operation was.
      """)
  @Argument(help: IDHelp.several) var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions
  var goal: Act.Goal { .gone }
  func verb(_ id: DeploymentID) -> Verb { .cancel(id) }
}

struct DestroyCommand: DeploymentActCommand {
  static let configuration = CommandConfiguration(
    commandName: "destroy", abstract: "Remove a deployment with all that belongs to it.",
    usage: "dashboard destroy <id>... [--wait]")
  @Argument(help: IDHelp.several) var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions
  var goal: Act.Goal { .gone }
  func verb(_ id: DeploymentID) -> Verb { .destroy(id) }
}

struct MoveCommand: DeploymentActCommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "Move a cached deployment to the other cache level.",
    usage: "dashboard move --to L1|L2 <id>... [--wait]")

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("The cache level, L1 or L2.", valueName: "level"),
    completion: .list(["L1", "L2"]),
    transform: { text in
      if let level = CacheLevel(rawValue: text.uppercased()) { return level }
      throw ValidationError("'\(text)' is no cache level; write L1 or L2")
    })
  var level: CacheLevel
  @Argument(help: IDHelp.several) var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions
  var goal: Act.Goal { .usable }
  func verb(_ id: DeploymentID) -> Verb { .move(id, to: level) }
}

struct ReadyCommand: DeploymentActCommand {
  static let configuration = CommandConfiguration(
    commandName: "ready", abstract: "Make sure that a deployment can be used now.",
    usage: "dashboard ready <id>... [--wait]")
  @Argument(help: IDHelp.several) var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions
  var goal: Act.Goal { .usable }
  func verb(_ id: DeploymentID) -> Verb { .ready(id) }
}

struct ReleaseCommand: DeploymentActCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Take a deployment from its user, and remove it.",
    usage: "dashboard release <id>... [--wait]")
  @Argument(help: IDHelp.several) var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions
  var goal: Act.Goal { .gone }
  func verb(_ id: DeploymentID) -> Verb { .release(id) }
}

struct RetryCommand: DeploymentActCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Do the operation again that ended a deployment in error.",
    usage: "dashboard retry <id>... [--wait]")
  @Argument(help: IDHelp.several) var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions
  var goal: Act.Goal { .ended }
  func verb(_ id: DeploymentID) -> Verb { .retry(id) }
}

struct ForgetCommand: DeploymentActCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget",
    abstract: "Drop a deployment in error that you cleaned up by hand; no driver is called.",
    usage: "dashboard forget <id>...")
  @Argument(help: IDHelp.several) var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions
  var goal: Act.Goal { .gone }
  func verb(_ id: DeploymentID) -> Verb { .forget(id) }
}

struct UndoCommand: DeploymentActCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Take back a request while its grace time runs.",
    usage: "dashboard undo <id>...")
  @Argument(help: IDHelp.several) var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions
  var goal: Act.Goal { .answered }
  func verb(_ id: DeploymentID) -> Verb { .undo(id) }
}
