package import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension Explanation {
  /// Explains why a pool does what it does, or does nothing.
  package static func of(_ pool: Pool, _ around: Surroundings) -> Explanation {
    var result = Explanation()
    result.fact(pool.now)
    if let words = pool.overrideWords {
      result.fact("an operator set \(words); `resize \(pool.name) --reset` restores them")
    }
    result.plan(pool)
    result.head("Can it create?")
    result.creationGates(pool, around)
    result.waiting(around)
    result.publications(around)
    return result
  }

  private mutating func plan(_ pool: Pool) {
    for (level, plan) in [("L1", pool.plan.l1), ("L2", pool.plan.l2)] {
      // The pool's own sentence usually says it already.
      guard !plan.because.isEmpty, !pool.now.text.contains(plan.because.text) else { continue }
      fact("\(level): \(plan.because)")
    }
  }

  private mutating func creationGates(_ pool: Pool, _ around: Surroundings) {
    if let problem = pool.problem {
      gate(false, "", else: "its service cannot be configured: \(problem)")
    }
    gate(
      pool.isConfigured, "it is in the configuration",
      else:
        around.settings?.onRemoved == .keep
        ? "it left the configuration: it takes no new users, and keeps what it caches"
        : "it left the configuration: it takes no new users, and what it caches is removed")
    if pool.isConfigured || pool.isPaused {
      gate(!pool.isPaused, "it is not paused", else: "it was paused by an operator")
    }
    gate(
      !pool.inMaintenance, "provider \(pool.provider) accepts calls",
      else: "provider \(pool.provider) is in maintenance: no call is made")
    restraint(pool, around)
    if let restraint = pool.moveRestraint {
      let until = around.point(restraint.until)
      gate(
        false, "", else: "moves from L2 fail, so none is made until \(until): \(restraint.reason)")
    }
    if let failing = around.failing { gate(false, "", else: "calls fail for now: \(failing)") }
    if !around.usersInCache.isEmpty {
      let users = around.usersInCache.map(\.text).joined(separator: ", ")
      gate(
        false, "",
        else: "somebody is logged in to cached deployments, so they are not given: \(users)")
    }
    if pool.traits?.publishes == true {
      let active = pool.activePublication.map { "publication \($0) is active" } ?? ""
      gate(
        pool.activePublication != nil, SafeText(active),
        else: "no publication is active: publish one")
    }
    let counts = pool.counts
    let taken = counts.total + counts.leaving
    let leaving = counts.leaving > 0 ? ", \(counts.leaving) of them leaving or in error" : ""
    gate(
      taken < pool.sizes.max, "\(taken) of \(pool.sizes.max) exist\(leaving)",
      else: "full: \(pool.sizes.max) at most; \(taken) exist\(leaving)")
    if let provider = around.provider { room(provider) }
    shortage(pool)
  }

  /// The planner's own reason, if nothing above tells why a pool that is short creates nothing.
  private mutating func shortage(_ pool: Pool) {
    let plans = [
      (pool.plan.l1, pool.counts.l1, pool.sizes.l1), (pool.plan.l2, pool.counts.l2, pool.sizes.l2),
    ]
    guard !lines.contains(where: { $0.kind == .closed }) else { return }
    for (plan, existing, wanted) in plans
    where existing < wanted && plan.action == .none && !plan.because.isEmpty {
      gate(false, "", else: plan.because)
    }
  }

  private mutating func restraint(_ pool: Pool, _ around: Surroundings) {
    if let restraint = pool.restraint {
      let until = around.point(restraint.until)
      return gate(
        false, "", else: "restrained until \(until), the last error: \(restraint.reason)")
    }
    let limit = around.settings?.restrain.count ?? 0
    let errors = pool.creationErrors.count
    gate(
      true,
      errors == 0 || limit == 0
        ? "it is not restrained"
        : "it is not restrained: \(errors) recent creation errors, restrained at \(limit)", else: ""
    )
  }

  private mutating func room(_ provider: ProviderRecord) {
    let limits = provider.limits
    gate(
      provider.hasRoomToPrepare(forUser: false),
      "provider \(provider.name) is preparing \(provider.preparing) of \(limits.preparing)",
      else: "provider \(provider.name) is busy: \(provider.preparingText)")
    gate(
      provider.places < limits.deployments,
      "provider \(provider.name) holds \(provider.places) of \(limits.deployments)",
      else: "provider \(provider.name) is full: \(provider.places) of \(limits.deployments)")
  }

  private mutating func waiting(_ around: Surroundings) {
    guard let first = around.waiters.first else { return }
    head("Who is waiting?")
    fact("\(around.waiters.count) in the queue, first \(first.user)")
    if let patience = first.promise.patience {
      next("the wait of \(first.user) ends at \(around.point(patience))")
    }
  }

  private mutating func publications(_ around: Surroundings) {
    let current = around.publications.filter { $0.state != .removed }
    guard !current.isEmpty else { return }
    head("Publications")
    for publication in current {
      let since = around.point(publication.stateSince)
      let uses = around.uses[publication.revision] ?? 0
      var text =
        "\(publication.revision) \(publication.state.rawValue) since \(since), "
        + (uses == 1 ? "1 deployment uses it" : "\(uses) deployments use it")
      if let progress = publication.progress, publication.operation != nil {
        text += ", \(progress)"
      }
      if let reason = publication.reason { text += ": \(reason)" }
      fact(SafeText(text))
      if let due = publication.nextActionAt {
        next("publication \(publication.revision): \(around.point(due))")
      }
    }
  }
}
