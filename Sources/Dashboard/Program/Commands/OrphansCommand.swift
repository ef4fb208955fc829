import ArgumentParser
import Basics
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Posix
import SafeTexts

struct OrphansCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "orphans",
    abstract: "List orphans: resources that carry this store's mark and have no record.",
    usage: "dashboard orphans [--remove <name>...] [--json]",
    discussion: """
      Asks the providers that can list their resources (libvirt, \
      command if its program supports `list`, static). Only resources named \
      after --remove are removed, and none that a later state of this store created: then \
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
    guard !global.readOnly else {
      throw CommandFailure(
        .notPermitted, "dashboard: --read-only: `orphans` starts the programs of drivers")
    }
    guard let found = try CommandEnvironment.configuration(global, context) else {
      throw CommandEnvironment.noConfiguration(context)
    }
    defer { found.reading.retire() }
    let search = OrphanSearch(
      providers: found.reading.providers.map { ($0.name, $0.provider) },
      storePath: try CommandEnvironment.find(global, context).storePath)
    let orphans = try search.orphans()
    for provider in search.failures { context.remark("dashboard: \(provider)") }
    if !remove.isEmpty { return try removeNamed(orphans, search, context) }
    if global.json { return try context.answer(.array(orphans.map(\.document))) }
    if orphans.isEmpty { return try context.answer(["there are no orphans"]) }
    try context.answer(Self.table(orphans))
  }

  private func removeNamed(
    _ orphans: [FoundOrphan], _ search: OrphanSearch, _ context: CommandContext
  ) throws(CommandFailure) {
    var failures: [String] = []
    for name in remove {
      guard let orphan = orphans.first(where: { $0.thing.name.text == name }) else {
        failures.append("\(name): no orphan has this name")
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

  private static func table(_ orphans: [FoundOrphan]) -> TextTable {
    var table = TextTable([
      .init("PROVIDER"), .init("KIND"), .init("NAME"), .init("MADE FOR"), .init("WHY"),
    ])
    for orphan in orphans {
      table.add([
        SafeText(orphan.provider), orphan.thing.kind, orphan.thing.name, orphan.madeFor,
        orphan.cause.words,
      ])
    }
    return table
  }
}

/// A resource on a platform without a record.
private struct FoundOrphan: Sendable {
  let provider: String
  let inventory: any Inventory
  let thing: ExternalResource
  let cause: Orphan.Cause

  /// Why it must not be removed, even on request; nil: it may be.
  var refusal: SafeText? {
    cause == .laterState
      ? "it was created by a later state of this store, which is an old copy" : nil
  }

  var madeFor: SafeText { SafeText(thing.purpose.description) }

  var document: JSONValue {
    [
      "provider": .text(SafeText(provider)), "kind": .text(thing.kind),
      "name": .text(thing.name), "madeFor": .text(madeFor), "because": .text(cause.words),
      "removable": .bool(refusal == nil),
    ]
  }
}

/// Searches for orphans.
private final class OrphanSearch {
  private let inventories: [(name: String, inventory: any Inventory)]
  private let storePath: String
  private var storeID = ""
  /// A sentence for each provider that could not be asked.
  private(set) var failures: [String] = []

  init(providers: [(String, any Provider)], storePath: String) {
    inventories = providers.compactMap { name, provider in
      (provider as? any Inventory).map { (name, $0) }
    }
    self.storePath = storePath
  }

  /// Lists the resources before the records: a resource created meanwhile already has a record.
  func orphans() throws(CommandFailure) -> [FoundOrphan] {
    storeID = try snapshot().storeID
    var things: [(String, any Inventory, ExternalResource)] = []
    for (name, inventory) in inventories {
      let owner = storeID
      switch waiting({ () async throws(DeploymentFailure) in
        try await inventory.things(ownedBy: owner)
      }) {
      case .success(let found): things += found.map { (name, inventory, $0) }
      case .failure(let failure): failures.append("provider \(name): \(failure.reason)")
      }
    }
    let state = try snapshot().state
    let gone = Dictionary(
      uniqueKeysWithValues: state.deployments.map { ($0.id, $0.phase.isHistory) })
    let removed = Dictionary(
      state.publications.map { ($0.name, $0.state == .removed) }, uniquingKeysWith: { $1 })
    return things.compactMap { name, inventory, thing in
      let cause = Orphan.Cause(
        of: thing.purpose, counters: state.counters, isGone: { gone[$0] },
        isRemoved: { removed[$0] })
      return cause.map {
        FoundOrphan(provider: name, inventory: inventory, thing: thing, cause: $0)
      }
    }
  }

  /// Removes an orphan; returns why that failed, or nil.
  func remove(_ orphan: FoundOrphan) -> SafeText? {
    let owner = storeID
    let removed = waiting { () async throws(DeploymentFailure) in
      try await orphan.inventory.remove(orphan.thing, ownedBy: owner)
    }
    if case .failure(let failure) = removed { return failure.reason }
    return nil
  }

  private func snapshot() throws(CommandFailure) -> StoreSnapshot {
    do throws(StoreFailure) {
      return try StoreReader(path: storePath, patience: .seconds(5)).snapshot()
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Waits for work that has its own deadline.
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

/// Passes an answer from one thread to another.
private final class AnswerBox<Value: Sendable>: Sendable {
  private let value = Mutex<Result<Value, DeploymentFailure>?>(nil)
  func give(_ result: Result<Value, DeploymentFailure>) { value.withLock { $0 = result } }
  var taken: Result<Value, DeploymentFailure>? { value.withLock { $0 } }
}
