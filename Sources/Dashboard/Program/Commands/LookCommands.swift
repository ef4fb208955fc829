import ArgumentParser
import Basics
import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import SafeTexts

/// Where a deployment stands, as an argument.
enum PlacementArgument: String, CaseIterable, ExpressibleByArgument, Sendable {
  case l1 = "L1"
  case l2 = "L2"
  case assigned
}

struct PoolsCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "pools", abstract: "List the pools, with what the engine does for each now.",
    usage: "dashboard pools [--json]")

  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let looking = try StoreQuery(global, context)
    let pools = looking.view.state.pools
    if global.json {
      return try context.answer(.array(pools.map(looking.view.document(of:))))
    }
    looking.remarkIfNoEngineRuns()
    try context.answer(looking.view.table(of: pools))
  }
}

struct DeploymentsCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "deployments",
    abstract: "List the deployments; history only with --all.",
    usage: """
      dashboard deployments [--pool <pool>] [--placement L1|L2|assigned] \
      [--state <state>] [--user <user>] [--all] [--json]
      """)

  @Option(help: ArgumentHelp("Only those of this pool.", valueName: "pool"))
  var pool: String?
  @Option(help: ArgumentHelp("Only those that stand here.", valueName: "placement"))
  var placement: PlacementArgument?
  @Option(
    help: ArgumentHelp("Only those in this state.", valueName: "state"),
    completion: .list(DeploymentState.allCases.map(\.rawValue)),
    transform: { text in
      if let state = DeploymentState(rawValue: text) { return state }
      throw ValidationError(
        "'\(text)' is no state; there are: "
          + DeploymentState.allCases.map(\.rawValue).joined(separator: ", "))
    })
  var state: DeploymentState?
  @Option(help: ArgumentHelp("Only those that this user holds or waits for.", valueName: "user"))
  var user: String?
  @Flag(help: "Those that are gone, too.")
  var all = false
  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let looking = try StoreQuery(global, context)
    let wanted = try pool.map { name throws(CommandFailure) in try looking.pool(named: name).id }
    let found = looking.view.state.deployments.filter { isShown($0, pool: wanted) }
    if global.json {
      return try context.answer(.array(found.map(looking.view.document(of:))))
    }
    looking.remarkIfNoEngineRuns()
    try context.answer(looking.view.table(of: found))
  }

  private func isShown(_ deployment: Deployment, pool: PoolID?) -> Bool {
    (all || state != nil || !deployment.phase.isHistory)
      && (pool == nil || deployment.pool == pool)
      && (placement == nil || deployment.placement.word == placement?.rawValue)
      && (state == nil || deployment.state == state)
      && (user == nil || deployment.placement.user?.text == user)
  }
}

struct ShowCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show everything that is known of a deployment.",
    usage: "dashboard show <id> [--json]")

  /// Events below the details; `dashboard events --id` has all.
  private static let eventLimit = 10

  @Argument(help: ArgumentHelp("The deployment's id or name.", valueName: "id"))
  var id: String
  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let looking = try StoreQuery(global, context)
    let deployment = try looking.deployment(id)
    if global.json { return try context.answer(looking.view.document(of: deployment)) }
    let events = try looking.events(of: deployment.id, limit: Self.eventLimit)
    looking.remarkIfNoEngineRuns()
    var lines = looking.view.details(of: deployment)
    if !events.isEmpty { lines += ["", "Last events"] }
    lines += events.map { "  " + looking.view.line(of: $0) }
    try context.answer(lines)
  }
}

struct WhyCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Say why a pool, a deployment or a user is where it is, and what happens next.",
    usage: "dashboard why <pool>|<id>|<user> [--json]",
    discussion: """
      A line that begins with + is a condition that holds, one with - a condition that does not \
      and so holds things up, one with > what happens next.
      """)

  @Argument(help: ArgumentHelp("A pool, a deployment's id or name, or a user.", valueName: "what"))
  var what: String
  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let looking = try StoreQuery(global, context)
    let (kind, explanation) = try explain(looking)
    if global.json {
      let lines = explanation.lines.map { line -> JSONValue in
        ["kind": .string(line.kind.rawValue), "text": .text(line.text)]
      }
      return try context.answer([
        "subject": .text(SafeText(what)), "kind": .string(kind), "lines": .array(lines),
      ])
    }
    looking.remarkIfNoEngineRuns()
    try context.answer(explanation.lines.map(Self.text))
  }

  /// What a word names first of all: a pool, then a deployment, then a user.
  private func explain(_ looking: StoreQuery) throws(CommandFailure) -> (String, Explanation) {
    let view = looking.view
    let zone = Zone.system(at: view.now.utc)
    if let pool = view.pool(named: what) {
      return ("pool", .of(pool, view.state.surroundings(of: pool.id, view.now, zone)))
    }
    do throws(LookupFailure) {
      let deployment = try view.deployment(named: what)
      let around = view.state.surroundings(of: deployment.pool, view.now, zone)
      return ("deployment", .of(deployment, around))
    } catch {
      let user = SafeText(what)
      if let explanation = Explanation.of(user: user, in: view.state, now: view.now, zone: zone) {
        return ("user", explanation)
      }
      let sentence =
        error.status == .absent
        ? "there is no pool, deployment or user of this name" : error.sentence
      throw CommandFailure(error.status, "dashboard: \(user): \(sentence)")
    }
  }

  private static func text(_ line: Explanation.Line) -> String {
    switch line.kind {
    case .heading: line.text.text
    case .fact: "  \(line.text)"
    case .open: "  + \(line.text)"
    case .closed: "  - \(line.text)"
    case .next: "  > \(line.text)"
    }
  }
}
