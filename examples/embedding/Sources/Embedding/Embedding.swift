import DeploymentDrivers
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Foundation
import Logging
import SafeTexts

/// A program that runs the engine itself. It assigns a deployment to a user and follows the store
/// until the user can be let in.
///
/// `Embedding` uses a store of its own and ends by itself. `Embedding STORE` runs until Return is
/// pressed, and can be watched with `dashboard --store STORE --no-engine`.
@main struct Embedding {
  let path: String

  static func main() throws {
    if CommandLine.arguments.count > 1 {
      try Embedding(path: CommandLine.arguments[1]).run { _ = readLine() }
      return
    }
    let folder = FileManager.default.temporaryDirectory.path + "/embedding-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Embedding(path: folder + "/store.sqlite").run {}
  }

  private func run(_ wait: () -> Void) throws {
    let engine = EngineService(
      EngineOptions(
        storePath: path, drivers: Drivers.all, configuration: configuration,
        logger: Logger(label: "embedding") { _ in SwiftLogNoOpLogHandler() },
        onLost: { reason in print("the engine has stopped: \(reason)") }))
    try engine.start()
    defer { engine.stop(draining: .seconds(5)) }
    print("the engine runs on \(path)")
    try assign(to: "ana")
    print("ana can connect to \(try address(of: "ana"))")
    // A program that reads the output through a pipe waits for this line.
    fflush(nil)
    wait()
  }

  private var configuration: Configuration {
    Configuration(
      providers: [ProviderConfiguration(name: "here", driver: "simulated")],
      pools: [
        PoolConfiguration(
          name: "web", provider: "here",
          service: ["steps": .integer(2), "stepTime": .duration(.milliseconds(50))],
          sizes: Sizes(l1: 2, max: 10), names: NamePattern(prefix: "web-", digits: 3))
      ])
  }

  /// Requests a deployment for a user. *Accepted* means stored, not ready.
  private func assign(to user: SafeText) throws {
    let request = Request(
      key: RequestKey(UUID().uuidString), actor: "embedding",
      verb: .assignFromPool("web", user: user))
    let replies = try RequestClient(path: path).ask([request], timeout: .seconds(30))
    switch replies[request.key] {
    case .accepted(_, let note): print(note)
    case .refused(let refusal): throw Failure(text: refusal.sentence.text)
    case nil: throw Failure(text: "no engine answered in time")
    }
  }

  /// Follows the store until the user can be let in.
  private func address(of user: SafeText) throws -> String {
    let changed = DispatchSemaphore(value: 0)
    let watcher = StoreWatcher(path: path) { changed.signal() }
    defer { watcher.stop() }
    let reader = try StoreReader(path: path)
    var found = try reader.snapshot()
    while true {
      for deployment in found.state.deployments
      where deployment.placement.holder == user && deployment.isLetIn {
        if let ip = deployment.ip { return ip.text }
      }
      guard changed.wait(timeout: .now() + 30) == .success else {
        throw Failure(text: "\(user) was not let in within 30 s")
      }
      found = try reader.snapshot()
    }
  }

  private struct Failure: Error {
    let text: String
  }
}
