import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A call as the engine would make it, with everything but the interesting part filled in.
func call(
  _ task: DriverTask?, id: Int64 = 7, name: String = "lab-007", mac: MACAddress? = nil,
  port: UInt16? = nil, placement: Placement = .cache(.l1, reservedFor: nil), data: [UInt8] = [],
  notices: [Notice] = [], publication: PublicationReference? = nil,
  subject: CallSubject? = nil, at milliseconds: Int64 = 0
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
  var failure: DeploymentFailure? {
    if case .error(let failure) = self { failure } else { nil }
  }
}
