import ArgumentParser
import DeploymentEngine
import EngineRuntime

struct OrphansCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "orphans",
    abstract: "List what exists outside with this store's mark and without a record.",
    usage: "dashboard orphans [--remove <name>...] [--json]",
    discussion: """
      It asks the providers that can list what they have made (libvirt, \
      command where its program knows `list`, static). Nothing is removed but \
      what is named after --remove, and never what a later state of this store has made: then \
      the store is an old copy.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Remove these for good, with their disks.", valueName: "name"))
  var remove: [String] = []
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if !remove.isEmpty, global.readOnly {
      throw ValidationError("--remove and --read-only contradict each other")
    }
  }

  func perform(_ context: CommandContext) throws(CommandFailure) {
    guard let found = try Workplace.configuration(global, context) else {
      throw Workplace.noConfiguration(context)
    }
    let search = OrphanSearch(
      providers: found.reading.providers.map { ($0.name, $0.provider) },
      storePath: try Workplace.find(global, context).storePath)
    let orphans = try search.orphans()
    for provider in search.blind { context.remark("dashboard: \(provider)") }
    if !remove.isEmpty { return try removeNamed(orphans, search, context) }
    if global.json { return try context.answer(.array(orphans.map(\.document))) }
    if orphans.isEmpty { return try context.answer(["nothing exists without a record"]) }
    try context.answer(Self.table(orphans))
  }

  private func removeNamed(
    _ orphans: [Orphan], _ search: OrphanSearch, _ context: CommandContext
  ) throws(CommandFailure) {
    var failures: [String] = []
    for name in remove {
      guard let orphan = orphans.first(where: { $0.thing.name.text == name }) else {
        failures.append("\(name): it does not exist without a record")
        continue
      }
      if let refusal = orphan.refusal ?? search.remove(orphan) {
        failures.append("\(name): \(refusal)")
      } else {
        try context.answer(["\(name): removed"])
      }
    }
    if !failures.isEmpty { throw CommandFailure(.failed, lines: failures) }
  }

  private static func table(_ orphans: [Orphan]) -> TextTable {
    var table = TextTable([
      .init("PROVIDER"), .init("KIND"), .init("NAME"), .init("MADE FOR"), .init("WHY"),
    ])
    for orphan in orphans {
      table.add([
        SafeText(orphan.provider), orphan.thing.kind, orphan.thing.name, orphan.madeFor,
        orphan.because,
      ])
    }
    return table
  }
}

/// A thing outside without a record.
private struct Orphan: Sendable {
  let provider: String
  let inventory: any Inventory
  let thing: OutsideThing
  let because: SafeText
  /// Why it is not removed, whoever says so; nil: it may be.
  let refusal: SafeText?

  var madeFor: SafeText {
    switch thing.purpose {
    case .deployment(let id): SafeText(id.description)
    case .publication(let name): SafeText("publication \(name)")
    }
  }

  var document: JSONValue {
    [
      "provider": .text(SafeText(provider)), "kind": .text(thing.kind),
      "name": .text(thing.name), "madeFor": .text(madeFor), "because": .text(because),
      "removable": .bool(refusal == nil),
    ]
  }
}

/// Looks for what exists without a record.
private final class OrphanSearch {
  private let inventories: [(name: String, inventory: any Inventory)]
  private let storePath: String
  private var storeID = ""
  /// Providers that could not be asked, each as a sentence.
  private(set) var blind: [String] = []

  init(providers: [(String, any Provider)], storePath: String) {
    inventories = providers.compactMap { name, provider in
      (provider as? any Inventory).map { (name, $0) }
    }
    self.storePath = storePath
  }

  /// First what exists, then the records: what is made meanwhile has had a record before.
  func orphans() throws(CommandFailure) -> [Orphan] {
    storeID = try snapshot().storeID
    var things: [(String, any Inventory, OutsideThing)] = []
    for (name, inventory) in inventories {
      let owner = storeID
      switch waiting({ () async throws(DeploymentFailure) in
        try await inventory.things(ownedBy: owner)
      }) {
      case .success(let found): things += found.map { (name, inventory, $0) }
      case .failure(let failure): blind.append("provider \(name): \(failure.reason)")
      }
    }
    let state = try snapshot().state
    let held = Set(state.deployments.lazy.filter { !$0.phase.isHistory }.map(\.id))
    let history = Set(state.deployments.lazy.filter(\.phase.isHistory).map(\.id))
    let published = Set(state.publications.lazy.filter { $0.state != .removed }.map(\.name))
    return things.compactMap { name, inventory, thing in
      switch thing.purpose {
      case .publication(let publication):
        guard !published.contains(publication) else { return nil }
        return Orphan(
          provider: name, inventory: inventory, thing: thing, because: "no record", refusal: nil)
      case .deployment(let id):
        guard !held.contains(id) else { return nil }
        let isLater = id.number >= state.counters.deployment
        return Orphan(
          provider: name, inventory: inventory, thing: thing,
          because: isLater
            ? "made by a later state of this store"
            : history.contains(id) ? "its record says that it is gone" : "no record",
          refusal: isLater
            ? "it was made by a later state of this store, which is an old copy" : nil)
      }
    }
  }

  /// Why it could not be removed; nil: it is.
  func remove(_ orphan: Orphan) -> SafeText? {
    let owner = storeID
    let removed = waiting { () async throws(DeploymentFailure) in
      try await orphan.inventory.remove(orphan.thing, ownedBy: owner)
    }
    if case .failure(let failure) = removed { return failure.reason }
    return nil
  }

  private func snapshot() throws(CommandFailure) -> StoreSnapshot {
    do throws(StoreFailure) {
      return try StoreReader(path: storePath).snapshot()
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Waits for work that has a deadline of its own.
  private func waiting<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(DeploymentFailure) -> Value
  ) -> Result<Value, DeploymentFailure> {
    let done = Semaphore()
    let box = AnswerBox<Value>()
    Task.detached {
      do throws(DeploymentFailure) {
        box.give(.success(try await work()))
      } catch {
        box.give(.failure(error))
      }
      done.signal()
    }
    done.wait()
    return box.taken
      ?? .failure(DeploymentFailure(.unknown, "the provider gave no answer"))
  }
}

/// Takes an answer from one thread to another.
private final class AnswerBox<Value: Sendable>: Sendable {
  private let value = Mutex<Result<Value, DeploymentFailure>?>(nil)
  func give(_ result: Result<Value, DeploymentFailure>) { value.withLock { $0 = result } }
  var taken: Result<Value, DeploymentFailure>? { value.withLock { $0 } }
}
