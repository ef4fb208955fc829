import Basics
import DashboardScreen
import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

/// A store's state with lookups by id and name, and the JSON documents made of it.
///
/// The keys of the documents are a contract with scripts: no key is renamed within a major version.
struct StoreView: Sendable {
  let state: StoredState
  let now: EngineTime
  private let poolNames: [PoolID: SafeText]

  init(_ state: StoredState, at now: EngineTime) {
    self.state = state
    self.now = now
    self.poolNames = Dictionary(
      state.pools.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
  }

  /// The name of a pool; nil if the store no longer has it.
  func poolName(_ id: PoolID?) -> SafeText? { id.flatMap { poolNames[$0] } }

  /// The deployment with this identifier.
  func deployment(_ id: DeploymentID) -> Deployment? {
    state.deployments.first { $0.id == id }
  }

  /// Whether any deployment that is not history has this unique id.
  func hasDeployment(uniqueId: SafeText) -> Bool {
    state.deployments.contains { $0.uniqueId == uniqueId && !$0.phase.isHistory }
  }

  /// Whether a deployment is this user's or reserved for them, as its pool compares names, also
  /// while it is being removed.
  func isUser(_ user: SafeText, of deployment: Deployment) -> Bool {
    deployment.placement.user.map { isSame(user, $0, in: deployment.pool) } ?? false
  }

  /// Whether two names are one user's in a pool.
  func isSame(_ one: SafeText, _ other: SafeText, in pool: PoolID) -> Bool {
    state.isSame(one, other, in: pool)
  }

  /// The pool with this name.
  func pool(named name: String) -> Pool? { state.pools.first { $0.name.text == name } }
}

extension StoreView {
  func document(of deployment: Deployment) -> JSONValue {
    [
      "id": .described(deployment.id),
      "name": .text(deployment.name),
      "uniqueId": .text(deployment.uniqueId),
      "pool": .text(poolName(deployment.pool)),
      "placement": .string(deployment.placement.word),
      "user": .text(deployment.placement.user),
      "state": .string(deployment.state.rawValue),
      "osState": .string(deployment.osState.rawValue),
      "operation": deployment.operation.map { .string($0.word) } ?? .null,
      "progress": .described(deployment.progress),
      "cancelRequested": .bool(deployment.cancelRequested),
      "inUse": .bool(deployment.inUse),
      "ip": .text(deployment.ip),
      "reasonOfError": .text(deployment.reason),
      "publication": .number(deployment.publication),
      "revision": .number(Int64(clamping: deployment.revision)),
      "createdAt": .time(deployment.createdAt),
      "stateSince": .time(deployment.stateSince),
      "nextCheckAt": .time(deployment.nextActionAt?.utc(at: now)),
      "console": .text(deployment.console),
    ]
  }

  func document(of pool: Pool) -> JSONValue {
    [
      "name": .text(pool.name),
      "provider": .text(pool.provider),
      "state": .string(pool.state.rawValue),
      "restrainedUntil": .time(pool.restraint?.until.utc(at: now)),
      "sizes": .document(of: pool.sizes),
      "sizesSet": .document(of: pool.overrides),
      "counts": .document(of: pool.counts),
      "publication": .number(pool.activePublication),
      "plan": .document(of: pool.plan),
      "waiting": .number(pool.waiting),
      "now": .text(now(of: pool)),
    ]
  }

  func document(of event: NumberedEntry) -> JSONValue {
    let entry = event.entry
    return [
      "seq": .integer(event.sequence),
      "at": .time(entry.at),
      "level": .string(entry.level.rawValue),
      "kind": .string(entry.kind.rawValue),
      "pool": .text(poolName(entry.pool)),
      "deployment": .described(entry.deployment),
      "actor": .text(entry.actor),
      "message": .text(entry.message),
    ]
  }
}

extension JSONValue {
  static func document(of sizes: Sizes) -> JSONValue {
    [
      "initial": .number(sizes.initial), "l1": .number(sizes.l1), "l2": .number(sizes.l2),
      "max": .number(sizes.max),
    ]
  }

  /// The sizes that an operator set; null where the configuration's holds.
  static func document(of overrides: SizeOverrides) -> JSONValue {
    [
      "initial": .number(overrides.initial), "l1": .number(overrides.l1),
      "l2": .number(overrides.l2), "max": .number(overrides.max),
    ]
  }

  /// Deployments whose OS is not ready count as preparing: they are not ready yet, and will be.
  static func document(of counts: PoolCounts) -> JSONValue {
    [
      "l1Ready": .number(counts.l1Ready),
      "l1Preparing": .number(counts.l1Preparing + counts.l1Waiting),
      "l2Ready": .number(counts.l2Ready),
      "l2Preparing": .number(counts.l2Preparing + counts.l2Waiting),
      "assigned": .number(counts.assigned),
      "removing": .number(counts.removing),
      "error": .number(counts.error),
    ]
  }

  static func document(of plan: PoolPlan) -> JSONValue {
    [
      "l1": [
        "action": .string(plan.l1.action.rawValue), "count": .number(plan.l1.count),
        "fromL2": .number(plan.l1.fromL2), "create": .number(plan.l1.create),
        "because": .text(plan.l1.because),
      ],
      "l2": [
        "action": .string(plan.l2.action.rawValue), "count": .number(plan.l2.count),
        "because": .text(plan.l2.because),
      ],
    ]
  }
}
