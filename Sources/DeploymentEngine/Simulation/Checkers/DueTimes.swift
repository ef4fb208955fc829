import DeploymentEngine
import DeploymentInterface

/// Checks that every deployment that is neither history nor settled has a due time, a call in
/// flight or a place in a queue, and that the engine wakes for it.
struct DueTimes {
  /// Whether calls of its pool are made.
  private let isServed: Bool
  private let limits: ProviderLimits
  /// Number of calls to the provider that hang.
  private let hung: Int
  private let nextWake: Moment?
  private let now: EngineTime
  /// Number of occupied slots of the provider.
  private let held: (Place) -> Int

  init(
    _ pool: Pool, _ provider: ProviderRecord, nextWake: Moment?, now: EngineTime,
    held: @escaping (Place) -> Int
  ) {
    isServed = !provider.inMaintenance && pool.traits != nil
    limits = provider.limits
    hung = provider.hung
    self.nextWake = nextWake
    self.now = now
    self.held = held
  }

  /// All violations of one deployment of the pool, given the call in flight on it.
  func complaints(about one: Deployment, _ flight: Flight?) -> [String] {
    guard isServed else { return [] }
    var complaints: [String] = []
    if flight == nil, one.nextActionAt == nil, needsNext(one), !isQueued(one) {
      complaints.append("\(one.id) is \(one.phase) and waits for nothing")
    }
    if one.isWaitingForOS, one.phase == .usable(nil), one.placement.level != .l2,
      one.stateDeadline == nil
    {
      complaints.append("\(one.id) waits for its OS without a deadline")
    }
    if one.state == .error, one.isDisposable, one.nextActionAt == nil, flight == nil {
      complaints.append("\(one.id) is in error for ever")
    }
    let due = [
      flight == nil ? one.nextActionAt?.at : nil, one.stateDeadline?.at, one.pending?.due.at,
      one.phase.operation?.deadline.at,
      flight.flatMap { $0.deadline > now.moment ? $0.deadline : nil },
    ].compactMap(\.self).min()
    if let due, due > now.moment, nextWake ?? due + .seconds(1) > due {
      complaints.append(
        "\(one.id) is due at \(due.milliseconds), the engine sleeps until "
          + "\(nextWake.map { "\($0.milliseconds)" } ?? "the next event"), now "
          + "\(now.moment.milliseconds): \(one.phase)")
    }
    return complaints
  }

  private func needsNext(_ one: Deployment) -> Bool {
    switch one.phase {
    case .preparing, .removable, .removing, .canceling: true
    case .usable(let operation): operation != nil
    case .removed, .canceled, .error: false
    }
  }

  /// Whether it waits for a slot of its provider and all are occupied.
  private func isQueued(_ one: Deployment) -> Bool {
    switch one.phase {
    case .preparing(let operation, ending: true):
      return isFull(.removing) || isFull(.preparing) || isQueued(operation.kind, of: one)
    case .preparing(let operation, ending: false): return isQueued(operation.kind, of: one)
    case .usable(let operation): return operation.map { isQueued($0.kind, of: one) } ?? false
    case .removable: return isFull(.removing)
    case .removing(let operation), .canceling(let operation):
      return isFull(operation.isStuck ? .stuck : .removing)
    case .removed, .canceled, .error: return false
    }
  }

  private func isQueued(_ kind: OperationKind, of one: Deployment) -> Bool {
    switch kind {
    case .deployForCache, .deployForUser, .moveToCache:
      isFull(.preparing)
        || one.holder == nil && max(held(.preparing), hung) >= limits.preparingForCaches
    case .setReady: isFull(.settingReady)
    case .notifyReadyFromOSManager, .publish: false
    case .cancel, .destroy: isFull(.removing)
    }
  }

  private func isFull(_ place: Place) -> Bool {
    switch place {
    case .preparing: max(held(place), hung) >= limits.preparing
    case .removing, .settingReady, .stuck:
      held(place) >= limits[place] || hung >= limits.preparing + limits.removing
    }
  }
}
