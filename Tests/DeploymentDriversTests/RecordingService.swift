import Basics
import DeploymentInterface
import SafeTexts

/// A service whose deployments record their calls and answer according to `script`.
struct RecordingService: Service {
  typealias PublicationType = RecordingPublication
  var script: [String: TaskState] = [:]
  var padding = 0
  /// The deployment's `reasonOfError` after `setReady`.
  var reason = ""
  /// Thrown by `destroy` instead of an answer.
  var thrown: DeploymentFailure?
  var publishes = false
  var cacheLevels: CacheLevels { .l1AndL2 }
  var manager: RecordingOSManager?
  var osManager: (any OSManager)? { manager }
  func makeDeployment() -> RecordingDeployment { .init() }
  func makePublication() -> RecordingPublication? { publishes ? .init() : nil }
}

final class RecordingOSManager: OSManager {
  private let names = Mutex<[String]>([])
  var waitsForReady: Bool { true }
  func release(_ record: CallRecord) async {
    names.withLock { $0.append(record.identity.name) }
  }
  var released: [String] { names.withLock { $0 } }
}

struct RecordingDeployment: UserDeployment {
  typealias ServiceType = RecordingService
  static let dataVersion: UInt8 = 3
  static func migrated(_ json: [UInt8], from version: UInt8) -> [UInt8]? {
    version == 2 ? Array(#"{"told":["migrated"],"padding":"","reason":""}"#.utf8) : nil
  }

  var told: [String] = []
  var padding = ""
  var reason = ""
  var uniqueId: String { told.isEmpty ? "" : "id\u{1b}[31m" }
  var ip: String? { told.contains("deployForCache L1") ? "10.0.0.7" : nil }
  var reasonOfError: String { told.last == "setReady" ? reason : "" }
  var suggestedTime: TimeSpan { .milliseconds(Int64(told.count)) }
  var progress: Progress? { .init(done: told.count, of: 9) }

  private mutating func note(_ word: String, _ environment: Environment) async -> TaskState {
    // Suspends in the middle: afterwards the value must still be the one that was called.
    await Task.yield()
    told.append(word)
    padding = String(repeating: "x", count: environment.service.padding)
    reason = environment.service.reason
    environment.doLog(.info, SafeText(word))
    return environment.service.script[word] ?? .finished
  }

  mutating func initialize(_ environment: Environment) {
    told.append("initialize \(environment.nameGenerator.get())")
  }
  mutating func deployForCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    await note("deployForCache \(level.rawValue)", environment)
  }
  mutating func deployForUser(_ user: SafeText, _ environment: Environment) async -> TaskState {
    await note("deployForUser \(user)", environment)
  }
  mutating func checkState(_ environment: Environment) async -> TaskState {
    await note("checkState", environment)
  }
  mutating func moveToCache(_ level: CacheLevel, _ environment: Environment) async -> TaskState {
    await note("moveToCache \(level.rawValue)", environment)
  }
  mutating func setReady(_ environment: Environment) async -> TaskState {
    await note("setReady", environment)
  }
  mutating func notifyReadyFromOSManager(
    _ data: SafeText?, _ environment: Environment
  ) async -> TaskState { await note("notifyReady \(data ?? "nothing")", environment) }
  mutating func cancel(_ environment: Environment) async -> TaskState {
    await note("cancel", environment)
  }
  mutating func destroy(
    _ environment: Environment
  ) async throws(DeploymentFailure) -> TaskState {
    let answer = await note("destroy", environment)
    if let thrown = environment.service.thrown { throw thrown }
    return answer
  }
  mutating func assignToUser(_ user: SafeText, _ environment: Environment) async {
    _ = await note("assignToUser \(user)", environment)
  }
  mutating func finish(_ environment: Environment) async { _ = await note("finish", environment) }
  mutating func setIp(_ ip: SafeText, _ environment: Environment) async {
    _ = await note("setIp \(ip)", environment)
  }
  mutating func userLoggedIn(_ user: SafeText, _ environment: Environment) async {
    _ = await note("userLoggedIn \(user)", environment)
  }
  mutating func userLoggedOut(_ user: SafeText, _ environment: Environment) async {
    _ = await note("userLoggedOut \(user)", environment)
  }
}

struct RecordingPublication: Publication {
  typealias ServiceType = RecordingService
  var told: [String] = []
  var suggestedTime: TimeSpan { .milliseconds(5) }

  mutating func publish(_ environment: PublicationEnvironment<ServiceType>) async -> TaskState {
    told.append("publish \(environment.record.identity.name)")
    return .running
  }
  mutating func checkState(_ environment: PublicationEnvironment<ServiceType>) async -> TaskState {
    told.append("checkState")
    return .finished
  }
  mutating func cancel(_ environment: PublicationEnvironment<ServiceType>) async -> TaskState {
    .finished
  }
  mutating func destroy(_ environment: PublicationEnvironment<ServiceType>) async -> TaskState {
    .finished
  }
}
