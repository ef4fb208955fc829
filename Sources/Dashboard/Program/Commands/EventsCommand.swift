import ArgumentParser
import Basics
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore

struct EventsCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "List the events, newest last.",
    usage: "dashboard events [--follow] [--id <id>] [--limit <number>] [--json]")

  /// The number of events read at once.
  private static let batch = 1000
  /// The time between two reads if no change wakes it.
  private static let pause = TimeSpan.seconds(1)

  @Flag(help: "Print the last 10 events, then new ones as they happen.")
  var follow = false
  @Option(help: ArgumentHelp("Only events of this deployment.", valueName: "id"))
  var id: String?
  @Option(
    help: ArgumentHelp(
      "How many of the last events to print; 1000 by default, 10 with --follow.",
      valueName: "number"))
  var limit: Int?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let limit, !(0...Limits.journalEntries).contains(limit) {
      throw ValidationError("--limit must be from 0 to \(Limits.journalEntries)")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let query = try StoreQuery(global, context)
    let deployment = try id.map { argument throws(CommandFailure) in
      try query.deployment(argument).id
    }
    let change = follow ? StoreChangeSignal(path: query.place.storePath) : nil
    defer { change?.stop() }
    let events = try query.events(of: deployment, limit: limit ?? (follow ? 10 : Self.batch))
    if global.json, !follow {
      return try context.answer(.array(events.map(query.view.document(of:))))
    }
    try answer(events, query.view, context)
    guard let change else { return }
    try follow(query, after: events.last?.sequence, deployment, change)
  }

  /// Prints new events until nobody reads the output any more.
  private func follow(
    _ query: StoreQuery, after last: Int64?, _ deployment: DeploymentID?,
    _ change: StoreChangeSignal
  ) throws(CommandFailure) {
    var view = query.view
    var last = last ?? 0
    if last == 0 { last = try query.events(of: nil, limit: 1).last?.sequence ?? 0 }
    while !query.context.output.isClosed {
      let events = try storeFailing { () throws(StoreFailure) in
        try query.reader.journal(after: last, deployment: deployment, limit: Self.batch)
      }
      // A pool may be newer than the state that was read at the start.
      if events.contains(where: { $0.entry.pool != nil && view.poolName($0.entry.pool) == nil }) {
        let snapshot = try storeFailing { () throws(StoreFailure) in try query.reader.snapshot() }
        view = StoreView(snapshot.state, at: query.context.clock.now)
      }
      try answer(events, view, query.context)
      last = events.last?.sequence ?? last
      if events.count < Self.batch { change.wait(atMost: Self.pause) }
    }
  }

  private func answer(
    _ events: [NumberedEntry], _ view: StoreView, _ context: CommandContext
  ) throws(CommandFailure) {
    try context.answer(
      events.map { global.json ? view.document(of: $0).text() : view.line(of: $0) })
  }
}
