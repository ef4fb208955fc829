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
@Suite(.serialized) struct EngineSeatTests {
  /// A dashboard without a screen.
  private final class Seat: Sendable {
    let mail: SessionMail
    let store: SessionStore
    let seat: EngineSeat

    init(_ path: String, _ configuration: Configuration?) throws {
      let mail = SessionMail(wake: try WakePipe())
      let store = SessionStore(path: path, mail: mail)
      let told = Told()
      self.mail = mail
      self.store = store
      self.told = told
      self.seat = EngineSeat(
        EngineOptions(
          storePath: path, drivers: Drivers.all, configuration: configuration,
          logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }), mail: mail
      ) { isHere in
        told.set(isHere)
        store.engineIsHere(isHere)
      }
      store.start()
      seat.start()
    }

    private let told: Told
    var hasEngine: Bool { told.value == true }
    func stop() {
      seat.stop()
      store.stop()
    }
  }

  private final class Told: Sendable {
    private let state = Mutex<Bool?>(nil)
    var value: Bool? { state.withLock { $0 } }
    func set(_ value: Bool) { state.withLock { $0 = value } }
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
    let first = try Seat(path, settings())
    #expect(try eventually { first.hasEngine })
    let second = try Seat(path, nil)
    #expect(try eventually { EnginePresence.query(store: path) != .none })
    #expect(!second.hasEngine)
    first.stop()
    #expect(try eventually { second.hasEngine }, "it takes over when the first has gone")
    let pools = try StoreReader(path: path).snapshot().state.pools
    #expect(pools.map(\.name) == ["lab"], "on what the first ran on")
    second.stop()
    #expect(EnginePresence.query(store: path) == .none)
  }

  @Test func aSuspendedOneGivesTheStoreAwayAndTakesItAgain() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = harness.folder + "/store.sqlite"
    let seat = try Seat(path, settings())
    #expect(try eventually { seat.hasEngine })
    seat.seat.suspend()
    #expect(EnginePresence.query(store: path) == .none)
    seat.seat.resume()
    #expect(try eventually { EnginePresence.query(store: path) != .none })
    seat.stop()
  }

  @Test func aStoreThatIsNoneEndsTheSessionWithItsSentence() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = try harness.file(
      "store.sqlite", String(repeating: "this is no database ", count: 99))
    let seat = try Seat(path, settings())
    #expect(try eventually { seat.mail.reasonToEnd != nil })
    #expect(seat.mail.reasonToEnd?.status == .storeTrouble)
    #expect(seat.mail.reasonToEnd?.lines.first?.contains(path) ?? false)
    seat.stop()
  }

  @Test func theScreenIsToldOfTheStoreOfAnswersAndOfTheEngine() throws {
    let harness = try Harness()
    defer { harness.remove() }
    let path = harness.folder + "/store.sqlite"
    let seat = try Seat(path, settings())
    var messages: [Message] = []
    func told(_ isIt: (Message) -> Bool) throws -> Bool {
      try eventually {
        messages += seat.mail.drain()
        return messages.contains(where: isIt)
      }
    }
    #expect(try told { if case .snapshot = $0 { true } else { false } })
    #expect(try told { if case .presence(.running, true) = $0 { true } else { false } })
    let request = Request(key: RequestKey("k1"), actor: "ana", verb: .pause("lab"))
    seat.store.send([request])
    #expect(try told { if case .answer(request.key, .accepted) = $0 { true } else { false } })
    #expect(try told { if case .changes = $0 { true } else { false } })
    seat.store.loadJournal(nil, after: nil)
    #expect(
      try told { message in
        if case .journal(nil, let events) = message { !events.isEmpty } else { false }
      })
    seat.stop()
  }
}
