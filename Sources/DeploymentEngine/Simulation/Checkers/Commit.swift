import DeploymentEngine
import DeploymentInterface

/// What one step changes, as everybody who judges it sees it: walked through once, since copying
/// whole records is what judging costs most.
struct Commit {
  /// A deployment as it was stored, and as it is from now on.
  struct Amendment {
    let id: DeploymentID
    let old: StoreCopy.Row<Deployment>?
    let new: StoreCopy.Row<Deployment>?
  }
  private(set) var amendments: [Amendment] = []
  /// Everything but deployments, in the order in which it was wanted.
  private(set) var others: [StoreChange] = []

  /// The changes, before they are stored.
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
