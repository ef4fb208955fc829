import DeploymentInterface
import DequeModule
import SafeTexts

extension Engine {
  /// Adds a waiting user to a pool; `isFirst` after a failed reservation.
  mutating func beginWaiting(_ user: SafeText, in index: Int, isFirst: Bool) {
    guard poolTable[index].holders[user] == nil, poolTable.beginWaiting(user, in: index)
    else { return }
    // A user with a failed reservation precedes all others.
    let position = identityTable.nextPosition(isFirst: isFirst)
    let waiter = WaitingUser(
      pool: poolTable[index].record.id, user: user, position: position,
      deadline: deadline(in: poolTable[index].settings.deadlines.preparing))
    timers.add(waiter.deadline.at, .pool(index))
    insert(waiter, index)
    outbox.store(.waiter(waiter))
    poolTable.replan(index)
    providerTable.scheduleDispatch(poolTable[index].provider)
  }

  /// Puts a waiting user into the pool's queue.
  mutating func insert(_ waiter: WaitingUser, _ index: Int) {
    let provider = poolTable[index].provider
    if poolTable[index].waiters.isEmpty, !providerTable[provider].waitingPools.contains(index) {
      providerTable.addWaitingPool(index, provider)
    }
    poolTable.insert(waiter, in: index)
  }

  mutating func endWaiting(_ user: SafeText, in index: Int) {
    guard poolTable.removeWaiter(user, from: index) else { return }
    outbox.store(.erasedWaiter(poolTable[index].record.id, user))
    if poolTable[index].waiters.isEmpty {
      providerTable.removeWaitingPool(index, poolTable[index].provider)
    }
  }

  /// Ends waits that lasted too long, and reports them.
  mutating func expireWaiters(of index: Int) {
    for waiter in poolTable[index].waiters where waiter.deadline.at <= now.moment {
      endWaiting(waiter.user, in: index)
      log(
        .assignment,
        "\(waiter.user) waited for \(waiter.deadline.length.spoken) without getting a deployment: "
          + poolTable[index].record.now.text, level: .warning, pool: index)
    }
  }
}
