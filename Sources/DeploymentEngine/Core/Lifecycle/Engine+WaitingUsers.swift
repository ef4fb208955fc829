import DeploymentInterface
import DequeModule
import SafeTexts

extension Engine {
  /// A user asks for a deployment of a pool: the promise with its place in the order.
  mutating func newPromise(in index: Int, _ asker: Asker? = nil) -> Promise {
    Promise(
      position: identityTable.nextPosition(),
      patience: poolTable[index].settings.patience.map { deadline(in: $0) }, asker: asker)
  }

  /// A user has asked again: what asked last decides how long the user waits.
  mutating func note(_ asker: Asker?, of user: SafeText, in index: Int) {
    if let waiter = poolTable.note(asker, of: user, in: index) {
      outbox.store(.waiter(waiter))
    } else if let id = poolTable.holder(user, in: index), let slot = deploymentTable.slot(id),
      let promise = deploymentTable[slot].promise, promise.asker != asker
    {
      change(slot) { $0.promise?.asker = asker }
    }
  }

  /// The process that waited for a user has ended. The user no longer waits, unless another request
  /// for the user came after that process's.
  mutating func askerEnded(_ asker: Asker, _ user: SafeText, _ pool: PoolID) {
    guard let index = poolTable.place(pool), promise(to: user, in: index)?.asker == asker else {
      return
    }
    _ = unwait(user, in: index, because: ", because the command that waited has ended")
  }

  /// The promise to a user who waits in a pool; nil: the user does not wait.
  func promise(to user: SafeText, in index: Int) -> Promise? {
    let held = poolTable.holder(user, in: index).flatMap { deploymentTable.slot($0) }
    return poolTable.waiter(user, in: index)?.promise
      ?? held.flatMap { deploymentTable[$0].promise }
  }

  /// A user waits in a pool, after a pause if several deployments failed in a row.
  mutating func beginWaiting(
    _ user: SafeText, in index: Int, _ promise: Promise, pause: TimeSpan? = nil
  ) {
    guard poolTable.holder(user, in: index) == nil, !poolTable.isWaiting(user, in: index) else {
      return
    }
    let waiter = WaitingUser(
      pool: poolTable[index].record.id, user: user, promise: promise,
      retryAt: pause.map { deadline(in: $0) })
    insert(waiter, index)
    outbox.store(.waiter(waiter))
    poolTable.replan(index)
    providerTable.scheduleDispatch(poolTable[index].provider)
  }

  /// Puts a waiting user into the pool's queue.
  mutating func insert(_ waiter: WaitingUser, _ index: Int) {
    poolTable.insert(waiter, in: index)
    updateService(of: index)
    for moment in [waiter.promise.patience?.at, waiter.retryAt?.at] {
      if let moment { timers.add(moment, .pool(index)) }
    }
  }

  /// Takes a user out of the queue; nil: the user did not wait.
  @discardableResult
  mutating func endWaiting(_ user: SafeText, in index: Int) -> WaitingUser? {
    guard let waiter = poolTable.removeWaiter(user, from: index) else { return nil }
    outbox.store(.erasedWaiter(poolTable[index].record.id, waiter.user))
    updateService(of: index)
    return waiter
  }

  /// Notes with the provider whether a pool has users who can be served better than now.
  mutating func updateService(of index: Int) {
    let provider = poolTable[index].provider
    if poolTable.needsServing(index) {
      if !providerTable[provider].waitingPools.contains(index) {
        providerTable.addWaitingPool(index, provider)
      }
      providerTable.scheduleDispatch(provider)
    } else {
      providerTable.removeWaitingPool(index, provider)
    }
  }

  /// The reservation of the user who asked first, if that was before this place in the order.
  func firstReserved(of index: Int, before position: Int64?) -> Int? {
    let reserved = poolTable[index].reserved.compactMap { deploymentTable.slot($0) }
    let first = reserved.min { place(of: $0) < place(of: $1) }
    return first.flatMap { place(of: $0) < position ?? .max ? $0 : nil }
  }

  /// The first in the queue of a pool who is not to wait for the end of a pause.
  func firstWaiter(of index: Int) -> WaitingUser? {
    poolTable[index].waiters.first { $0.retryAt.map { $0.at <= now.moment } ?? true }
  }

  private func place(of slot: Int) -> Int64 { deploymentTable[slot].promise?.position ?? .max }

  /// A reserved one is ready, and somebody who asked before its user is not served yet: they get it
  /// at once, and its user gets what they had, or waits.
  mutating func yieldToWhoAskedFirst(_ slot: Int) {
    let index = deploymentTable.pool(of: slot)
    guard let promise = deploymentTable[slot].promise,
      let user = deploymentTable[slot].placement.user,
      deploymentTable[slot].pending == nil, !deploymentTable[slot].inUse
    else { return }
    let waiter = firstWaiter(of: index)
    let limit = min(promise.position, waiter?.position ?? .max)
    if let other = firstReserved(of: index, before: limit),
      let first = deploymentTable[other].placement.user,
      let earlier = deploymentTable[other].promise
    {
      takeFromUser(slot)
      takeFromUser(other)
      reserve(other, for: user, promise)
      reserve(slot, for: first, earlier)
    } else if let waiter, waiter.position < promise.position {
      takeFromUser(slot)
      endWaiting(waiter.user, in: index)
      reserve(slot, for: waiter.user, waiter.promise)
      beginWaiting(user, in: index, promise)
    }
  }

  mutating func reserve(_ slot: Int, for user: SafeText, _ promise: Promise) {
    change(slot) {
      $0.placement = .cache($0.placement.level ?? .l1, reservedFor: user)
      $0.promise = promise
    }
    log(.assignment, "reserved for \(user)", slot: slot)
  }

  /// Ends the waits whose patience is over, and serves the users whose pause is over.
  mutating func expireWaiters(of index: Int) {
    for waiter in poolTable[index].waiters {
      if let patience = waiter.promise.patience, patience.at <= now.moment {
        endWaiting(waiter.user, in: index)
        log(
          .assignment,
          "\(waiter.user) waited for \(patience.length.spoken) without getting a deployment: "
            + poolTable[index].record.now.text, level: .warning, pool: index)
      } else if let retry = waiter.retryAt, retry.at <= now.moment {
        providerTable.scheduleDispatch(poolTable[index].provider)
      }
    }
  }

  /// Takes a deployment from its user because it failed or is being removed; the user goes on to
  /// another one. A reservation is only cancelled; an assigned deployment is given up.
  /// - Parameter failure: why it failed; nil: it did not fail.
  mutating func passOn(_ slot: Int, because reason: String, _ failure: DeploymentFailure? = nil) {
    guard let user = deploymentTable[slot].placement.user else { return }
    let index = deploymentTable.pool(of: slot)
    let promise = deploymentTable[slot].promise
    takeFromUser(slot)
    guard var promise else {
      return log(.assignment, "no longer \(user)'s: \(reason)", slot: slot)
    }
    if let failure { promise.note(failure) }
    log(.assignment, "no longer for \(user), who gets another: \(reason)", slot: slot)
    let excess = promise.failures - Timing.assignTries
    let pause =
      failure == nil || excess < 0
      ? nil : timers.pause(after: excess + 1, from: Timing.retry.first, upTo: Timing.retry.longest)
    beginWaiting(user, in: index, promise, pause: pause)
  }

  /// It is no longer for its user: a cached one is not reserved any more, another one is given up.
  mutating func takeFromUser(_ slot: Int) {
    change(slot) {
      switch $0.placement {
      case .cache(let level, _): $0.placement = .cache(level, reservedFor: nil)
      case .assigned: $0.placement = $0.placement.with(.givenUp)
      }
      $0.promise = nil
    }
  }
}
