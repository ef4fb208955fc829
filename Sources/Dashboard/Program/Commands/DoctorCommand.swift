import ArgumentParser
import Basics
import DashboardScreen
import DeploymentDrivers
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

struct DoctorCommand: ParsableCommand, DashboardSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check the configuration, the store and the platforms, and say what to do.",
    usage: "dashboard doctor [--json]",
    discussion: """
      Changes nothing. The exit status is 1 if something needs to be done.
      """)

  @OptionGroup var global: GlobalOptions

  func perform(_ context: CommandContext) throws(CommandFailure) {
    var findings = [try Self.configuration(global, context)]
    let place = try CommandEnvironment.findLeniently(global, context)
    let store = StoreExamination(path: place.storePath, at: context.clock.now)
    findings += Self.findings(on: store, at: place.storePath)
    if store.size != nil, let obstacle = place.storeAccess.obstacle(store: place.storePath) {
      findings.append(Finding("access", obstacle.text, isTrouble: true))
    }
    findings += Self.outside(store)
    if let state = store.state {
      findings += state.pools.compactMap { Self.pool($0, state) }
      findings += state.providers.map(Self.provider)
    }
    if global.json {
      try context.answer(.array(findings.map(\.document)))
    } else {
      try context.answer(findings.flatMap(\.lines))
    }
    if findings.contains(where: \.isTrouble) { throw CommandFailure(.failed, lines: []) }
  }

  // MARK: Findings

  private static func configuration(
    _ global: GlobalOptions, _ context: CommandContext
  ) throws(CommandFailure) -> Finding {
    let found: (path: String, reading: SettingsReading)?
    do throws(CommandFailure) {
      found = try CommandEnvironment.configuration(global, context)
    } catch {
      guard global.store != nil else { throw error }
      return Finding(
        "configuration", "cannot be read", isTrouble: true, toDo: ["correct its path or its mode"])
    }
    guard let found else {
      return Finding(
        "configuration", "not found", isTrouble: true,
        toDo: ["write one (`dashboard demo` works without)"])
    }
    defer { found.reading.retire() }
    let problems = found.reading.problems.count
    let path = try CommandEnvironment.findLeniently(global, context).storePath
    let stored = CommandEnvironment.storedState(path)
    let goesOn =
      stored?.configuration.pools.isEmpty == false
      ? ["until then an engine goes on with the configuration in the store"] : []
    if problems == 0, let stored {
      let change = ConfigurationChange(
        settings: found.reading.settings, drivers: context.drivers, stored: stored)
      if let first = change.objections(ReloadConsent(), noticesRemovals: false).first {
        return Finding(
          "configuration", "\(found.path): \(first)", isTrouble: true, toDo: goesOn)
      }
    }
    if problems == 0 { return Finding("configuration", "\(found.path) has no problems") }
    return Finding(
      "configuration", "\(found.path) has \(counted(problems, "problem"))", isTrouble: true,
      toDo: ["`dashboard check` lists \(problems == 1 ? "it" : "them")"] + goesOn)
  }

  private static func findings(on store: StoreExamination, at path: String) -> [Finding] {
    var findings = [Self.store(store, at: path), engine(store)]
    if store.isReadOnly {
      findings.append(
        Finding(
          "disk", "the disk of \(path) is mounted read-only", isTrouble: true,
          toDo: ["mount it read-write: no engine can run until the store can be written"]))
    } else if let free = store.free {
      let isLow = free < leastFree
      findings.append(
        Finding(
          "disk", "\(amount(free)) free for \(path)", isTrouble: isLow,
          toDo: isLow ? ["free some space: the engine does nothing that it cannot store"] : [])
      )
    }
    return findings
  }

  /// The least free space, in bytes; the log alone can grow to some ten million.
  private static let leastFree: Int64 = 64_000_000

  private static func store(_ store: StoreExamination, at path: String) -> Finding {
    if let failure = store.failure {
      if failure.kind == .absent {
        return Finding("store", "no store at \(path) yet; the first engine creates it")
      }
      let steps = failure.kind == .damaged ? restoring(path) : []
      return Finding("store", failure.sentence.text, isTrouble: true, toDo: steps)
    }
    let deployments = store.state?.deployments.count { !$0.phase.isHistory } ?? 0
    return Finding(
      "store",
      "\(path) is intact: \(counted(deployments, "deployment")), "
        + "\(store.commits ?? 0) commits, \(amount(store.size ?? 0))")
  }

  private static func restoring(_ path: String) -> [String] {
    [
      "before anything else, copy it, \(path)-wal and \(path).lock",
      "restore the newest good copy and start the engine: it finds existing resources by their "
        + "tags, removes nothing, and reports if the copy is too old",
    ]
  }

  private static func engine(_ store: StoreExamination) -> Finding {
    switch store.presence {
    case .none: return Finding("engine", "not running")
    case .running(let pid, let host, _):
      return Finding("engine", "running with pid \(pid) on \(host)")
    case .silent(let pid, let host, let age):
      return Finding(
        "engine", "pid \(pid) on \(host) holds the store and has been silent for \(age.spoken)",
        isTrouble: true,
        toDo: ["check that process; the next engine ends it first, if permitted"])
    }
  }

  /// The processes of this machine that carry the store's mark. Other drivers know their own
  /// resources.
  private static func outside(_ store: StoreExamination) -> [Finding] {
    guard let owner = store.storeID else { return [] }
    let processes: [MarkedProcess]
    do throws(DeploymentFailure) {
      processes = try ProcessInventory.processes(ownedBy: owner).filter(\.isLeader)
    } catch {
      return [Finding("processes", error.reason.text, isTrouble: true, toDo: ["try again"])]
    }
    guard let state = store.state else {
      return processes.isEmpty
        ? [] : [unrecorded(processes, "are running, and no record can be read")]
    }
    let recorded = Set(state.deployments.lazy.filter { !$0.phase.isHistory }.map(\.id))
    let orphans = processes.filter { $0.deployment.map(recorded.contains) != true }
    let known = processes.count - orphans.count
    var findings: [Finding] = []
    if known > 0 { findings.append(Finding("processes", "\(known) are running and have a record")) }
    if !orphans.isEmpty { findings.append(unrecorded(orphans, "are running without a record")) }
    return findings
  }

  /// A pool that cannot do what it should; nil: it can.
  private static func pool(_ pool: Pool, _ state: StoredState) -> Finding? {
    let sentence =
      pool.problem ?? state.failing(in: pool.id)
      ?? pool.restraint.map { "restrained: \($0.reason)" }
    return sentence.map {
      Finding(
        "pool", "\(pool.name): \($0)", isTrouble: true,
        toDo: ["`dashboard why \(pool.name)` explains it"])
    }
  }

  /// What the engine knows of the resources on a provider.
  private static func provider(_ provider: ProviderRecord) -> Finding {
    let list = provider.orphans
    let name = provider.name
    if provider.inMaintenance {
      return Finding("provider", "\(name) is in maintenance: nobody looks at it")
    }
    if let problem = list.problem {
      return Finding(
        "provider", "\(name): \(problem)", isTrouble: true,
        toDo: ["`dashboard orphans` asks it again"])
    }
    guard list.listedAt != nil else {
      return Finding("provider", "\(name) was not listed, so orphans on it are not known")
    }
    let count = list.confirmed.count + list.more
    return count == 0
      ? Finding("provider", "\(name) was listed and has no orphans")
      : Finding(
        "provider", "\(name) has \(counted(count, "orphan"))", isTrouble: true,
        toDo: ["`dashboard orphans` lists them"])
  }

  private static func unrecorded(_ processes: [MarkedProcess], _ how: String) -> Finding {
    let shown = processes.prefix(8).map { "\($0.name) pid \($0.pid)" }.joined(separator: ", ")
    let rest = processes.count > 8 ? " and \(processes.count - 8) more" : ""
    return Finding(
      "processes", "\(processes.count) of this store \(how): \(shown)\(rest)", isTrouble: true,
      toDo: ["leave them if the store may be restored; otherwise end them by pid"])
  }

  private static func amount(_ bytes: Int64) -> String {
    switch bytes {
    case ..<1_000_000: "\((bytes + 999) / 1000) kB"
    case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
    default: "\(bytes / 1_000_000_000) GB"
    }
  }
}

/// One result of the examination.
private struct Finding {
  let about: String
  let sentence: String
  let isTrouble: Bool
  let toDo: [String]

  init(_ about: String, _ sentence: String, isTrouble: Bool = false, toDo: [String] = []) {
    self.about = about
    self.sentence = SafeText(sentence).text
    self.isTrouble = isTrouble
    self.toDo = toDo
  }

  var lines: [String] {
    ["\(isTrouble ? "TROUBLE" : "ok     ")  \(about): \(sentence)"]
      + toDo.map { "         - \($0)" }
  }

  var document: JSONValue {
    [
      "about": .text(SafeText(about)), "ok": .bool(!isTrouble),
      "finding": .text(SafeText(sentence)),
      "toDo": .array(toDo.map { .text(SafeText($0)) }),
    ]
  }
}
