import Basics
import DeploymentDrivers
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import Foundation
import Logging
import Posix
import SafeTexts
import TestSupport
import Testing

@testable import DashboardKit
@testable import DashboardScreen
@testable import TerminalHost

/// Who is the engine of a store, as dashboards come and go.
@Suite(.serialized) struct SessionEngineTests {
  /// A dashboard without a screen.
  private final class Dashboard: Sendable {
    let queue: MessageQueue
    let store: SessionStore
    let supervisor: EngineSupervisor

    init(_ path: String, _ configuration: Configuration?) throws {
      let queue = MessageQueue(wake: try WakePipe())
      let store = SessionStore(path: path, queue: queue)
      let engine = SessionEngine(queue: queue, store: store)
      self.queue = queue
      self.store = store
      self.supervisor = engine.supervisor(
        EngineOptions(
          storePath: path, drivers: Drivers.all, configuration: configuration,
          logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
      store.start()
      engine.start(supervisor)
    }

    private let messages = Mutex<[Message]>([])

    /// Waits until the screen has been sent such a message.
    func told(_ isIt: (Message) -> Bool) throws -> Bool {
      try eventually {
        let new = queue.drain()
        return messages.withLock { messages in
          messages += new
          return messages
        }.contains(where: isIt)
      }
    }

    /// Waits until the screen is told where the engine is.
    func tellsOfAnEngine(isHere wanted: Bool) throws -> Bool {
      try told { message in
        if case .presence(let engine, let isHere) = message {
          engine != .none && isHere == wanted
        } else {
          false
        }
      }
    }

    func stop() {
      supervisor.stop()
      store.stop()
    }
  }

  private static let configuration = """
    providers: [{ name: here, driver: simulated }]
    pools: [{ name: lab, provider: here, sizes: { l1: 2, max: 4 } }]
    """

  private func settings() -> Configuration {
    SettingsReader(drivers: Drivers.all).read(Self.configuration, file: "c").settings
      .configuration
  }

  @Test func theFirstIsTheEngineAndTheNextTakesOver() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = harness.folder + "/store.sqlite"
    let first = try Dashboard(path, settings())
    #expect(try first.tellsOfAnEngine(isHere: true))
    let second = try Dashboard(path, nil)
    #expect(try second.tellsOfAnEngine(isHere: false))
    first.stop()
    #expect(
      try second.told {
        if case .notice("the engine is in this process now") = $0 { true } else { false }
      }, "it takes over when the first has gone")
    let pools = try StoreReader(path: path).snapshot().state.pools
    #expect(pools.map(\.name) == ["lab"], "on what the first ran on")
    second.stop()
    #expect(LeaseStatus.query(store: path) == .none)
  }

  @Test func aSuspendedOneGivesTheStoreAwayAndTakesItAgain() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = harness.folder + "/store.sqlite"
    let one = try Dashboard(path, settings())
    #expect(try one.tellsOfAnEngine(isHere: true))
    one.supervisor.suspend()
    #expect(LeaseStatus.query(store: path) == .none)
    one.supervisor.resume()
    #expect(try eventually { LeaseStatus.query(store: path) != .none })
    one.stop()
  }

  @Test func aStoreThatIsNoneEndsTheSessionWithItsSentence() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = try harness.file(
      "store.sqlite", String(repeating: "this is no database ", count: 99))
    let one = try Dashboard(path, settings())
    #expect(try eventually { one.queue.reasonToEnd != nil })
    #expect(one.queue.reasonToEnd?.status == .storeTrouble)
    #expect(one.queue.reasonToEnd?.lines.first?.contains(path) ?? false)
    one.stop()
  }

  @Test func theScreenIsToldOfTheStoreOfAnswersAndOfTheEngine() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = harness.folder + "/store.sqlite"
    let one = try Dashboard(path, settings())
    func told(_ isIt: (Message) -> Bool) throws -> Bool { try one.told(isIt) }
    #expect(try told { if case .snapshot = $0 { true } else { false } })
    #expect(try told { if case .presence(.running, true) = $0 { true } else { false } })
    let request = Request(key: RequestKey("k1"), actor: "ana", verb: .pause("lab"))
    one.store.send([request])
    #expect(try told { if case .answer(request.key, .accepted) = $0 { true } else { false } })
    #expect(try told { if case .changes = $0 { true } else { false } })
    one.store.loadJournal(nil, after: nil)
    #expect(
      try told { message in
        if case .journal(nil, let events) = message { !events.isEmpty } else { false }
      })
    one.stop()
  }
}
