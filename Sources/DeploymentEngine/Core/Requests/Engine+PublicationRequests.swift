import DeploymentInterface
import SafeTexts

extension Engine {
  /// Prepares the next revision of the image that a pool clones.
  mutating func publish(_ index: Int, _ request: Request, forced: Bool = false) -> Reply {
    let pool = poolTable[index].record
    let revision = nextRevision(index)
    let length = poolTable[index].settings.deadlines.preparing
    var publication = PublicationRecord(
      pool: pool.id, revision: revision, name: "\(pool.name)-r\(revision)",
      operation: Operation(.publish, deadline: deadline(in: length)), at: now.utc)
    publication.isForced = forced
    poolTable.add(publication, to: index)
    log(.publication, "revision \(revision) is being published", pool: index, actor: request.actor)
    callPublication(index, revision)
    // Erase history that was kept only because its number was the highest.
    for old in poolTable[index].publications where old.record.state == .removed {
      timers.add(now.moment, .publication(index, old.record.revision))
    }
    return .accepted(nil, note: "revision \(revision) of \(pool.name) is being published")
  }

  /// Lets the publication that rolls out have the place of the last ready deployment; prepares
  /// another one if none rolls out.
  mutating func forcePublication(_ index: Int, _ request: Request) -> Reply {
    let pool = poolTable[index].record
    guard pool.counts.l1Outdated > 0, let active = pool.activePublication else {
      return publish(index, request, forced: true)
    }
    force(index, active)
    return .accepted(
      nil, note: "revision \(active) of \(pool.name) may take the place of the last ready one")
  }

  /// Cancels the publication that is being prepared.
  mutating func cancelPublication(_ index: Int) -> Reply {
    let name = poolTable[index].record.name
    guard let running = poolTable[index].publishing else {
      let sentence = "no publication of \(name) can be cancelled: none is in preparation"
      outbox.breakInvariant(sentence)
      return .refused(Refusal(.notPermitted, SafeText(sentence)))
    }
    cancelPublishing(index, running.revision)
    return .accepted(nil, note: "revision \(running.revision) of \(name) is being cancelled")
  }

  /// The next revision of a pool. A pool that was erased starts again at 1: names that an earlier
  /// one left behind are skipped, so that the removal of an orphan never affects a resource with a
  /// record.
  private func nextRevision(_ index: Int) -> Int {
    var revision = (poolTable[index].publications.map(\.record.revision).max() ?? 0) + 1
    while providerTable.isLeftBehind("\(poolTable[index].record.name)-r\(revision)") {
      revision += 1
    }
    return revision
  }
}
