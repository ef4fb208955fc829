import DeploymentEngine
import DeploymentInterface

/// The changes of one step, as all checkers see them. Computed once, since copying whole records is
/// the main cost of the checks.
struct Commit {
  /// A deployment before and after the commit; nil if it did not or does not exist.
  struct Amendment {
    let id: DeploymentID
    let old: StoreCopy.Row<Deployment>?
    let new: StoreCopy.Row<Deployment>?
  }
  private(set) var amendments: [Amendment] = []
  /// All other changes, in the order of the effects.
  private(set) var others: [StoreChange] = []

  /// The changes of a step that is not stored yet.
  init(_ changes: [StoreChange], on store: StoreCopy, at now: EngineTime) {
    for change in changes {
      switch change {
      case .deployment(let record):
        let old = store.deployments[record.id]
        let new = store.row(record, at: now)
        amendments.append(Amendment(id: record.id, old: old, new: new))
      case .erasedDeployment(let id):
        amendments.append(Amendment(id: id, old: store.deployments[id], new: nil))
      default: others.append(change)
      }
    }
  }
}
