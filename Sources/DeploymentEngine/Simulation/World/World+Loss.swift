import DeploymentEngine
package import DeploymentInterface
import SafeTexts

/// A store that has lost a record: what it spoke of exists, and nobody knows of it.
extension World {
  /// The process dies, and when another starts, this record is not there any more.
  package func restart(losing id: DeploymentID, after pause: TimeSpan) {
    losing = id
    restart(after: pause)
  }

  /// What is lost is gone from the books of all who judge, too.
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
    for complaint in ledger.take(commit, store) { complain(complaint.checker, complaint.text) }
    oracle.forget(.deployment(id))
    abandoned.insert(.deployment(id))
    driver.disown(.deployment(id))
  }
}
