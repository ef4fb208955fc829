import ArgumentParser
import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension CommandConfiguration {
  /// Describes the command that makes a request, according to the table of requests.
  /// - Parameter usage: the usage lines, without the command's name.
  init(_ name: RequestName, usage: [String], discussion: String = "") {
    let row = name.row
    self.init(
      commandName: row.command, abstract: row.summary,
      usage: usage.map { "dashboard \(row.command) \($0)" }.joined(separator: "\n"),
      discussion: discussion)
  }
}

/// A request about a deployment without further arguments.
protocol PlainRequest {
  static var asked: DeploymentRequest { get }
  /// The help beyond the summary.
  static var discussion: String { get }
}

extension PlainRequest {
  static var discussion: String { "" }
}

/// The requests whose commands take only ids.
enum Plain {
  enum Cancel: PlainRequest {
    static let asked = DeploymentRequest.cancel
    static let discussion = """
      The request takes effect as soon as no driver call is in flight, and ends with the \
      deployment cancelled, whatever the operation was.
      """
  }
  enum Destroy: PlainRequest { static let asked = DeploymentRequest.destroy }
  enum Ready: PlainRequest { static let asked = DeploymentRequest.ready }
  enum Release: PlainRequest { static let asked = DeploymentRequest.release }
  enum Retry: PlainRequest { static let asked = DeploymentRequest.retry }
  enum Forget: PlainRequest { static let asked = DeploymentRequest.forget }
  enum Undo: PlainRequest { static let asked = DeploymentRequest.undo }
}

/// The deployments of a command, and the options of its request.
struct DeploymentArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("Ids or names of deployments.", valueName: "id"))
  var ids: [String]
  @OptionGroup var revision: RevisionOption
  @OptionGroup var options: ActOptions

  /// A revision applies to one deployment.
  func validate() throws {
    if revision.ifRevision != nil, ids.count > 1 {
      throw ValidationError("--if-revision needs exactly one deployment")
    }
  }

  /// Makes the same request for each deployment.
  func perform(
    _ asked: DeploymentRequest, _ context: CommandContext
  ) throws(CommandFailure) {
    try RequestRunner(options, ifRevision: revision.ifRevision, context)
      .perform(ids.map { Act.on($0, asked) })
  }
}

/// A command that makes the same request for each given deployment.
struct DeploymentActCommand<Kind: PlainRequest>: ParsableCommand, DashboardSubcommand {
  static var configuration: CommandConfiguration {
    // Requests that complete with the reply, or without a driver call, need no --wait.
    let wait = [.undo, .forget].contains(Kind.asked) ? "" : " [--wait]"
    return CommandConfiguration(
      Kind.asked.name, usage: ["<id>...\(wait)"], discussion: Kind.discussion)
  }

  @OptionGroup var deployments: DeploymentArguments

  func perform(_ context: CommandContext) throws(CommandFailure) {
    try deployments.perform(Kind.asked, context)
  }
}

struct MoveCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(.move, usage: ["--to L1|L2 <id>... [--wait]"])

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("The cache level, L1 or L2.", valueName: "level"),
    completion: .list(["L1", "L2"]),
    transform: { text in
      if let level = CacheLevel(rawValue: text.uppercased()) { return level }
      throw ValidationError("'\(text)' is not a cache level; write L1 or L2")
    })
  var level: CacheLevel
  @OptionGroup var deployments: DeploymentArguments

  func perform(_ context: CommandContext) throws(CommandFailure) {
    try deployments.perform(.move(to: level), context)
  }
}
