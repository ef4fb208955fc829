import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import SafeTexts
import TestSupport
import Testing

import struct Synchronization.Atomic

@testable import EngineRuntime
@testable import EngineStore

struct FeedTests {
  private let now = EngineTime.current
  private var fixed: EngineClock { EngineClock { [now] in now } }

  @Test func tellsEverythingThatChangedAndNothingElse() throws {
    for seed in UInt64(0)..<5 {
      let temporary = try TemporaryStore()
      var history = RandomHistory(seed: seed, now: now)
      try temporary.open { store in
        _ = try store.commit(history.beginning(), at: now)
        let reader = try StoreReader(path: temporary.path, clock: fixed)
        let first = try reader.snapshot()
        var known = Replica()
        known.take(first.state)
        var sequence = first.sequence
        for round in 0..<20 {
          for _ in 0..<history.records.number(0...4) {
            _ = try store.commit(history.next(), at: now)
          }
          let changes = try reader.changes(since: sequence)
          #expect(!changes.isWhole)
          known.apply(changes.changes)
          sequence = changes.sequence
          #expect(known.state == history.replica.state, "seed \(seed), round \(round)")
        }
        let last = try reader.snapshot()
        var counted = history.replica.state
        counted.counters = last.state.counters
        #expect(last.state == counted)
        #expect(last.sequence == sequence)
        #expect(try reader.changes(since: sequence).changes.isEmpty)
      }
    }
  }

  @Test func sendsThoseWhoAreTooFarBehindToASnapshot() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      var outcome = Effects()
      let limit = StoreLimits.tombstones + StoreLimits.slack
      for batch in 0..<12 {
        outcome.changes = (0..<1000).map {
          .erasedDeployment(DeploymentID(Int64(batch * 1000 + $0)))
        }
        _ = try store.commit(outcome, at: now)
      }
      let reader = try StoreReader(path: temporary.path)
      #expect(try reader.changes(since: 0).isWhole)
      #expect(try reader.changes(since: 0).changes.isEmpty)
      let later = try reader.changes(since: 6)
      #expect(!later.isWhole)
      #expect(later.changes.count == 6000)
      let kept = try store.queue.read {
        try Int64.fetchOne($0, sql: "SELECT count(*) FROM tombstone") ?? 0
      }
      #expect(kept <= limit)
    }
  }

  @Test func sendsThoseWhoKnowTheFutureToASnapshot() throws {
    let temporary = try TemporaryStore()
    try temporary.open { _ in
      let changes = try StoreReader(path: temporary.path).changes(since: 99)
      #expect(changes.isWhole)
      #expect(changes.sequence == 0)
    }
  }

  @Test func goesOverToAStoreThatWasPutInThePlace() throws {
    let temporary = try TemporaryStore()
    try temporary.open { _ = try $0.commit(Effects(), at: now) }
    let reader = try StoreReader(path: temporary.path)
    let before = try reader.snapshot()
    for name in ["", "-wal", "-shm", ".lock"] { try temporary.remove("store.sqlite" + name) }
    #expect(throws: StoreFailure.self) { try reader.snapshot() }
    try temporary.open { _ = try $0.commit(Effects(), at: now) }
    let changes = try reader.changes(since: before.sequence)
    #expect(changes.isWhole)
    #expect(try reader.snapshot().storeID != before.storeID)
    #expect(try !reader.changes(since: changes.sequence).isWhole)
  }

  @Test func keepsTheJournalInOrderAndWithinItsBound() throws {
    let temporary = try TemporaryStore()
    let before = Limits.journalEntries + 3000
    try temporary.open { store in
      try store.queue.write { db in
        try db.execute(
          sql: """
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
            INSERT INTO journal (id, at, level, kind, deployment, actor, message)
            SELECT n, 0, 'info', 'state', n % 1000, 'engine', 'event ' || n FROM number
            """, arguments: [before])
      }
    }
    try temporary.open { store in
      var outcome = Effects()
      outcome.journal = [
        JournalEntry(
          at: now.utc, level: .warning, kind: .driver, pool: PoolID(3),
          deployment: DeploymentID(7), actor: "ann", message: "the last one")
      ]
      // Trimming is spread over commits, so that none of them takes long.
      for _ in 0..<10 { _ = try store.commit(outcome, at: now) }
      let reader = try StoreReader(path: temporary.path)
      let all = try reader.journal(after: 0, deployment: nil, limit: .max)
      #expect(all.count >= Limits.journalEntries)
      #expect(all.count <= Limits.journalEntries + Int(StoreLimits.slack))
      #expect(all.last?.entry == outcome.journal.last)
      #expect(all.last?.sequence == Int64(before + 10))
      #expect(zip(all, all.dropFirst()).allSatisfy { $1.sequence == $0.sequence + 1 })
      let tail = try reader.journalTail(deployment: DeploymentID(7), limit: 11)
      #expect(tail.count == 11)
      #expect(tail[0].entry.message == "event 202007")
      let after = try reader.journal(
        after: tail[9].sequence, deployment: DeploymentID(7), limit: 10)
      #expect(after == [tail[10]])
    }
  }

  @Test func readsOnWhileTheEngineWrites() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      var history = RandomHistory(seed: 1, now: now)
      _ = try store.commit(history.beginning(), at: now)
      let isOver = Atomic(false)
      let group = DispatchGroup()
      let torn = Atomic(0)
      for _ in 0..<3 {
        DispatchQueue.global().async(group: group) {
          guard let reader = try? StoreReader(path: temporary.path) else { return }
          var sequence: Int64 = 0
          while !isOver.load(ordering: .relaxed) {
            guard let changes = try? reader.changes(since: sequence),
              changes.sequence >= sequence
            else {
              torn.add(1, ordering: .relaxed)
              return
            }
            sequence = changes.sequence
          }
        }
      }
      for _ in 0..<100 { _ = try store.commit(history.next(), at: now) }
      isOver.store(true, ordering: .relaxed)
      group.wait()
      #expect(torn.load(ordering: .relaxed) == 0)
    }
  }

  @Test func watchersHearOfCommitsOfOthers() throws {
    let temporary = try TemporaryStore()
    let heard = Atomic(0)
    let watcher = StoreWatcher(path: temporary.path) { heard.add(1, ordering: .relaxed) }
    try temporary.open { store in
      #expect(try eventually { heard.load(ordering: .relaxed) > 0 })
      for _ in 0..<5 {
        let before = heard.load(ordering: .relaxed)
        _ = try store.commit(Effects(), at: now)
        #expect(try eventually { heard.load(ordering: .relaxed) > before })
      }
      watcher.stop()
      let before = heard.load(ordering: .relaxed)
      let later = Gate()
      let other = StoreWatcher(path: temporary.path) { later.open() }
      _ = try store.commit(Effects(), at: now)
      #expect(try eventually { later.isOpen })
      other.stop()
      #expect(heard.load(ordering: .relaxed) == before)
    }
  }

  @Test func watchersListenAlsoToAStoreWhoseDirectoryComesLater() throws {
    let temporary = try TemporaryStore()
    let path = temporary.folder + "/later/store.sqlite"
    var sight = ChangeDetector(path)
    let before = (sight.hasChanged(), sight.hears)
    #expect(before == (false, false))
    let lease = try Lease.take(store: path)
    let store = try Store(lease)
    let after = (sight.hasChanged(), sight.hears)
    #expect(after == (true, true))
    store.close()
    lease.release()
  }

  @Test func watchersHearOfAStoreThatIsPutInThePlace() throws {
    let temporary = try TemporaryStore()
    try temporary.open { _ in }
    let heard = Atomic(0)
    let watcher = StoreWatcher(path: temporary.path) { heard.add(1, ordering: .relaxed) }
    defer { watcher.stop() }
    for name in ["", "-wal", "-shm", ".lock"] { try temporary.remove("store.sqlite" + name) }
    try temporary.open { _ in }
    #expect(try eventually { heard.load(ordering: .relaxed) > 0 })
  }
}

extension Replica {
  /// Begins with what a snapshot says.
  mutating func take(_ state: StoredState) {
    configuration = state.configuration
    apply(state.providers.map(StoreChange.provider))
    apply(state.pools.map(StoreChange.pool))
    apply(state.publications.map(StoreChange.publication))
    apply(state.deployments.map(StoreChange.deployment))
    apply(state.waiters.map(StoreChange.waiter))
  }
}
