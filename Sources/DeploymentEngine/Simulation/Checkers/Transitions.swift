package import DeploymentEngine
package import DeploymentInterface

/// The allowed changes of a deployment in one step. Pure: takes both records, returns violations.
package enum Transitions {
  /// The states that may follow each state within one step.
  package static let allowed: [DeploymentState: Set<DeploymentState>] = [
    .preparing: [.preparing, .usable, .removable, .removing, .canceling, .error],
    // To canceling if a deployment that works again exceeds its pool's size by then.
    .usable: [.usable, .preparing, .removable, .removing, .canceling, .error],
    .removable: [.removable, .removing],
    .removing: [.removing, .removed, .error],
    .removed: [.removed],
    .canceling: [.canceling, .canceled, .error],
    .canceled: [.canceled],
    .error: [
      .error, .preparing, .usable, .removable, .removing, .removed, .canceling,
    ],
  ]

  /// All violations of a change.
  package static func complaints(
    from old: Deployment, to new: Deployment, wasCalled: Bool, at now: EngineTime
  ) -> [Violation] {
    var moves: [String] = []
    placement(old, new, &moves)
    return moves.map { Violation(checker: .placement, text: $0) }
      + states(from: old, to: new, wasCalled: wasCalled, at: now)
      .map { Violation(checker: .transitions, text: $0) }
  }

  private static func states(
    from old: Deployment, to new: Deployment, wasCalled: Bool, at now: EngineTime
  ) -> [String] {
    var complaints: [String] = []
    let from = old.state
    let to = new.state
    let uncalled = from == .preparing && to == .canceled && !wasCalled
    if from != to, !(allowed[from]?.contains(to) ?? false), !uncalled {
      complaints.append("\(old.id) went from \(from) to \(to)")
    }
    constants(old, new, &complaints)
    revision(old, new, &complaints)
    if from != to, new.stateSince != now.utc {
      complaints.append("\(old.id) has a wrong start time of \(to)")
    }
    if from == .preparing, to == .usable, !new.notices.contains(.finish) {
      complaints.append("\(old.id) left preparing for usable and has no finish notice")
    }
    let told = { (one: Deployment) in one.notices.count { $0 == .finish } }
    if from != .preparing, told(new) > told(old) {
      complaints.append("\(old.id) has a finish notice without having left preparing")
    }
    return complaints
  }

  private static func constants(
    _ old: Deployment, _ new: Deployment, _ complaints: inout [String]
  ) {
    if old.id != new.id || old.pool != new.pool || old.createdAt != new.createdAt {
      complaints.append("\(old.id) changed its id, pool or creation time")
    }
    if old.identity.name != new.identity.name || old.identity.mac != new.identity.mac {
      complaints.append("\(old.id) changed its identity")
    }
    if old.publication != new.publication { complaints.append("\(old.id) changed its publication") }
    if old.because != new.because { complaints.append("\(old.id) was made for another reason") }
    if old.wasLetIn, !new.wasLetIn { complaints.append("\(old.id) forgot its user") }
    if old.phase.isHistory, old.phase != new.phase {
      complaints.append("\(old.id) came back from history")
    }
  }

  private static func placement(
    _ old: Deployment, _ new: Deployment, _ complaints: inout [String]
  ) {
    switch (old.placement, new.placement) {
    case (.assigned(let user, _), .assigned(let other, _)):
      if user != other { complaints.append("\(old.id) went from \(user) to \(other)") }
    case (.assigned, .cache): complaints.append("\(old.id) went back to a cache")
    case (.cache(.l2, _), .assigned): complaints.append("\(old.id) was assigned from L2")
    case (.cache(.l1, _), .assigned): break
    case (.cache, .cache): break
    }
  }

  /// The revision grows when state, placement, operation or requests change, and never falls.
  private static func revision(_ old: Deployment, _ new: Deployment, _ complaints: inout [String]) {
    let changed =
      old.state != new.state || old.placement.with(.wanted) != new.placement.with(.wanted)
      || old.operation != new.operation
      || old.cancelRequested != new.cancelRequested || old.pending?.key != new.pending?.key
    if new.revision < old.revision || (changed && new.revision == old.revision) {
      complaints.append("\(old.id) changed, its revision stayed \(new.revision)")
    }
  }

  /// The violations of a new deployment.
  package static func complaints(aboutNew new: Deployment, at now: EngineTime) -> [String] {
    var complaints: [String] = []
    // A deployment that is canceled in the same commit starts in that state.
    if new.state == .canceling { return [] }
    if new.state != .preparing { complaints.append("\(new.id) begins as \(new.state)") }
    if new.createdAt != now.utc { complaints.append("\(new.id) has a wrong creation time") }
    if !(new.operation?.creates ?? false) {
      complaints.append("\(new.id) begins with \(new.operation?.word ?? "nothing")")
    }
    switch (new.operation, new.placement) {
    case (.deployForUser, .assigned): break
    case (.deployForCache(let level), .cache(let other, _)) where level == other: break
    default: complaints.append("\(new.id) begins as \(new.placement)")
    }
    return complaints
  }
}
