import DeploymentEngine

extension Invariants {
  /// Whatever is not history and not at rest has a due time, a call in flight or a queue to wait
  /// in; and the engine wakes up for it.
  static func dueTimes(
    _ one: Deployment, _ view: EngineView, _ complaints: inout [String]
  ) {
    guard let pool = view.pool(one.pool), !pool.inMaintenance, pool.traits != nil else { return }
    let flight = view.flights.first { $0.call.subject == .deployment(one.id) }
    if flight == nil, one.next == nil, needsNext(one), !isQueued(one, view) {
      complaints.append("\(one.id) is \(one.phase) and waits for nothing")
    }
    if one.isWaitingForOS, one.phase == .usable(nil), one.placement.level != .l2,
      one.patience == nil
    {
      complaints.append("\(one.id) waits for its OS without an end")
    }
    if one.state == .error, !one.everAssigned, one.patience == nil, one.next == nil, flight == nil {
      complaints.append("\(one.id) is in error for ever")
    }
    let due = [
      flight == nil ? one.next?.at : nil, one.patience?.at, one.pending?.due.at,
      one.phase.operation?.deadline.at,
      flight.flatMap { $0.deadline > view.now.moment ? $0.deadline : nil },
    ].compactMap(\.self).min()
    if let due, due > view.now.moment, view.nextWake ?? due + .seconds(1) > due {
      complaints.append("\(one.id) is due at \(due), the engine sleeps past it")
    }
  }

  private static func needsNext(_ one: Deployment) -> Bool {
    switch one.phase {
    case .preparing, .removable, .removing, .canceling: true
    case .usable(let operation): operation != nil
    case .removed, .canceled, .error: false
    }
  }

  /// It waits for room on its provider, and there is none.
  private static func isQueued(_ one: Deployment, _ view: EngineView) -> Bool {
    guard let provider = view.provider(of: one.pool) else { return false }
    switch one.phase {
    case .preparing(let operation) where one.cancelRequested:
      return view.removing(on: provider) >= provider.limits.removing
        || view.preparing(on: provider) >= provider.limits.preparing
        || isQueued(operation.kind, provider, view)
    case .preparing(let operation): return isQueued(operation.kind, provider, view)
    case .usable(let operation):
      return operation.map { isQueued($0.kind, provider, view) } ?? false
    case .removable, .removing, .canceling:
      return view.removing(on: provider) >= provider.limits.removing
    case .removed, .canceled, .error: return false
    }
  }

  private static func isQueued(
    _ kind: OperationKind, _ provider: ProviderRecord, _ view: EngineView
  ) -> Bool {
    switch kind {
    case .deployForCache, .deployForUser, .moveToCache:
      view.preparing(on: provider) >= provider.limits.preparing
    case .setReady: view.settingReady(on: provider) >= provider.limits.settingReady
    case .notifyReadyFromOSManager, .publish: false
    case .cancel, .destroy: view.removing(on: provider) >= provider.limits.removing
    }
  }
}
