import DeploymentInterface
import SafeTexts

/// A deployment that exists only as its stored data. It calls nothing outside, reads no clock, uses
/// only seeded random numbers, and refuses calls that the interface forbids.
struct SimulatedDeployment: UserDeployment {
  typealias ServiceType = SimulatedService

  /// The stages of its life.
  enum Stage: String, Codable {
    case absent, deployed, gone
  }

  private(set) var name = ""
  private(set) var uniqueId = ""
  private(set) var ip: String?
  private var stage = Stage.absent
  private var level: CacheLevel?
  private var target: CacheLevel?
  private var work = SimulatedWork()

  var suggestedTime: TimeSpan { work.pause }
  var progress: Progress? { work.progress }

  mutating func initialize(_ environment: Environment) {
    name = environment.name
    uniqueId = environment.mac?.description ?? name
  }

  mutating func deployForCache(
    _ level: CacheLevel, _ environment: Environment
  ) async -> TaskState {
    guard environment.service.cacheLevels.contains(level) else {
      return object("it has no cache level \(level.rawValue)")
    }
    return await deploy(.deployForCache, to: level, environment)
  }

  mutating func deployForUser(_ user: SafeText, _ environment: Environment) async -> TaskState {
    await deploy(.deployForUser, to: nil, environment)
  }

  private mutating func deploy(
    _ operation: SimulatedOperation, to level: CacheLevel?, _ environment: Environment
  ) async -> TaskState {
    guard stage == .absent else {
      return object("it is \(stage.rawValue) and cannot be deployed again")
    }
    if environment.service.plan.publishes, environment.publication == nil {
      return object("there is no publication to clone")
    }
    target = level
    return await start(operation, environment)
  }

  mutating func checkState(_ environment: Environment) async -> TaskState {
    let operation = work.operation
    let answer = await work.check(environment.service.plan, subject(environment))
    if answer == .finished, let operation { finished(operation, environment) }
    return answer
  }

  mutating func moveToCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    guard environment.service.cacheLevels == .l1AndL2 else { return object("it has no L2 cache") }
    guard !environment.record.placement.isAssigned else {
      return object("it is assigned and cannot return to the cache")
    }
    guard stage == .deployed else { return object("it is \(stage.rawValue) and cannot be moved") }
    target = level
    return await start(.moveToCache, environment)
  }

  mutating func setReady(_ environment: Environment) async -> TaskState {
    guard stage == .deployed else { return object("it is \(stage.rawValue)") }
    return await start(.setReady, environment)
  }

  mutating func notifyReadyFromOSManager(
    _ data: SafeText?, _ environment: Environment
  ) async -> TaskState {
    await start(.notifyReadyFromOSManager, environment)
  }

  mutating func cancel(_ environment: Environment) async -> TaskState {
    stage == .gone ? .finished : await start(.cancel, environment)
  }

  mutating func destroy(_ environment: Environment) async -> TaskState {
    stage == .gone ? .finished : await start(.destroy, environment)
  }

  mutating func assignToUser(_ user: SafeText, _ environment: Environment) async {
    level = nil
  }

  mutating func setIp(_ ip: SafeText, _ environment: Environment) async {
    self.ip = ip.text
  }

  private mutating func start(
    _ operation: SimulatedOperation, _ environment: Environment
  ) async -> TaskState {
    let answer = await work.start(operation, environment.service.plan, subject(environment))
    if answer == .finished { finished(operation, environment) }
    return answer
  }

  private mutating func finished(_ operation: SimulatedOperation, _ environment: Environment) {
    switch operation {
    case .deployForCache, .deployForUser:
      stage = .deployed
      level = target
      ip = Self.address(environment.record.id)
    case .moveToCache: level = target
    case .cancel, .destroy:
      stage = .gone
      ip = nil
    case .setReady, .notifyReadyFromOSManager, .checkState, .publish: break
    }
  }

  private func subject(_ environment: Environment) -> SimulatedWork.Subject {
    .init(name: name, id: environment.record.id)
  }

  private func object(_ why: String) -> TaskState {
    .error(DeploymentFailure(.permanent, SafeText("\(name): \(why)")))
  }

  /// An address of 10.0.0.0/8; 16 million consecutive numbers get different ones.
  static func address(_ id: Int64) -> String {
    let low = id % 254 + 1
    return "10.\(id / 254 / 256 % 256).\(id / 254 % 256).\(low)"
  }
}
