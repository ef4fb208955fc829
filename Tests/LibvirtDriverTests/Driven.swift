import DeploymentEngine
import DeploymentInterface
import SafeTexts
import Testing

/// What the engine does with one deployment or publication: keeps what the driver stored, makes one
/// call at a time.
struct Driven {
  let service: any Service
  var owner: String
  var id: Int64
  var name: String
  var subject: CallSubject
  var mac = MACAddress(parsing: "52:54:00:00:00:07")
  var placement = Placement.cache(.l1, reservedFor: nil)
  var publication: PublicationReference?
  var data: [UInt8] = []
  var log: [String] = []
  var last = CallOutcome(id: CallID(1), answer: nil)

  init(_ service: any Service, owner: String, id: Int64) {
    self.service = service
    self.owner = owner
    self.id = id
    name = "lab-\(id)"
    subject = .deployment(DeploymentID(id))
  }

  /// One call; its outcome is stored.
  @discardableResult
  mutating func call(_ task: DriverTask) async -> TaskState? {
    let record = CallRecord(
      id: id, pool: "lab", identity: Identity(name: name, mac: mac, port: nil),
      placement: placement, publication: publication,
      time: EngineTime(moment: .init(milliseconds: 0), utc: .init(milliseconds: 1_000_000)))
    let call = Call(
      id: CallID(1), subject: subject, pool: PoolID(1), notices: [], task: task, data: data,
      record: record, timeLimit: .seconds(30))
    last = await service.perform(call, owner: owner)
    if let stored = last.data { data = stored }
    log += last.log.map(\.message.text)
    return last.answer
  }

  @discardableResult
  mutating func start(_ kind: OperationKind) async -> TaskState? { await call(.start(kind)) }

  /// A whole operation.
  @discardableResult
  mutating func run(_ kind: OperationKind) async throws -> TaskState? {
    await start(kind)
    let end = ContinuousClock.now + .seconds(120)
    while last.answer == .running {
      try #require(ContinuousClock.now < end, "\(kind.word) of \(name) does not end: \(log)")
      // Waits as the engine would, for the time that the driver suggested.
      try await Task.sleep(for: .milliseconds(last.suggestedTime.milliseconds))
      await call(.check(kind))
    }
    return last.answer
  }
}

extension TaskState {
  /// The reason, if it is an error of that kind.
  func reason(_ kind: FailureClass = .permanent) -> String? {
    if case .error(let failure) = self, failure.kind == kind { failure.reason.text } else { nil }
  }
}
