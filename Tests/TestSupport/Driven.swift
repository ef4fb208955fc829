package import DeploymentInterface
import SafeTexts

/// What the engine does with one deployment or publication: keeps what the driver stored, makes one
/// call at a time.
package struct Driven {
  package let service: any Service
  package var owner: String
  package var id: Int64
  package var name: String
  /// Nil: the deployment with this number.
  package var subject: CallTarget?
  package var mac: MACAddress?
  package var port: UInt16?
  package var placement = Placement.cache(.l1, reservedFor: nil)
  package var publication: PublicationReference?
  package var data: [UInt8] = []
  /// What the engine's clock shows.
  package var milliseconds: Int64 = 0
  package var log: [String] = []
  package var last = CallResult(id: CallID(1), answer: nil)
  /// Makes every call twice with the same stored data, as after a crash between call and commit.
  package var isDoubled = false

  /// A deployment that has not been called.
  package init(
    _ service: any Service, owner: String = "owner", id: Int64 = 7, name: String = "lab-007",
    mac: MACAddress? = nil
  ) {
    self.service = service
    self.owner = owner
    self.id = id
    self.name = name
    self.mac = mac
  }

  package var ip: String? { last.ip?.text }

  /// One call; its outcome is stored.
  @discardableResult
  package mutating func call(_ task: DriverTask?, notices: [Notice] = []) async -> TaskState? {
    if isDoubled { _ = await outcome(task, notices) }
    last = await outcome(task, notices)
    if let stored = last.data { data = stored }
    log += last.log.map(\.message.text)
    return last.answer
  }

  private func outcome(_ task: DriverTask?, _ notices: [Notice]) async -> CallResult {
    let call = TestSupport.call(
      task, id: id, name: name, mac: mac, port: port, placement: placement, data: data,
      notices: notices, publication: publication, subject: subject, at: milliseconds)
    return await service.perform(call, owner: owner)
  }

  @discardableResult
  package mutating func start(_ kind: OperationKind) async -> TaskState? {
    await call(.start(kind))
  }

  @discardableResult
  package mutating func check(_ kind: OperationKind) async -> TaskState? {
    await call(.check(kind))
  }

  /// Checks until an answer is not `running`; the answers on the way were `running`.
  package mutating func settle(
    _ kind: OperationKind, within limit: Duration = .seconds(patience)
  ) async throws -> TaskState? {
    let end = ContinuousClock.now + limit
    while last.answer == .running {
      guard ContinuousClock.now < end else {
        throw TooLate(description: "\(kind.word) of \(name) does not end: \(log)")
      }
      // Waits as the engine would, for the time that the driver suggested.
      try await Task.sleep(for: last.suggestedTime.duration)
      await check(kind)
    }
    return last.answer
  }

  /// A whole operation.
  @discardableResult
  package mutating func run(_ kind: OperationKind) async throws -> TaskState? {
    await start(kind)
    return try await settle(kind)
  }
}

/// A call as the engine would make it, with everything but the interesting part filled in.
package func call(
  _ task: DriverTask?, id: Int64 = 7, name: String = "lab-007", mac: MACAddress? = nil,
  port: UInt16? = nil, placement: Placement = .cache(.l1, reservedFor: nil), data: [UInt8] = [],
  notices: [Notice] = [], publication: PublicationReference? = nil,
  subject: CallTarget? = nil, at milliseconds: Int64 = 0
) -> Call {
  let identity = Identity(name: name, mac: mac, port: port)
  let time = EngineTime(
    moment: .init(milliseconds: milliseconds),
    utc: .init(milliseconds: 1_000_000 + milliseconds))
  let record = CallRecord(
    id: id, pool: "lab", identity: identity, placement: placement, publication: publication,
    time: time)
  return Call(
    id: CallID(1), subject: subject ?? .deployment(DeploymentID(id)), pool: PoolID(1),
    notices: notices, task: task, data: data, record: record, timeLimit: .seconds(30))
}

extension TaskState {
  /// The failure, if it is one.
  package var failure: DeploymentFailure? {
    if case .error(let failure) = self { failure } else { nil }
  }

  /// The reason, if it is an error of that kind.
  package func reason(_ kind: FailureClass = .permanent) -> String? {
    failure.flatMap { $0.kind == kind ? $0.reason.text : nil }
  }
}
