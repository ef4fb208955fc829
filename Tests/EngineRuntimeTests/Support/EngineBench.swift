import Basics
import DeploymentEngine
import DeploymentInterface
import Logging
import SafeTexts

@testable import EngineRuntime
@testable import EngineStore

/// An engine on a store of its own, with a scripted world outside.
struct EngineBench {
  let temporary: TemporaryStore
  let world: ScriptedWorld
  /// How far the engine's monotonic clock is ahead of the machine's.
  let ahead = Ahead()

  init(_ script: @escaping ScriptedWorld.Script = { _, _ in .finished }) throws {
    temporary = try TemporaryStore()
    world = ScriptedWorld(script)
  }

  static func configuration(
    l1: Int, pools: [String] = ["lab"], call: TimeSpan = .seconds(30)
  ) -> Configuration {
    Configuration(
      providers: [ProviderConfiguration(name: "here", driver: "scripted")],
      pools: pools.map { name in
        PoolConfiguration(
          name: name, provider: "here", sizes: Sizes(l1: l1, max: 40),
          names: NamePattern(prefix: name + "-", digits: 3),
          deadlines: PoolDeadlines(call: call))
      })
  }

  func options(_ configuration: Configuration?) -> EngineOptions {
    EngineOptions(
      storePath: temporary.path, drivers: [ScriptedDriver(world: world)],
      configuration: configuration,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      seed: 1, clock: EngineClock { [ahead] in ahead.time })
  }

  func engine(_ configuration: Configuration?) -> EngineService {
    EngineService(options(configuration))
  }

  func snapshot() throws -> StoredState { try StoreReader(path: temporary.path).snapshot().state }

  /// Moves the engine's monotonic clock on, so that what is due then is due. The wall clock stays:
  /// clients reckon by it when a request is too old.
  func pass(_ span: TimeSpan, _ engine: EngineService) {
    ahead.span.withLock { $0 = $0 + span }
    engine.wake()
  }

  /// The states of all deployments, by name.
  func states() throws -> [String: DeploymentState] {
    Dictionary(
      uniqueKeysWithValues: try snapshot().deployments.map { ($0.identity.name, $0.state) })
  }

  func journal() throws -> [String] {
    try StoreReader(path: temporary.path).journalTail(deployment: nil, limit: 1000)
      .map(\.entry.message.text)
  }

  func ask(_ verb: Verb, key: String = "k") throws -> Reply? {
    let request = Request(key: RequestKey(key), actor: "tester", verb: verb)
    return try RequestClient(path: temporary.path)
      .ask([request], timeout: .seconds(20))[request.key]
  }
}

/// Clocks of which the monotonic one can be moved on.
final class Ahead: Sendable {
  let span = Mutex(TimeSpan.zero)

  var time: EngineTime {
    let now = EngineClock.system.now
    let span = span.withLock { $0 }
    return EngineTime(moment: now.moment + span, utc: now.utc)
  }
}
