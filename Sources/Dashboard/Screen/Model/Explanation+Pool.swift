package import DeploymentEngine
import DeploymentInterface
import SafeTexts

extension Explanation {
  /// Explains why a pool does what it does, or does nothing.
  package static func of(_ pool: Pool, _ around: Surroundings) -> Explanation {
    var result = Explanation()
    result.fact(pool.now)
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
      pool.isConfigured, "it is in the configuration", else: "it is no longer in the configuration")
    gate(!pool.isPaused, "it is not paused", else: "it was paused by an operator")
    gate(
      !pool.inMaintenance, "provider \(pool.provider) accepts calls",
      else: "provider \(pool.provider) is in maintenance: no call is made")
    restraint(pool, around)
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
      else: "full: \(taken) of \(pool.sizes.max) exist\(leaving)")
    if let provider = around.provider { room(provider) }
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
      provider.preparing < limits.preparing,
      "provider \(provider.name) is preparing \(provider.preparing) of \(limits.preparing)",
      else:
        "provider \(provider.name) is busy: \(provider.preparing) of \(limits.preparing) preparing")
    gate(
      provider.deployments < limits.deployments,
      "provider \(provider.name) holds \(provider.deployments) of \(limits.deployments)",
      else: "provider \(provider.name) is full: \(provider.deployments) of \(limits.deployments)")
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
      var text =
        "\(publication.revision) \(publication.state.rawValue) since \(since), "
        + "\(publication.standing) deployments use it"
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
