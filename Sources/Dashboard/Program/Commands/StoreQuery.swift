import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

/// A store opened for reading, with its state.
struct StoreQuery {
  let place: CommandEnvironment
  let reader: StoreReader
  let view: StoreView
  let context: CommandContext

  init(_ options: GlobalOptions, _ context: CommandContext) throws(CommandFailure) {
    self.place = try CommandEnvironment.find(options, context)
    self.context = context
    do throws(StoreFailure) {
      self.reader = try StoreReader(path: place.storePath, patience: context.patience)
      self.view = StoreView(try reader.snapshot().state, at: context.clock.now)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Tells the user if no engine runs, so that nothing will change.
  func remarkIfNoEngineRuns() {
    if LeaseStatus.query(store: place.storePath) == .none {
      context.remark("dashboard: no engine runs on \(place.storePath): this is its last state")
    }
  }

  /// The pool with this name.
  func pool(named name: String) throws(CommandFailure) -> Pool {
    if let pool = view.pool(named: name) { return pool }
    throw CommandFailure(.absent, "dashboard: " + view.noPool(name))
  }

  /// The deployment that an argument names.
  func deployment(_ argument: String) throws(CommandFailure) -> Deployment {
    do throws(LookupFailure) {
      return try view.deployment(named: argument)
    } catch {
      throw CommandFailure(error.status, "dashboard: \(argument): \(error.sentence)")
    }
  }

  /// The last events, oldest first.
  func events(of deployment: DeploymentID?, limit: Int) throws(CommandFailure) -> [NumberedEntry] {
    do throws(StoreFailure) {
      return try reader.journalTail(deployment: deployment, limit: limit)
    } catch {
      throw CommandFailure(error)
    }
  }
}

extension StoreQuery {
  /// The last entries about a user's assignments, oldest first.
  func lastEntries(about user: SafeText) throws(CommandFailure) -> [JournalEntry] {
    try reader.lastEntries(about: user, now: context.clock.now.utc)
  }
}

extension StoreReader {
  /// How far back a user's fate is looked for.
  private static let searched = 5000
  private static let recent = TimeSpan.hours(1)
  private static let kept = 3

  /// The last entries about a user's assignments within an hour, oldest first.
  func lastEntries(about user: SafeText, now: Timestamp) throws(CommandFailure) -> [JournalEntry] {
    let entries = try storeFailing { () throws(StoreFailure) in
      try journalTail(deployment: nil, limit: Self.searched)
    }
    let name = UserNames.trimmed(user).text.lowercased()
    guard !name.isEmpty else { return [] }
    let starts = ["assign to \(name) refused:", "\(name) waited for ", "\(name) no longer waits"]
    let about = entries.map(\.entry).filter { entry in
      guard now - entry.at <= Self.recent else { return false }
      let message = entry.message.text.lowercased()
      return starts.contains { message.hasPrefix($0) }
    }
    return Array(about.suffix(Self.kept))
  }
}

/// The failure of an argument to name exactly one deployment.
struct LookupFailure: Error {
  let status: ExitStatus
  let sentence: String
}

extension StoreView {
  /// The deployment with this id or name. Existing deployments come before history, whose names may
  /// have been reused.
  func deployment(named argument: String) throws(LookupFailure) -> Deployment {
    if let id = DeploymentID(parsing: argument) {
      if let found = deployment(id) { return found }
      throw LookupFailure(status: .absent, sentence: "there is no such deployment")
    }
    let named = state.deployments.filter { $0.name.text == argument }
    let existing = named.filter { !$0.phase.isHistory }
    let candidates = existing.isEmpty ? named : existing
    guard let found = candidates.first else {
      throw LookupFailure(status: .absent, sentence: "there is no deployment of this name or id")
    }
    guard candidates.count == 1 else {
      let ids = candidates.prefix(10).map(\.id.description).joined(separator: ", ")
      throw LookupFailure(
        status: .usage,
        sentence: "\(candidates.count) deployments have this name; use an id: \(ids)")
    }
    return found
  }

  /// The sentence that a pool does not exist, with the existing ones.
  func noPool(_ name: String) -> String {
    let names = state.pools.map(\.name.text)
    let near = NearestName.of(name, in: names).map { "did you mean `\($0)`? " } ?? ""
    let there = names.isEmpty ? "the store has no pools" : "pools: \(names.joined(separator: ", "))"
    return "there is no pool `\(SafeText(name))`; \(near)\(there)"
  }
}
