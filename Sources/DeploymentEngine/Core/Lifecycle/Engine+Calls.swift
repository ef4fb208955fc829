import DeploymentInterface
import SafeTexts

extension Engine {
  /// Makes the next call of a deployment: its undelivered notices, then its task.
  mutating func call(_ slot: Int) {
    guard !deploymentTable.isCalled(slot) else { return }
    let deployment = deploymentTable[slot]
    let index = deploymentTable.pool(of: slot)
    let limit = poolTable[index].settings.deadlines.call
    guard !provider(ofPool: index).inMaintenance else { return }
    let task = deployment.phase.operation?.task
    guard task != nil || !deployment.notices.isEmpty else { return }
    let id = callTable.begin(.deployment(deployment.id))
    let call = CallInFlight(
      id, task: task, noticesSent: deployment.notices.count, due: now.moment + limit)
    deploymentTable.updateRuntime(slot) { $0.call = call }
    outbox.make(
      Call(
        id: id, subject: .deployment(deployment.id), pool: deployment.pool,
        notices: deployment.notices, task: task, data: deployment.data,
        record: record(of: deployment, in: index), timeLimit: limit))
    reschedule(slot)
  }

  private func record(of deployment: Deployment, in index: Int) -> CallRecord {
    let publication = poolTable[index].publication(deployment.publication)?.record
    return CallRecord(
      id: deployment.id.number, pool: poolTable[index].record.name, identity: deployment.identity,
      placement: deployment.placement,
      publication: publication.map {
        PublicationReference(revision: $0.revision, name: $0.name, data: $0.data)
      }, osData: deployment.guest.data, time: now)
  }
}
