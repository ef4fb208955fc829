package import DeploymentEngine
package import DeploymentInterface
package import SafeTexts

/// The checks of what users are promised: the user who asked first is served first, and nobody is
/// refused or waits for what stands ready.
extension World {
  /// Checks a step against the state stored before it.
  func judgePromises(_ commit: Commit, _ outcome: Effects, _ told: [Told]) {
    judgeWithdrawals(told)
    for one in commit.amendments {
      if let new = one.new?.record, new.isLeaving, new.promise != nil {
        complain(.promises, "\(new.id) is on its way out and still promised: \(new.placement)")
      }
      // What somebody is logged in to, or what will be removed, is only for the user that it was
      // reserved for.
      guard let new = one.new?.record, new.admission == .wanted, let promise = new.promise,
        new.state == .usable, !new.inUse, new.pending == nil,
        one.old?.record.placement.isAssigned != true, !told.contains(where: { $0.chooses(new.id) })
      else { continue }
      judgeOrder(new, promise)
    }
    for answer in outcome.answers {
      guard case .refused(let refusal) = answer.reply, told.count == 1,
        case .request(let request)? = told.first?.event, request.key == answer.key,
        case .assignFromPool(let name, let user) = request.verb, refusal.kind == .notPermitted
      else { continue }
      judgeRefusal(refusal, of: user, in: name)
    }
    judgeRetirement(outcome)
  }

  /// Kills the command that waits for a user.
  package func end(_ asker: Asker, of user: SafeText, in pool: PoolID) {
    noteFault(.askers)
    step(.askerEnded(asker, user: user, pool: pool))
  }

  /// Nothing is promised any more to a user whose command the engine knows to be gone.
  private func judgeWithdrawals(_ told: [Told]) {
    let gone = told.withdrawals.askers
    guard !gone.isEmpty else { return }
    for waiter in engine.waiters where waiter.promise.asker.map(gone.contains) ?? false {
      complain(.promises, "\(waiter.user) waits although the command that waited is gone")
    }
    for one in engine.deployments where one.promise?.asker.map(gone.contains) ?? false {
      complain(.promises, "\(one.id) is promised although the command that waited is gone")
    }
  }

  /// A publication does not empty its pool, unless an operator forced it.
  private func judgeRetirement(_ outcome: Effects) {
    let retired = outcome.journal.filter { $0.message.text.hasPrefix("removable: retiring") }
      .compactMap { entry in entry.deployment.flatMap { store.deployments[$0]?.record } }
      .filter(\.isReadyForAnyone)
    guard let first = retired.first,
      let pool = engine.pools.first(where: { $0.id == first.pool }),
      pool.isConfigured, pool.traits?.cacheLevels.contains(.l1) ?? false,
      max(pool.sizes.l1, pool.sizes.initial - pool.counts.assigned) > 0
    else { return }
    let isForced = engine.publications.contains {
      $0.pool == pool.id && $0.revision == pool.activePublication && $0.isForced
    }
    let before = store.deployments.values.map(\.record).filter {
      $0.pool == pool.id && $0.isReadyForAnyone
    }
    let isEmpty = !engine.deployments.contains { $0.pool == pool.id && $0.isReadyForAnyone }
    if isEmpty, !isForced, before.count == retired.count {
      complain(.publications, "\(first.id) was the last ready one of \(pool.name) and is retired")
    }
  }

  /// A user gets one: nobody who asked before, and waited already, is passed over. What the engine
  /// decided it decided at its time, however long the store then failed.
  private func judgeOrder(_ given: Deployment, _ promise: Promise) {
    for waiter in engine.waiters
    where waiter.pool == given.pool && waiter.promise.position < promise.position {
      let key = StoreCopy.WaiterKey(pool: waiter.pool, user: waiter.user)
      guard waiter.retryAt.map({ $0.at <= decidedAt.moment }) ?? true,
        store.waiters[key]?.record.promise == waiter.promise
      else { continue }
      complain(
        .promises, "\(given.id) is given to \(given.placement), and \(waiter.user) asked before")
    }
    for one in engine.deployments where one.pool == given.pool && one.id != given.id {
      guard case .cache(.l1, reservedFor: let user?) = one.placement, one.exists, !one.isLeaving,
        !one.isReady, let earlier = one.promise, earlier.position < promise.position,
        store.deployments[one.id]?.record.promise == earlier
      else { continue }
      complain(
        .promises, "\(given.id) is given away while \(user), who asked before, has \(one.id)")
    }
  }

  private func judgeRefusal(_ refusal: Refusal, of user: SafeText, in name: SafeText) {
    guard let pool = engine.pools.first(where: { $0.name == name }), !pool.inMaintenance,
      pool.state == .active || pool.state == .restrained
    else { return }
    let mine = engine.deployments.filter { $0.pool == pool.id && $0.exists }
    guard !mine.contains(where: { $0.holder == user }),
      let there = mine.first(where: \.canBeGiven)
    else { return }
    complain(
      .promises, "\(user) is refused though \(there.id) is ready: \(refusal.sentence.text)")
  }
}

extension Deployment {
  fileprivate var isReadyForAnyone: Bool {
    isReady && placement == .cache(.l1, reservedFor: nil) && !inUse && pending == nil
  }
}

extension [World.Told] {
  /// By the events that are stored, whose commit may come long after they were sent.
  var withdrawals: Withdrawals {
    var found = Withdrawals()
    for one in self {
      if case .askerEnded(let asker, _, _) = one.event { found.askers.insert(asker) }
      guard case .request(let request) = one.event else { continue }
      if case .unwait(let pool, let user) = request.verb { found.users.append((pool, user)) }
      if case .release(let id) = request.verb { found.released.insert(id) }
    }
    return found
  }
}

extension World.Told {
  /// Whether a person gave this very deployment to a user.
  fileprivate func chooses(_ id: DeploymentID) -> Bool {
    if case .request(let request) = event, case .assign(id, _) = request.verb {
      true
    } else {
      false
    }
  }
}
