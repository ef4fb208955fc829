import DeploymentInterface
import DequeModule
import SafeTexts

extension Engine {
  /// A user waits in a pool; `isFirst` for one whose reservation failed.
  mutating func beginWaiting(_ user: SafeText, in index: Int, isFirst: Bool) {
    guard poolTable[index].holders[user] == nil, poolTable.beginWaiting(user, in: index)
    else { return }
    // One whose reservation failed goes before all who only asked.
    let position = identityTable.nextPosition(isFirst: isFirst)
    let waiter = WaitingUser(
      pool: poolTable[index].record.id, user: user, position: position,
      patience: deadline(in: poolTable[index].settings.deadlines.preparing))
    timers.add(waiter.patience.at, .pool(index))
    insert(waiter, index)
    outbox.store(.waiter(waiter))
    poolTable.replan(index)
    providerTable.scheduleDispatch(poolTable[index].provider)
  }

  /// Puts a waiter into its pool's queue.
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

  /// Users who have waited for too long are told so.
  mutating func expireWaiters(of index: Int) {
    for waiter in poolTable[index].waiters where waiter.patience.at <= now.moment {
      endWaiting(waiter.user, in: index)
      log(
        .assignment,
        "\(waiter.user) waited for \(waiter.patience.length.spoken) without getting a deployment: "
          + poolTable[index].record.now.text, level: .warning, pool: index)
    }
  }
}
