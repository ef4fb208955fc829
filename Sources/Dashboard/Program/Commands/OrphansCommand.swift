import ArgumentParser
import Basics
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Glibc
import Posix
import SafeTexts

struct OrphansCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "orphans",
    abstract: "List orphans: resources that carry this store's mark and have no record.",
    usage: "dashboard orphans [--remove <name>...] [--json]",
    discussion: """
      Asks the providers that can list their resources (libvirt, \
      command if its program supports `list`, process, static). Only resources named \
      after --remove are removed, and none that a later state of this store created: then \
      the store is an old copy. A provider in maintenance is not asked. If one could not be \
      asked, the exit status is 69, and --json has an item with the reason as `problem`.
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
      configured: found.reading.settings.configuration.providers.map(\.name),
      providers: found.reading.providers.map { ($0.name, $0.provider) },
      storePath: try CommandEnvironment.find(global, context).storePath)
    let orphans = try search.orphans()
    for gap in search.gaps { context.remark("dashboard: \(gap.sentence)") }
    if !remove.isEmpty { return try removeNamed(orphans, search, context) }
    if global.json {
      try context.answer(.array(orphans.map(\.document) + search.gaps.map(\.document)))
    } else if !orphans.isEmpty {
      try context.answer(Self.table(orphans))
    } else if search.gaps.isEmpty {
      try context.answer([search.nothingFound])
    }
    // Who could not look everywhere does not say that there is nothing.
    if !search.gaps.isEmpty { throw CommandFailure(.unavailable, lines: []) }
  }

  private func removeNamed(
    _ orphans: [FoundOrphan], _ search: OrphanSearch, _ context: CommandContext
  ) throws(CommandFailure) {
    var failures: [String] = []
    var status = ExitStatus.failed
    for name in remove {
      guard let orphan = orphans.first(where: { $0.isNamed(name) }) else {
        if !search.gaps.isEmpty { status = .unavailable }
        let elsewhere = search.gaps.isEmpty ? "" : " where it was possible to look"
        failures.append("\(name): no orphan has this name\(elsewhere)")
        continue
      }
      if let refusal = orphan.refusal ?? search.remove(orphan) {
        failures.append("\(name): \(refusal)")
      } else {
        note(orphan, search, context)
        try context.answer(["\(name): removed"])
      }
    }
    if !failures.isEmpty { throw CommandFailure(status, lines: failures) }
  }

  /// The engine's events must tell who removed something.
  private func note(_ orphan: FoundOrphan, _ search: OrphanSearch, _ context: CommandContext) {
    guard LeaseStatus.query(store: search.storePath) != .none else {
      return context.remark("dashboard: no engine runs, so no event tells of the removal")
    }
    let name = OrphanName(
      provider: SafeText(orphan.provider), kind: orphan.thing.kind, name: orphan.thing.name)
    let key = "cli-" + String(UInt64.random(in: .min ... .max), radix: 36)
    let request = Request(
      key: RequestKey(key), actor: context.actor, verb: .noteRemoval(name))
    do throws(StoreFailure) {
      _ = try RequestClient(path: search.storePath).ask([request], timeout: context.patience)
    } catch {
      context.remark("dashboard: no event tells of the removal: \(error.sentence)")
    }
  }

  private static func table(_ orphans: [FoundOrphan]) -> TextTable {
    var table = TextTable([
      .init("PROVIDER"), .init("KIND"), .init("NAME"), .init("MADE FOR"), .init("WHY"),
    ])
    for orphan in orphans {
      table.add([
        SafeText(orphan.provider), orphan.thing.kind, orphan.thing.name, orphan.madeForWords,
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

  /// Whether this is its name on the platform, or the name of the deployment it was made for.
  func isNamed(_ name: String) -> Bool {
    thing.name.text == name || thing.identity?.name == name
  }

  var madeFor: SafeText { SafeText(thing.purpose.description) }

  /// With the name of the deployment, which people know.
  var madeForWords: SafeText {
    guard let name = thing.identity?.name, name != thing.name.text else { return madeFor }
    return "\(madeFor) \(SafeText(name))"
  }

  var document: JSONValue {
    [
      "provider": .text(SafeText(provider)), "kind": .text(thing.kind),
      "name": .text(thing.name), "madeFor": .text(madeFor), "because": .text(cause.words),
      "removable": .bool(refusal == nil), "problem": .null,
    ]
  }
}

/// A provider where nobody could look.
private struct Gap: Sendable {
  let provider: String
  let reason: SafeText

  var sentence: String { "could not look at provider \(SafeText(provider)): \(reason)" }

  var document: JSONValue {
    [
      "provider": .text(SafeText(provider)), "kind": .null, "name": .null, "madeFor": .null,
      "because": .null, "removable": .bool(false), "problem": .text(reason),
    ]
  }
}

/// Searches for orphans.
private final class OrphanSearch {
  private let configured: [String]
  private let providers: [(name: String, provider: any Provider)]
  let storePath: String
  private var storeID = ""
  /// The providers that could not be asked.
  private(set) var gaps: [Gap] = []

  /// - Parameters:
  ///   - configured: the names of all providers of the configuration.
  ///   - providers: those that could be made.
  init(
    configured: [String], providers: [(name: String, provider: any Provider)], storePath: String
  ) {
    self.configured = configured
    self.providers = providers
    self.storePath = storePath
  }

  /// The answer if every provider that can list its resources was asked and there are no orphans.
  var nothingFound: String {
    let unlisted = providers.filter { !($0.provider is any Inventory) }.map {
      "\(SafeText($0.name))"
    }
    if unlisted.count == providers.count { return "no provider can list what exists on it" }
    if unlisted.isEmpty { return "there are no orphans" }
    return "there are no orphans; \(unlisted.joined(separator: ", ")) cannot list what exists"
  }

  /// Lists the resources before the records: a resource created meanwhile already has a record.
  func orphans() throws(CommandFailure) -> [FoundOrphan] {
    let before = try snapshot()
    storeID = before.storeID
    let resting = Set(before.state.providers.filter(\.inMaintenance).map(\.name))
    gaps = configured.filter { name in !providers.contains { $0.name == name } }.map {
      Gap(provider: $0, reason: "its configuration has a problem: see `dashboard check`")
    }
    let stranger = strangerReason
    var things: [(String, any Inventory, ExternalResource)] = []
    for (name, provider) in providers {
      guard let inventory = provider as? any Inventory else { continue }
      if let stranger {
        gaps.append(Gap(provider: name, reason: stranger))
        continue
      }
      guard !resting.contains(SafeText(name)) else {
        gaps.append(Gap(provider: name, reason: "it is in maintenance, so no call is made"))
        continue
      }
      let owner = storeID
      switch waiting({ () async throws(DeploymentFailure) in
        try await inventory.things(ownedBy: owner)
      }) {
      case .success(let found): things += found.map { (name, inventory, $0) }
      case .failure(let failure): gaps.append(Gap(provider: name, reason: failure.reason))
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

  /// Why the caller sees less than the engine does, for example of its processes; nil: they see the
  /// same.
  private var strangerReason: SafeText? {
    let user = geteuid()
    guard user != 0, let owner = (try? FileStatus(path: storePath))?.owner, owner != user else {
      return nil
    }
    return "the store belongs to user \(owner), and only that user sees all of it"
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
