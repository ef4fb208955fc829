import ArgumentParser
import Basics
import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import SafeTexts

/// The placement of a deployment, as an argument.
enum PlacementArgument: String, CaseIterable, ExpressibleByArgument, Sendable {
  case l1 = "L1"
  case l2 = "L2"
  case assigned
}

struct PoolsCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "pools", abstract: "List the pools, with what the engine is doing for each.",
    usage: "dashboard pools [--json]")

  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let query = try StoreQuery(global, context)
    let pools = query.view.state.pools
    if global.json {
      return try context.answer(.array(pools.map(query.view.document(of:))))
    }
    query.remarkIfNoEngineRuns()
    try context.answer(query.view.table(of: pools))
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

  @Option(help: ArgumentHelp("Only deployments of this pool.", valueName: "pool"))
  var pool: String?
  @Option(help: ArgumentHelp("Only deployments with this placement.", valueName: "placement"))
  var placement: PlacementArgument?
  @Option(
    help: ArgumentHelp("Only deployments in this state.", valueName: "state"),
    completion: .list(DeploymentState.allCases.map(\.rawValue)),
    transform: { text in
      if let state = DeploymentState(rawValue: text) { return state }
      throw ValidationError(
        "'\(text)' is not a state; states: "
          + DeploymentState.allCases.map(\.rawValue).joined(separator: ", "))
    })
  var state: DeploymentState?
  @Option(
    help: ArgumentHelp("Only deployments that this user holds or waits for.", valueName: "user"))
  var user: String?
  @Flag(help: "Include removed deployments.")
  var all = false
  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let query = try StoreQuery(global, context)
    let wanted = try pool.map { name throws(CommandFailure) in try query.pool(named: name).id }
    let found = query.view.state.deployments.filter {
      isShown($0, pool: wanted, query.view)
    }
    if global.json {
      return try context.answer(.array(found.map(query.view.document(of:))))
    }
    query.remarkIfNoEngineRuns()
    try context.answer(query.view.table(of: found))
  }

  private func isShown(_ deployment: Deployment, pool: PoolID?, _ view: StoreView) -> Bool {
    (all || state != nil || !deployment.phase.isHistory)
      && (pool == nil || deployment.pool == pool)
      && (placement == nil || deployment.placement.word == placement?.rawValue)
      && (state == nil || deployment.state == state)
      && (user.map { view.isUser(SafeText($0), of: deployment) } ?? true)
  }
}

struct ShowCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show everything about a deployment.",
    usage: "dashboard show <id> [--json]")

  /// The number of events below the details; `dashboard events --id` prints all.
  private static let eventLimit = 10

  @Argument(help: ArgumentHelp("The deployment's id or name.", valueName: "id"))
  var id: String
  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let query = try StoreQuery(global, context)
    let deployment = try query.deployment(id)
    if global.json { return try context.answer(query.view.document(of: deployment)) }
    let events = try query.events(of: deployment.id, limit: Self.eventLimit)
    query.remarkIfNoEngineRuns()
    var lines = query.view.details(of: deployment)
    if !events.isEmpty { lines += ["", "Last events"] }
    lines += events.map { "  " + query.view.line(of: $0) }
    try context.answer(lines)
  }
}

struct WhyCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Explain the situation of a pool, a deployment or a user, and what happens next.",
    usage: "dashboard why <pool>|<id>|<user> [--json]",
    discussion: """
      A line with + is a condition that holds, a line with - a condition that does not and \
      therefore blocks progress, a line with > what happens next.
      """)

  @Argument(help: ArgumentHelp("A pool, a deployment's id or name, or a user.", valueName: "what"))
  var what: String
  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let query = try StoreQuery(global, context)
    let (kind, explanation) = try explain(query)
    if global.json {
      let lines = explanation.lines.map { line -> JSONValue in
        ["kind": .string(line.kind.rawValue), "text": .text(line.text)]
      }
      return try context.answer([
        "subject": .text(SafeText(what)), "kind": .string(kind), "lines": .array(lines),
      ])
    }
    query.remarkIfNoEngineRuns()
    try context.answer(explanation.lines.map(Self.text))
  }

  /// Finds what the argument names: a pool, else a deployment, else a user.
  private func explain(_ query: StoreQuery) throws(CommandFailure) -> (String, Explanation) {
    let view = query.view
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
      let lately = try query.lastEntries(about: user)
      if error.status == .absent, !lately.isEmpty {
        return ("user", .ofAbsent(user: user, lately: lately, now: view.now, zone: zone))
      }
      let sentence =
        error.status == .absent
        ? "no pool, deployment or user has this name" : error.sentence
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
