import DeploymentEngine
import DeploymentInterface
import GRDB
import SafeTexts

/// A deployment with an unreadable record, restored from the other columns of its row.
///
/// It becomes an error with its identity and a reason. It counts as once assigned, because a
/// deployment that was never assigned may be removed automatically, and its history is unknown.
struct UnreadableDeployment {
  let id: DeploymentID
  let pool: PoolID
  let identity: Identity
  let placement: Placement
  let state: DeploymentState
  let why: String

  init(row: Row, why: String) {
    id = DeploymentID(row[1])
    pool = PoolID(row[2])
    identity = Identity(
      name: row[5], mac: (row[6] as Int64?).map { MACAddress(UInt64(bitPattern: $0)) },
      port: (row[7] as Int64?).flatMap { UInt16(exactly: $0) })
    let user = (row[4] as String?).map { SafeText($0) }
    if let level = (row[3] as String?).flatMap({ CacheLevel(rawValue: $0) }) {
      placement = .cache(level, reservedFor: user)
    } else {
      placement = .assigned(user ?? "")
    }
    state = DeploymentState(rawValue: row[8]) ?? .error
    self.why = why
  }

  func deployment(at now: EngineTime) -> Deployment {
    var deployment = Deployment(
      id: id, pool: pool, identity: identity, placement: placement, phase: phase,
      guest: .ready(), publication: nil, because: "read from a damaged record", at: now.utc)
    deployment.wasLetIn = true
    deployment.reason = "its record in the store is damaged (\(why)); it was \(state.rawValue)"
    if state == .removed || state == .canceled {
      deployment.stateDeadline = Deadline(from: now.moment, length: .zero)
    }
    return deployment
  }

  /// A deployment in history needs no operator: nothing of it exists outside.
  private var phase: Phase {
    switch state {
    case .removed: .removed
    case .canceled: .canceled
    case .preparing, .usable, .removable, .removing, .canceling, .error:
      .error(Failed(.destroy, .permanent))
    }
  }
}
