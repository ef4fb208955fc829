import DeploymentEngine
import DeploymentInterface
import EngineRuntime
import EngineStore
import SafeTexts

/// Waits until accepted requests are complete.
struct CompletionWaiter {
  let reader: StoreReader
  let storePath: String
  let context: CommandContext
  /// How long it waits; nil: until the end.
  var patience: TimeSpan?
  /// The signals that end it; nil: they end the process.
  var signals: PendingSignals?

  /// Why a wait has ended.
  enum End: Hashable {
    /// Every request is complete.
    case complete
    /// The patience is over.
    case timeOver
    /// This signal came.
    case signal(Int32)
  }

  /// The time between two reads if no change wakes it: an engine that dies changes nothing.
  private static let pause = TimeSpan.seconds(1)
  /// Minimum delay between reads. The delay also grows with the cost of a read, so that reading
  /// takes at most half the time.
  private static let leastDelay = TimeSpan.milliseconds(50)
  /// The time between two looks for a signal.
  private static let signalPause = TimeSpan.milliseconds(100)

  /// Waits; what is not complete at the end is still `accepted`.
  func wait(_ accepted: [ActResult]) throws(CommandFailure) -> (results: [ActResult], end: End) {
    var results = accepted
    let limit = patience.map { context.clock.now.moment + $0 }
    let change = StoreChangeSignal(path: storePath)
    defer { change.stop() }
    var lastSeen = context.clock.now.moment
    var said: Set<SafeText> = []
    while true {
      let start = context.clock.now.moment
      let snapshot = try storeFailing { () throws(StoreFailure) in try reader.snapshot() }
      let view = StoreView(snapshot.state, at: context.clock.now)
      results = results.map { $0.outcome == .accepted ? Self.judge($0, view) : $0 }
      guard results.contains(where: { $0.outcome == .accepted }) else {
        return (results, .complete)
      }
      for result in results where result.outcome == .accepted && result.isHeldUp {
        guard said.insert(result.reason).inserted else { continue }
        context.remark("dashboard: \(result.reason)")
      }
      if LeaseStatus.query(store: storePath).isThere {
        lastSeen = context.clock.now.moment
      } else if context.clock.now.moment - lastSeen >= LeaseStatus.takeOverTime {
        return (results.map { $0.outcome == .accepted ? Self.abandoned($0) : $0 }, .complete)
      }
      if context.output.isClosed { throw .closedPipe }
      if let limit, context.clock.now.moment >= limit { return (results, .timeOver) }
      let cost = context.clock.now.moment - start
      let end = context.clock.now.moment + min(Self.pause, LeaseStatus.takeOverTime)
      let next = limit.map { min($0, end) } ?? end
      if let signal = pause(until: next, change) { return (results, .signal(signal)) }
      StoreChangeSignal.sleep(max(Self.leastDelay, min(Self.pause, cost)))
    }
  }

  /// Waits for a change of the store.
  ///
  /// - Returns: the signal that came meanwhile.
  private func pause(until end: Moment, _ change: StoreChangeSignal) -> Int32? {
    repeat {
      if let signal = signals?.next() { return signal }
      let left = end - context.clock.now.moment
      guard left > .zero else { return nil }
      if change.wait(atMost: signals == nil ? left : min(left, Self.signalPause)) { return nil }
    } while true
  }

  private static func abandoned(_ result: ActResult) -> ActResult {
    var result = result
    result.outcome = .failed
    result.reason = "accepted, but the engine has gone; the next one will continue"
    result.status = .unavailable
    return result
  }

  /// The result according to the store; `accepted` until it is complete.
  static func judge(_ result: ActResult, _ view: StoreView) -> ActResult {
    switch result.act.goal {
    case .answered: result.ended(.done)
    case .gone: judgeGone(result, view)
    case .usable: judgeUsable(result, view)
    case .ended: judgeEnded(result, view)
    case .letIn(let user, let target): judgeLetIn(result, user, target, view)
    case .published(let pool): judgePublished(result, pool, view)
    }
  }

  private static func judgeGone(_ result: ActResult, _ view: StoreView) -> ActResult {
    // History expires: a missing deployment is gone, too.
    guard let deployment = result.deployment.flatMap(view.deployment),
      !deployment.phase.isHistory
    else { return result.ended(.done, "it is gone") }
    guard deployment.state == .error else { return result }
    return result.ended(.failed, DeploymentWords(deployment, at: view.now).reason)
  }

  private static func judgeUsable(_ result: ActResult, _ view: StoreView) -> ActResult {
    guard let deployment = result.deployment.flatMap(view.deployment) else {
      return result.ended(.failed, "it is gone")
    }
    if deployment.phase == .usable(nil) { return result.usable(deployment) }
    if deployment.phase.isHistory { return result.ended(.failed, "it was removed meanwhile") }
    guard deployment.state == .error else { return result }
    return result.ended(.failed, DeploymentWords(deployment, at: view.now).reason)
  }

  private static func judgeEnded(_ result: ActResult, _ view: StoreView) -> ActResult {
    guard let deployment = result.deployment.flatMap(view.deployment),
      deployment.phase == .usable(nil)
    else { return judgeGone(result, view) }
    return result.usable(deployment)
  }

  private static func judgeLetIn(
    _ result: ActResult, _ user: SafeText, _ target: SafeText, _ view: StoreView
  ) -> ActResult {
    var result = result
    let pool = view.pool(named: target.text)
    let held = view.state.deployments.first { deployment in
      !deployment.isLeaving && view.isUser(user, of: deployment)
        && (pool.map { deployment.pool == $0.id } ?? (deployment.id == result.deployment))
    }
    if let held {
      result.deployment = held.id
      if held.isLetIn { return result.ended(.done, "\(user) is let in at \(held.ip ?? "")") }
      guard held.placement.isAssigned, held.state == .error, !held.isAwaited else { return result }
      return result.ended(.failed, DeploymentWords(held, at: view.now).reason)
    }
    let waits = view.state.waiters.contains {
      $0.pool == pool?.id && view.isSame(user, $0.user, in: $0.pool)
    }
    return waits ? result : result.ended(.failed, "\(user) no longer waits, and holds nothing")
  }

  private static func judgePublished(
    _ result: ActResult, _ pool: SafeText, _ view: StoreView
  ) -> ActResult {
    let id = view.pool(named: pool.text)?.id
    let newest = view.state.publications.filter { $0.pool == id }.max { $0.revision < $1.revision }
    switch newest?.state {
    case .publishing: return result
    case .active: return judgeRollOut(result, newest?.revision ?? 0, pool, view)
    case .error: return result.ended(.failed, newest?.reason ?? "it failed")
    case .draining, .removing, .removed, nil:
      return result.ended(.failed, "the publication was cancelled")
    }
  }
}

extension CompletionWaiter {
  /// An active publication has rolled out when its first deployment has become ready at each cache
  /// level that the pool keeps.
  private static func judgeRollOut(
    _ result: ActResult, _ revision: Int, _ name: SafeText, _ view: StoreView
  ) -> ActResult {
    let active = "publication \(revision) of \(name) is active"
    guard let pool = view.pool(named: name.text) else {
      return result.ended(.done, SafeText(active))
    }
    let new = view.state.deployments.filter { $0.pool == pool.id && $0.publication == revision }
    let hasL1 = new.contains { $0.placement.level != .l2 && ($0.isReady || $0.wasLetIn) }
    let hasL2 = new.contains { $0.placement.level == .l2 && $0.phase == .usable(nil) }
    let levels = pool.traits?.cacheLevels ?? .none
    let needsL1 = levels.contains(.l1) && max(pool.sizes.l1, pool.sizes.initial) > 0
    let needsL2 = levels.contains(.l2) && pool.sizes.l2 > 0
    if hasL1 || !needsL1, hasL2 || !needsL2 { return result.ended(.done, SafeText(active)) }
    if let restraint = pool.restraint {
      return result.ended(
        .failed, SafeText("\(active), but \(name) is restrained: \(restraint.reason)"))
    }
    var waiting = result
    waiting.reason = SafeText("\(active); \(name): \(pool.now)")
    let isUnderWay =
      new.contains { $0.state == .preparing } || pool.counts.removing > 0 || !pool.plan.isMet
    waiting.isHeldUp = pool.isPaused || pool.inMaintenance || !isUnderWay
    return waiting
  }
}

extension ActResult {
  /// This result, completed successfully with a usable deployment.
  fileprivate func usable(_ deployment: Deployment) -> ActResult {
    ended(.done, "it is usable, \(deployment.placement.word)")
  }

  /// This result, completed.
  fileprivate func ended(_ outcome: Outcome, _ reason: SafeText? = nil) -> ActResult {
    ActResult(act, outcome, reason ?? self.reason, deployment: deployment)
  }
}
