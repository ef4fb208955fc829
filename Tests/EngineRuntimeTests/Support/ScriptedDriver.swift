import Basics
import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What the scripted driver's calls find: it decides each answer, and remembers what was asked.
final class ScriptedWorld: Sendable {
  struct Seen: Sendable, Hashable {
    var method: String
    var name: String
  }
  typealias Script = @Sendable (Seen, CallRecord) async -> TaskState

  private struct State {
    var seen: [Seen] = []
    /// The names of what exists outside.
    var existing: Set<String> = []
    var atOnce: [String: Int] = [:]
    var mistakes: [String] = []
    /// The names of what is listed as made for `d1`.
    var leftovers: Set<String> = []
    var sink = WeakSink()
    /// How often each provider was retired, in the order in which they were made.
    var retirements: [Int] = []
  }
  private struct WeakSink: Sendable {
    weak let sink: NoticeSink?
    init(_ sink: NoticeSink? = nil) { self.sink = sink }
  }
  private let state = Mutex(State())
  private let script: Script

  init(_ script: @escaping Script = { _, _ in .finished }) { self.script = script }

  var seen: [Seen] { state.withLock { $0.seen } }
  var existing: Set<String> { state.withLock { $0.existing } }
  var leftovers: Set<String> { state.withLock { $0.leftovers } }
  func leave(_ name: String) { state.withLock { _ = $0.leftovers.insert(name) } }
  func clear(_ name: String) { state.withLock { _ = $0.leftovers.remove(name) } }
  var mistakes: [String] { state.withLock { $0.mistakes } }

  /// What the engine that watches last has given; nil once it watches no more.
  var sink: NoticeSink? { state.withLock { $0.sink.sink } }

  func watch(_ sink: NoticeSink) { state.withLock { $0.sink = WeakSink(sink) } }

  /// How often each provider was retired, in the order in which they were made.
  var retirements: [Int] { state.withLock { $0.retirements } }

  /// The number of a provider that is made.
  func noteMade() -> Int {
    state.withLock { state in
      state.retirements.append(0)
      return state.retirements.count - 1
    }
  }

  func noteRetired(_ number: Int) { state.withLock { $0.retirements[number] += 1 } }

  func count(_ method: String) -> Int { seen.count { $0.method == method } }

  func note(mistake: String) { state.withLock { $0.mistakes.append(mistake) } }

  func call(_ method: String, _ record: CallRecord) async -> TaskState {
    let seen = Seen(method: method, name: record.identity.name)
    state.withLock { state in
      state.seen.append(seen)
      state.atOnce[seen.name, default: 0] += 1
      if state.atOnce[seen.name] != 1 { state.mistakes.append("two calls at once on \(seen.name)") }
    }
    let answer = await script(seen, record)
    state.withLock { state in
      state.atOnce[seen.name, default: 0] -= 1
      guard answer == .finished else { return }
      if method.hasPrefix("deploy") { state.existing.insert(seen.name) }
      if method == "destroy" || method == "cancel" { state.existing.remove(seen.name) }
    }
    return answer
  }
}

struct ScriptedDriver: Driver {
  let world: ScriptedWorld
  let name = "scripted"
  let help = "Answers as a test wants."
  let providerParameters: [Parameter] = []
  let serviceParameters: [Parameter] = []

  func makeProvider(_ parameters: ParameterValues) throws(ParameterProblem) -> any Provider {
    var capacity: Int?
    if case .integer(let count)? = parameters["capacity"] { capacity = count }
    return ScriptedProvider(world: world, number: world.noteMade(), capacity: capacity)
  }
}

struct ScriptedProvider: NoticeSource, Inventory {
  let world: ScriptedWorld
  let number: Int
  let capacity: Int?

  func makeService(_ parameters: ParameterValues) throws(ParameterProblem) -> any Service {
    if parameters["broken"] != nil { throw ParameterProblem("broken", "it is broken") }
    return ScriptedService(world: world)
  }

  func watch(_ sink: NoticeSink) { world.watch(sink) }

  func retire() { world.noteRetired(number) }

  func problem() async -> SafeText? { nil }

  func things(ownedBy owner: String) async throws(DeploymentFailure) -> [ExternalResource] {
    // A list without what exists would let a slow machine doubt the provider.
    if world.leftovers.isEmpty, !world.existing.isEmpty {
      throw DeploymentFailure(.transient, "it lists only leftovers")
    }
    return world.leftovers.map {
      ExternalResource(
        kind: "thing", name: SafeText($0), purpose: .deployment(DeploymentID(1)),
        identity: Identity(name: $0))
    }
  }

  func remove(_ thing: ExternalResource, ownedBy owner: String) async throws(DeploymentFailure) {
    world.clear(thing.name.text)
  }
}

struct ScriptedService: Service {
  typealias Deployment = ScriptedDeployment
  let world: ScriptedWorld
  let cacheLevels = CacheLevels.l1AndL2

  func makeDeployment() -> ScriptedDeployment { ScriptedDeployment() }
}

struct ScriptedDeployment: UserDeployment {
  typealias ServiceType = ScriptedService
  var made = ""
  var uniqueId: String { made }
  var ip: String? { made.isEmpty ? nil : "\(made).example" }
  var reasonOfError: String { "" }
  var suggestedTime: TimeSpan { .milliseconds(10) }

  mutating func deployForCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    made = environment.record.identity.name
    return await environment.service.world.call("deployForCache", environment.record)
  }
  mutating func deployForUser(_ user: SafeText, _ environment: Environment) async -> TaskState {
    made = environment.record.identity.name
    return await environment.service.world.call("deployForUser", environment.record)
  }
  mutating func checkState(_ environment: Environment) async -> TaskState {
    await environment.service.world.call("checkState", environment.record)
  }
  mutating func moveToCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    await environment.service.world.call("moveToCache", environment.record)
  }
  mutating func setReady(_ environment: Environment) async -> TaskState {
    await environment.service.world.call("setReady", environment.record)
  }
  mutating func cancel(_ environment: Environment) async -> TaskState {
    await environment.service.world.call("cancel", environment.record)
  }
  mutating func destroy(_ environment: Environment) async -> TaskState {
    await environment.service.world.call("destroy", environment.record)
  }
}
