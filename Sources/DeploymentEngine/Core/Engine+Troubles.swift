import DeploymentInterface
import SafeTexts

extension Engine {
  /// A provider wants less of us, or does not let us in: none of its pools creates anything for as
  /// long as it says, or for a growing pause. What is ready is served, moved and removed.
  ///
  /// - Returns: how long what has failed waits at least.
  mutating func restrainProvider(_ host: Int, _ failure: DeploymentFailure) -> TimeSpan {
    let before = hosts[host].trouble
    // What was called before all that began says nothing new.
    let isNew = before.map { $0.retry <= now.moment } ?? true
    if isNew { hosts[host].troubles += 1 }
    var said = failure.retryAfter.map {
      min(max($0, Pauses.provider.first), Pauses.provider.longest)
    }
    if let before, !isNew { said = max(said ?? .zero, before.retry - now.moment) }
    let wait =
      said
      ?? pause(
        after: hosts[host].troubles, from: Pauses.provider.first, upTo: Pauses.provider.longest)
    // Who does not let us in is not asked for anything new before one attempt has worked.
    let length = failure.kind == .denied ? wait + Pauses.attempt : wait
    hosts[host].trouble = Trouble(
      kind: failure.kind, retry: now.moment + wait, end: now.moment + length)
    for index in boxes.indices where boxes[index].host == host && !boxes[index].isErased {
      restrain(index, until: deadline(in: length), failure.reason)
    }
    if isNew {
      let name = hosts[host].record.name
      let sentence = "\(name) is asked for nothing new for \(wait.spoken): \(failure.reason)"
      log(.provider, sentence, level: .warning)
    }
    return wait
  }

  /// A pool creates nothing until then, or for longer where that was decided before.
  mutating func restrain(_ index: Int, until: Deadline, _ reason: SafeText) {
    if let before = boxes[index].record.restraint, before.until.at >= until.at { return }
    boxes[index].record.restraint = Restraint(until: until, reason: reason)
    addDue(until.at, .pool(index))
    replan(index)
  }

  /// How long one that its provider did not let in waits still: while it does not, one attempt at
  /// a time is made; nil: not at all.
  mutating func denialWait(_ slot: Int) -> TimeSpan? {
    let host = boxes[live[slot].pool].host
    guard live[slot].isDenied, let trouble = hosts[host].trouble, trouble.kind == .denied,
      trouble.retry > now.moment
    else { return nil }
    return trouble.retry - now.moment
      + pause(after: 1, from: Pauses.retry.first, upTo: Pauses.retry.longest)
  }

  /// A call has come back well: its provider works again, if it is one that had not.
  mutating func noteWorking(_ slot: Int, _ task: DriverTask) {
    let wasDenied = live[slot].isDenied
    live[slot].isDenied = false
    let isNew =
      switch task {
      case .start(let kind): kind.creates
      case .check: false
      }
    if wasDenied || isNew { works(boxes[live[slot].pool].host) }
  }

  /// A provider works: what it had not let in is tried again now.
  mutating func works(_ host: Int) {
    guard hosts[host].troubles > 0 else { return }
    hosts[host].troubles = 0
    guard let trouble = hosts[host].trouble, trouble.kind == .denied else { return }
    hosts[host].trouble = nil
    log(.provider, "\(hosts[host].record.name) lets us in again")
    for index in boxes.indices where boxes[index].host == host {
      guard boxes[index].record.restraint?.until.at == trouble.end else { continue }
      boxes[index].record.restraint = nil
      replan(index)
    }
    for slot in slotOf.values.sorted() where live[slot].isDenied {
      guard boxes[live[slot].pool].host == host else { continue }
      live[slot].isDenied = false
      if live[slot].call == nil, slots[slot].phase.operation?.step != .queued {
        change(slot) { if $0.next != nil { $0.next = $1.deadline(in: .zero) } }
      }
    }
    pump(host)
  }
}
