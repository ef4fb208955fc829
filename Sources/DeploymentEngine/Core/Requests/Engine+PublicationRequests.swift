import DeploymentInterface
import SafeTexts

extension Engine {
  /// Prepares the next revision of what a pool clones.
  mutating func publish(_ index: Int, _ request: Request) -> Reply {
    let pool = poolTable[index].record
    guard pool.traits?.publishes ?? false else {
      return .refused(
        Refusal(.notPermitted, "the service of \(pool.name) has no publications"))
    }
    if pool.inMaintenance {
      return .refused(Refusal(.notPermitted, "provider \(pool.provider) is in maintenance"))
    }
    if !pool.isConfigured {
      return .refused(Refusal(.notPermitted, "pool \(pool.name) is no longer in the configuration"))
    }
    if let running = poolTable[index].publishing {
      return .refused(
        Refusal(
          .notPermitted, "revision \(running.revision) of \(pool.name) is already being published"))
    }
    let revision = nextRevision(index)
    let length = poolTable[index].settings.deadlines.preparing
    let publication = PublicationRecord(
      pool: pool.id, revision: revision, name: "\(pool.name)-r\(revision)",
      operation: Operation(.publish, deadline: deadline(in: length)), at: now.utc)
    poolTable.add(publication, to: index)
    log(.publication, "revision \(revision) is being published", pool: index, actor: request.actor)
    callPublication(index, revision)
    // History that was kept only because its number was the highest may go now.
    for old in poolTable[index].publications where old.record.state == .removed {
      timers.add(now.moment, .publication(index, old.record.revision))
    }
    return .accepted(nil, note: "revision \(revision) of \(pool.name) is being published")
  }

  /// Cancels the publication that is being prepared.
  mutating func cancelPublication(_ index: Int) -> Reply {
    let name = poolTable[index].record.name
    guard let running = poolTable[index].publishing else {
      return .refused(Refusal(.notPermitted, "no publication of \(name) is in preparation"))
    }
    cancelPublishing(index, running.revision)
    return .accepted(nil, note: "revision \(running.revision) of \(name) is being cancelled")
  }

  /// A pool that was gone begins anew, and what it left behind has its names: they are passed over,
  /// so that no removal of what has no record meets what has one.
  private func nextRevision(_ index: Int) -> Int {
    var revision = (poolTable[index].publications.map(\.record.revision).max() ?? 0) + 1
    while providerTable.isLeftBehind("\(poolTable[index].record.name)-r\(revision)") {
      revision += 1
    }
    return revision
  }
}
