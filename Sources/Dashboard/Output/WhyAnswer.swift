import DeploymentEngine

/// Why something is as it is, in sentences.
struct WhyAnswer: Hashable {
  /// What is explained: `pool`, `deployment` or `user`.
  let kind: String
  /// The sentences, what matters most first.
  let sentences: [String]
}

extension StoreView {
  func explanation(of pool: Pool) -> WhyAnswer {
    var sentences = ["\(pool.name) is \(pool.state.rawValue): \(pool.now)"]
    if let problem = pool.problem { sentences.append("it cannot be served: \(problem)") }
    if !pool.isConfigured {
      sentences.append("it left the configuration, and goes when it is empty")
    }
    if let restraint = pool.restraint {
      let left = TimeText.spoken(restraint.until.at - now.moment)
      sentences.append(
        "it creates nothing for \(left), or until `dashboard lift \(pool.name)`: "
          + restraint.reason.text)
    }
    sentences.append("L1: \(pool.plan.l1.because.text.nonEmpty ?? "nothing to do")")
    if pool.traits?.cacheLevels == .l1AndL2 {
      sentences.append("L2: \(pool.plan.l2.because.text.nonEmpty ?? "nothing to do")")
    }
    sentences.append("sizes: \(sizes(of: pool))")
    let waiting = state.waiters.filter { $0.pool == pool.id }.map(\.user.text)
    if !waiting.isEmpty {
      let shown = waiting.prefix(10).joined(separator: ", ") + (waiting.count > 10 ? " …" : "")
      sentences.append("\(counted(waiting.count, "user")) waiting: \(shown)")
    }
    sentences += publications(of: pool)
    return WhyAnswer(kind: "pool", sentences: sentences)
  }

  func explanation(of deployment: Deployment) -> WhyAnswer {
    let words = DeploymentWords(deployment, at: now)
    let pool = poolName(deployment.pool) ?? "a pool that is gone"
    var sentences = [
      "\(deployment.id) (\(deployment.name)) of \(pool) stands at \(words.placement): \(words.state)"
        + " for \(words.age)"
    ]
    if !words.reason.isEmpty { sentences.append("reason: \(words.reason)") }
    if !deployment.because.isEmpty { sentences.append("made because: \(deployment.because)") }
    if let user = deployment.placement.user { sentences.append(admission(deployment, user)) }
    if let pending = deployment.pending {
      sentences.append(
        "\(pending.actor) asked for \(pending.verb.word), due in "
          + "\(TimeText.spoken(pending.due.at - now.moment)); "
          + "`dashboard undo \(deployment.id)` takes it back")
    }
    sentences.append("next: \(next(of: deployment))")
    return WhyAnswer(kind: "deployment", sentences: sentences)
  }

  /// What a user has and waits for; nil: nothing is known of such a user.
  func explanation(ofUser user: String) -> WhyAnswer? {
    let held = state.deployments.filter {
      $0.placement.user?.text == user && !$0.phase.isHistory
    }
    let waits = state.waiters.filter { $0.user.text == user }
    guard !held.isEmpty || !waits.isEmpty else { return nil }
    let sentences = held.map { deployment in
      let pool = poolName(deployment.pool) ?? "?"
      return "\(deployment.id) (\(deployment.name)) of \(pool): "
        + admission(deployment, SafeText(user))
    }
    return WhyAnswer(kind: "user", sentences: sentences + waits.map(sentence(of:)))
  }
}

extension StoreView {
  private func sizes(of pool: Pool) -> String {
    let configured = pool.configuredSizes
    func part(_ name: String, _ value: Int, _ before: Int) -> String {
      value == before ? "\(name) \(value)" : "\(name) \(value) (set by hand, configured \(before))"
    }
    return [
      part("initial", pool.sizes.initial, configured.initial),
      part("L1", pool.sizes.l1, configured.l1),
      part("L2", pool.sizes.l2, configured.l2), part("max", pool.sizes.max, configured.max),
    ].joined(separator: ", ")
  }

  private func publications(of pool: Pool) -> [String] {
    state.publications.filter { $0.pool == pool.id && $0.state != .removed }.map { publication in
      let progress = publication.progress.map { " \($0)" } ?? ""
      let reason = publication.reason.map { ": \($0)" } ?? ""
      return
        "publication \(publication.revision): \(publication.state.rawValue)\(progress)\(reason)"
    }
  }

  private func admission(_ deployment: Deployment, _ user: SafeText) -> String {
    if deployment.isLetIn { return "\(user) is let in at \(deployment.ip ?? "")" }
    if !deployment.placement.isAssigned { return "reserved for \(user) until it is ready" }
    if deployment.state == .error { return "\(user) is not let in: it is in error" }
    if deployment.isReady && deployment.ip?.isEmpty ?? true {
      return "\(user) is not let in: it has no IP"
    }
    return "\(user) is not let in yet: \(DeploymentWords(deployment, at: now).state)"
  }

  private func next(of deployment: Deployment) -> String {
    if deployment.phase.isHistory { return "nothing, it is history" }
    let operation = deployment.phase.operation.map { "\($0.kind.word)" }
    if let due = deployment.next {
      let left = TimeText.spoken(due.at - now.moment)
      return operation.map { "\($0) goes on in \(left)" } ?? "in \(left)"
    }
    if let operation { return "\(operation) has been called, or waits for the provider" }
    if let patience = deployment.patience {
      let left = TimeText.spoken(patience.at - now.moment)
      return "it may stay like this for \(left)"
    }
    return "nothing, until somebody asks"
  }

  private func sentence(of waiter: Waiter) -> String {
    let queue = state.waiters.filter { $0.pool == waiter.pool }.sorted { $0.position < $1.position }
    let place = (queue.firstIndex(of: waiter) ?? 0) + 1
    let left = TimeText.spoken(waiter.patience.at - now.moment)
    return "waits in \(poolName(waiter.pool) ?? "?"), number \(place) of \(queue.count), "
      + "for \(left) at most"
  }
}

extension String {
  /// Itself, if there is something in it.
  var nonEmpty: String? { isEmpty ? nil : self }
}
