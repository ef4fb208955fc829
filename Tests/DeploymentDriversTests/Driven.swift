import DeploymentDrivers
import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

/// What the engine does with one deployment: keeps what the driver stored, makes one call at a
/// time.
struct Driven {
  let service: any Service
  var owner = "owner"
  var id: Int64 = 7
  var name = "lab-007"
  var mac: MACAddress?
  var port: UInt16?
  var placement = Placement.cache(.l1, reservedFor: nil)
  var publication: PublicationReference?
  var data: [UInt8] = []
  /// What the engine's clock shows.
  var milliseconds: Int64 = 0
  var log: [String] = []
  var last = CallOutcome(id: CallID(1), answer: nil)
  /// Makes every call twice with the same stored data, as after a crash between call and commit.
  var isDoubled = false

  init(_ service: any Service) { self.service = service }

  var ip: String? { last.ip?.text }

  /// One call; its outcome is stored.
  @discardableResult
  mutating func call(_ task: DriverTask?, notices: [Notice] = []) async -> TaskState? {
    if isDoubled { _ = await outcome(task, notices) }
    last = await outcome(task, notices)
    if let stored = last.data { data = stored }
    log += last.log.map(\.message.text)
    return last.answer
  }

  private func outcome(_ task: DriverTask?, _ notices: [Notice]) async -> CallOutcome {
    let call = DeploymentDriversTests.call(
      task, id: id, name: name, mac: mac, port: port, placement: placement, data: data,
      notices: notices, publication: publication, at: milliseconds)
    return await service.perform(call, owner: owner)
  }

  @discardableResult
  mutating func start(_ kind: OperationKind) async -> TaskState? { await call(.start(kind)) }

  @discardableResult
  mutating func check(_ kind: OperationKind) async -> TaskState? { await call(.check(kind)) }

  /// Checks until an answer is not `running`; the answers on the way were `running`.
  mutating func settle(_ kind: OperationKind, within limit: Duration = .seconds(300)) async throws
    -> TaskState?
  {
    let end = ContinuousClock.now + limit
    while last.answer == .running {
      try #require(ContinuousClock.now < end, "\(kind.word) of \(name) does not end: \(log)")
      // Waits as the engine would, for the time that the driver suggested.
      try await Task.sleep(for: .milliseconds(last.suggestedTime.milliseconds))
      await check(kind)
    }
    return last.answer
  }

  /// A whole operation.
  @discardableResult
  mutating func run(_ kind: OperationKind) async throws -> TaskState? {
    await start(kind)
    return try await settle(kind)
  }
}

/// The driver of that name; the tests reach drivers the way the engine does.
func driver(_ name: String) throws -> any Driver {
  try #require(Drivers.all.first { $0.name == name })
}

/// A service from a pool's parameters.
func service(_ driverName: String, _ parameters: ParameterValues) throws -> any Service {
  try driver(driverName).makeProvider([:]).makeService(parameters)
}
