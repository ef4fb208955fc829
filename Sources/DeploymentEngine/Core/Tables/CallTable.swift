import DeploymentInterface
import SafeTexts

/// The calls in flight, by number.
struct CallTable: Sendable {
  private var targets: [CallID: CallTarget] = [:]
  /// Calls on forgotten deployments: their identities are held until the calls return, so that no
  /// other resource gets the same name meanwhile.
  private var late: [CallID: LateCall] = [:]
  private var count: UInt64 = 0

  /// An empty table that uses only numbers above this one.
  init(after last: CallID = CallID(0)) { count = last.number }

  var isEmpty: Bool { targets.isEmpty }
  /// The last number used; driver and inventory calls share one sequence.
  var last: CallID { CallID(count) }

  /// The next unused number.
  mutating func number() -> CallID {
    count += 1
    return CallID(count)
  }

  mutating func begin(_ target: CallTarget) -> CallID {
    let id = number()
    targets[id] = target
    return id
  }

  /// Removes a call that returned or that nobody waits for any more.
  @discardableResult
  mutating func end(_ id: CallID) -> CallTarget? { targets.removeValue(forKey: id) }

  /// Notes that the deployment of a call in flight was forgotten.
  mutating func forget(_ id: CallID, _ call: LateCall) {
    targets[id] = nil
    late[id] = call
  }

  mutating func takeLate(_ id: CallID) -> LateCall? { late.removeValue(forKey: id) }

  /// Whether a call in flight may still create a forgotten deployment, or a part of it.
  func hasLateCall(on id: DeploymentID) -> Bool { late.values.contains { $0.deployment == id } }
}

/// A call on a deployment that was forgotten during the call.
struct LateCall: Sendable {
  var deployment: DeploymentID
  var identity: Identity
  var provider: Int
  /// Whether it hangs.
  var isHung: Bool
}
