import DeploymentInterface
import SafeTexts

extension Engine {
  /// A provider throttles us or rejects our credentials: none of its pools creates anything for the
  /// time that it asks for, or for a growing pause. Ready deployments are still served, moved and
  /// removed.
  ///
  /// - Returns: the minimum pause before the failed call is retried.
  mutating func restrainProvider(_ provider: Int, _ failure: DeploymentFailure) -> TimeSpan {
    let before = providerTable[provider].backoff
    // A call that was made before the back-off started carries no new information.
    let isNew = before.map { $0.retry <= now.moment } ?? true
    if isNew { providerTable.countFailure(provider) }
    var said = failure.retryAfter.map {
      min(max($0, Timing.provider.first), Timing.provider.longest)
    }
    if let before, !isNew { said = max(said ?? .zero, before.retry - now.moment) }
    let wait =
      said
      ?? timers.pause(
        after: providerTable[provider].consecutiveFailures, from: Timing.provider.first,
        upTo: Timing.provider.longest)
    // A provider that rejected us gets nothing new before one attempt has worked.
    let length = failure.kind == .denied ? wait + Timing.attempt : wait
    let backoff = ProviderBackoff(
      kind: failure.kind, retry: now.moment + wait, end: now.moment + length)
    providerTable.backOff(provider, backoff)
    for index in poolTable.places(on: provider) {
      restrain(index, until: deadline(in: length), failure.reason)
    }
    if isNew {
      let name = providerTable[provider].record.name
      let sentence = "nothing new is created on \(name) for \(wait.spoken): \(failure.reason)"
      log(.provider, sentence, level: .warning)
    }
    return wait
  }

  /// Whether a restraint of a pool is that of its provider's back-off.
  func isOfProvider(_ restraint: Restraint, _ index: Int) -> Bool {
    providerTable[poolTable[index].provider].backoff?.end == restraint.until.at
  }

  /// Restrains a pool until a deadline, unless a longer restraint holds already.
  mutating func restrain(_ index: Int, until: Deadline, _ reason: SafeText) {
    if let before = poolTable[index].record.restraint, before.until.at >= until.at { return }
    poolTable.restrain(index, Restraint(until: until, reason: reason))
    timers.add(until.at, .pool(index))
  }

  /// How long a deployment with rejected credentials still waits, nil if not at all: one attempt at
  /// a time is made on such a provider.
  mutating func denialWait(_ slot: Int) -> TimeSpan? {
    let provider = providerPlace(of: slot)
    guard deploymentTable.runtime(slot).isDenied,
      let backoff = providerTable[provider].backoff, backoff.kind == .denied,
      backoff.retry > now.moment
    else { return nil }
    return backoff.retry - now.moment
      + timers.pause(after: 1, from: Timing.retry.first, upTo: Timing.retry.longest)
  }

  /// A call succeeded: if its provider was in back-off, it works again.
  mutating func noteWorking(_ slot: Int, _ task: DriverTask) {
    let wasDenied = deploymentTable.runtime(slot).isDenied
    providerTable.noteWorking(providerPlace(of: slot), at: now.moment)
    deploymentTable.updateRuntime(slot) { $0.isDenied = false }
    let isNew =
      switch task {
      case .start(let kind): kind.creates
      case .check: false
      }
    if wasDenied || isNew { providerWorks(providerPlace(of: slot)) }
  }

  /// A provider works again: what it rejected is retried now.
  mutating func providerWorks(_ provider: Int) {
    guard providerTable[provider].consecutiveFailures > 0 else { return }
    providerTable.endFailures(provider)
    guard let backoff = providerTable[provider].backoff, backoff.kind == .denied else { return }
    providerTable.endBackoff(provider)
    log(.provider, "\(providerTable[provider].record.name) accepts our credentials again")
    for index in poolTable.indices where poolTable[index].provider == provider {
      guard poolTable[index].record.restraint?.until.at == backoff.end else { continue }
      poolTable.endRestraint(index)
    }
    for slot in deploymentTable.inUse where deploymentTable.runtime(slot).isDenied {
      guard providerPlace(of: slot) == provider else { continue }
      deploymentTable.updateRuntime(slot) { $0.isDenied = false }
      if !deploymentTable.isCalled(slot), deploymentTable[slot].phase.operation?.step != .queued {
        change(slot) { if $0.nextActionAt != nil { $0.nextActionAt = $1.deadline(in: .zero) } }
      }
    }
    providerTable.scheduleDispatch(provider)
  }
}
