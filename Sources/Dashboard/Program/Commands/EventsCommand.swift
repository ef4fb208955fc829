import ArgumentParser
import Basics
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore

struct EventsCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "List what has happened, newest last.",
    usage: "dashboard events [--follow] [--id <id>] [--limit <number>] [--json]")

  /// Events that are read at once.
  private static let batch = 1000
  /// How long it sleeps when nothing wakes it.
  private static let pause = TimeSpan.seconds(1)

  @Flag(help: "Go on with what happens from now on; starts with the last 10.")
  var follow = false
  @Option(help: ArgumentHelp("Only those of this deployment.", valueName: "id"))
  var id: String?
  @Option(
    help: ArgumentHelp(
      "The last so many; 1000 unless told, 10 with --follow.", valueName: "number"))
  var limit: Int?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let limit, !(0...Limits.journalEntries).contains(limit) {
      throw ValidationError("--limit must be from 0 to \(Limits.journalEntries)")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    let looking = try StoreQuery(global, context)
    let deployment = try id.map { argument throws(CommandFailure) in
      try looking.deployment(argument).id
    }
    let bell = follow ? StoreChangeSignal(path: looking.place.storePath) : nil
    defer { bell?.stop() }
    let events = try looking.events(of: deployment, limit: limit ?? (follow ? 10 : Self.batch))
    if global.json, !follow {
      return try context.answer(.array(events.map(looking.view.document(of:))))
    }
    try answer(events, looking.view, context)
    guard let bell else { return }
    try go(on: looking, after: events.last?.sequence, deployment, bell)
  }

  /// Prints what comes until nobody reads it any more.
  private func go(
    on looking: StoreQuery, after last: Int64?, _ deployment: DeploymentID?,
    _ bell: StoreChangeSignal
  ) throws(CommandFailure) {
    var view = looking.view
    var last = last ?? 0
    if last == 0 { last = try looking.events(of: nil, limit: 1).last?.sequence ?? 0 }
    while !looking.context.output.isClosed {
      let events = try storeFailing { () throws(StoreFailure) in
        try looking.reader.journal(after: last, deployment: deployment, limit: Self.batch)
      }
      // A pool may be newer than what was read at the start.
      if events.contains(where: { $0.entry.pool != nil && view.poolName($0.entry.pool) == nil }) {
        let snapshot = try storeFailing { () throws(StoreFailure) in try looking.reader.snapshot() }
        view = StoreView(snapshot.state, at: looking.context.clock.now)
      }
      try answer(events, view, looking.context)
      last = events.last?.sequence ?? last
      if events.count < Self.batch { bell.wait(atMost: Self.pause) }
    }
  }

  private func answer(
    _ events: [NumberedEntry], _ view: StoreView, _ context: CommandContext
  ) throws(CommandFailure) {
    try context.answer(
      events.map { global.json ? view.document(of: $0).text() : view.line(of: $0) })
  }
}
