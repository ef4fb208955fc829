import DeploymentEngine
package import DeploymentInterface
import SafeTexts

/// Faults of a store that has lost a record although its external resources exist.
extension World {
  /// Restarts the process on a store that has lost this record.
  package func restart(losing id: DeploymentID, after pause: TimeSpan) {
    losing = id
    restart(after: pause)
  }

  /// Removes the lost record from the store and from all checkers.
  func loseRecord() {
    guard let id = losing else { return }
    losing = nil
    guard let record = store.deployments[id]?.record, record.exists,
      let provider = store.pools[record.pool]?.record.provider, lists.contains(provider.text)
    else { return }
    marks.note(.loss, record)
    let commit = Commit([.erasedDeployment(id)], on: store, at: now)
    store.take(commit, at: now)
    store.countDown(provider, at: now)
    for complaint in ledger.take(commit, Withdrawals(), store) {
      complain(complaint.checker, complaint.text)
    }
    oracle.forget(.deployment(id))
    abandoned.insert(.deployment(id))
    driver.disown(.deployment(id))
  }
}
