import DeploymentInterface
import SafeTexts

/// Calls that have not come back, by number.
struct CallTable: Sendable {
  private var targets: [CallID: CallTarget] = [:]
  /// Calls whose deployments were forgotten: what they speak of is held until they come back, so
  /// that nobody else's thing gets the same name meanwhile.
  private var late: [CallID: LateCall] = [:]
  private var count: UInt64 = 0

  /// A table without calls that gives no number up to this one.
  init(after last: CallID = CallID(0)) { count = last.number }

  var isEmpty: Bool { targets.isEmpty }
  /// The number that was given last; numbers of driver and inventory calls are one sequence.
  var last: CallID { CallID(count) }

  /// A number that was not given before.
  mutating func number() -> CallID {
    count += 1
    return CallID(count)
  }

  mutating func begin(_ target: CallTarget) -> CallID {
    let id = number()
    targets[id] = target
    return id
  }

  /// A call is back, or nobody waits for it any more.
  @discardableResult
  mutating func end(_ id: CallID) -> CallTarget? { targets.removeValue(forKey: id) }

  /// The deployment of a call was forgotten while the call was out.
  mutating func forget(_ id: CallID, _ call: LateCall) {
    targets[id] = nil
    late[id] = call
  }

  mutating func takeLate(_ id: CallID) -> LateCall? { late.removeValue(forKey: id) }

  /// Whether a call is out that may still make a forgotten deployment, or something of it.
  func hasLateCall(on id: DeploymentID) -> Bool { late.values.contains { $0.deployment == id } }
}

/// A call on a deployment that was forgotten while it was out.
struct LateCall: Sendable {
  var deployment: DeploymentID
  var identity: Identity
  var provider: Int
}
