import DeploymentEngine
import DeploymentInterface
import DriverConformance
import EngineRuntime
import EngineStore
import Foundation
import Logging
import SafeTexts
import Synchronization
import Testing

/// The products as the author of a driver or of an embedding program uses them.
@Suite struct ProductTests {
  @Test func aDriverOfAStrangerConforms() async throws {
    let driver = ShelfDriver()
    let provider = try driver.makeProvider([:])
    var fixture = ConformanceFixture(try provider.makeService([:]), owner: "kit")
    fixture.failing = try provider.makeService(["broken": .bool(true)])
    fixture.count = { thing in
      driver.shelf.boxes.withLock { $0[thing.identity.name] } == "\(thing.owner) \(thing.id)"
        ? 1 : 0
    }
    fixture.vanish = { thing in driver.shelf.boxes.withLock { $0[thing.identity.name] = nil } }
    let report = await Conformance(fixture).run()
    #expect(report.failures.isEmpty)
  }

  @Test func anEngineRunsADriverOfAStranger() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/products-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/store.sqlite"
    let engine = EngineService(
      EngineOptions(
        storePath: path, drivers: [ShelfDriver()],
        configuration: Configuration(
          providers: [ProviderConfiguration(name: "here", driver: "shelf")],
          pools: [
            PoolConfiguration(
              name: "lab", provider: "here", service: ["network": .text("198.51.100")],
              sizes: Sizes(l1: 2, max: 4), names: NamePattern(prefix: "lab-", digits: 2))
          ]),
        logger: Logger(label: "products") { _ in SwiftLogNoOpLogHandler() }))
    try engine.start()
    defer { engine.stop(draining: .seconds(5)) }
    let request = Request(
      key: RequestKey("1"), actor: "test", verb: .assignFromPool("lab", user: "ana"))
    let replies = try RequestClient(path: path).ask([request], timeout: .seconds(30))
    guard case .accepted? = replies[request.key] else {
      Issue.record("\(String(describing: replies[request.key]))")
      return
    }
    #expect(try address(of: "ana", in: path)?.hasPrefix("198.51.100.") == true)
  }

  private func address(of user: SafeText, in path: String) throws -> String? {
    let changed = DispatchSemaphore(value: 0)
    let watcher = StoreWatcher(path: path) { changed.signal() }
    defer { watcher.stop() }
    let reader = try StoreReader(path: path)
    repeat {
      let deployments = try reader.snapshot().state.deployments
      let own = deployments.first { $0.placement.holder == user && $0.isLetIn }
      if let ip = own?.ip { return ip.text }
    } while changed.wait(timeout: .now() + 30) == .success
    return nil
  }

  @Test(
    arguments: [
      (Duration.milliseconds(1500), 1500), (.microseconds(1999), 1), (.seconds(-2), -2000),
      (.seconds(Int64.max), Int64.max), (.seconds(Int64.min), Int64.min),
    ] as [(Duration, Int64)])
  func aDurationBecomesATimeSpan(_ duration: Duration, _ milliseconds: Int64) {
    #expect(TimeSpan(duration) == .milliseconds(milliseconds))
  }
}
