import DeploymentInterface
import SafeTexts

extension Engine {
  /// A provider wants less of us, or does not let us in: none of its pools creates anything for as
  /// long as it says, or for a growing pause. What is ready is served, moved and removed.
  ///
  /// - Returns: how long what has failed waits at least.
  mutating func restrainProvider(_ provider: Int, _ failure: DeploymentFailure) -> TimeSpan {
    let before = providerTable[provider].backoff
    // What was called before all that began says nothing new.
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
    // Who does not let us in is not asked for anything new before one attempt has worked.
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

  /// A pool creates nothing until then, or for longer where that was decided before.
  mutating func restrain(_ index: Int, until: Deadline, _ reason: SafeText) {
    if let before = poolTable[index].record.restraint, before.until.at >= until.at { return }
    poolTable.restrain(index, Restraint(until: until, reason: reason))
    timers.add(until.at, .pool(index))
  }

  /// How long one that its provider did not let in waits still: while it does not, one attempt at
  /// a time is made; nil: not at all.
  mutating func denialWait(_ slot: Int) -> TimeSpan? {
    let provider = providerPlace(of: slot)
    guard deploymentTable.runtime(slot).isDenied,
      let backoff = providerTable[provider].backoff, backoff.kind == .denied,
      backoff.retry > now.moment
    else { return nil }
    return backoff.retry - now.moment
      + timers.pause(after: 1, from: Timing.retry.first, upTo: Timing.retry.longest)
  }

  /// A call has come back well: its provider works again, if it is one that had not.
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

  /// A provider works: what it had not let in is tried again now.
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
        change(slot) { if $0.next != nil { $0.next = $1.deadline(in: .zero) } }
      }
    }
    providerTable.scheduleDispatch(provider)
  }
}
