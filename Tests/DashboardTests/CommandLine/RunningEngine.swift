import DeploymentDrivers
import DeploymentInterface
import EngineRuntime
import Logging
import SafeTexts

@testable import DashboardKit

/// An engine on a store of its own, and the program's commands on that store.
struct RunningEngine {
  let harness: Harness
  let engine: EngineService
  let store: String
  private let configuration: String

  init(_ configuration: String) throws {
    harness = try Harness()
    store = harness.folder + "/store.sqlite"
    self.configuration = try harness.file("config.yaml", "store: store.sqlite\n" + configuration)
    engine = try Self.start(on: store, self.configuration)
  }

  /// Another engine on the same store, after the first one has stopped.
  func next() throws -> EngineService { try Self.start(on: store, configuration) }

  private static func start(on store: String, _ configuration: String) throws -> EngineService {
    let reading = try SettingsReader(drivers: Drivers.all).read(path: configuration)
    let engine = EngineService(
      EngineOptions(
        storePath: store, drivers: Drivers.all, configuration: reading.settings.configuration,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    try engine.start()
    _ = engine.waitUntilIdle(timeout: .seconds(300))
    return engine
  }

  func end() {
    engine.stop(draining: .seconds(1))
    harness.remove()
  }

  /// - Parameter signal: a signal that comes while the command waits.
  func run(_ line: String, signal: Int32? = nil) -> RunResult {
    let output = MemorySink()
    let errors = MemorySink()
    var context = CommandContext(
      environment: harness.environment, output: output, errors: errors, drivers: Drivers.all)
    context.actor = "ana@pts/3"
    context.signals = { PendingSignals { signal } }
    let arguments = line.split(separator: " ").map(String.init)
    let status = DashboardProgram.run(arguments + ["--config", configuration], context)
    return RunResult(status: status, output: output.text, errors: errors.text)
  }
}
