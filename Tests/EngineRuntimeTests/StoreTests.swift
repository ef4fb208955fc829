import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import Posix
import SafeTexts
import Testing

@testable import EngineRuntime
@testable import EngineStore

struct StoreTests {
  /// A fixed time, so that due times come back exactly.
  private let now = EngineTime.current

  @Test func holdsAfterReopeningWhatWasCommitted() throws {
    for seed in UInt64(0)..<4 {
      let temporary = try TemporaryStore()
      var history = RandomHistory(seed: seed, now: now)
      for round in 0..<4 {
        try temporary.open { store in
          if round == 0 { _ = try store.commit(history.beginning(), at: now) }
          for _ in 0..<15 { _ = try store.commit(history.next(), at: now) }
        }
        let stored = try temporary.open { try $0.load(at: now) }
        #expect(stored == history.replica.state, "seed \(seed), round \(round)")
      }
    }
  }

  @Test func countsEveryCommitAndEveryEngine() throws {
    let temporary = try TemporaryStore()
    let first = try temporary.open { store in
      #expect(store.epoch == 1)
      let sequences = try (0..<2).map { _ in try store.commit(Effects(), at: now).sequence }
      #expect(sequences == [1, 2])
      return store.id
    }
    try temporary.open { store in
      #expect(store.epoch == 2)
      #expect(store.id == first)
      let sequence = try store.commit(Effects(), at: now).sequence
      #expect(sequence == 3)
    }
  }

  @Test func isDurableAndKeepsItsLogWhenClosed() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      let synchronous = try store.queue.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
      #expect(synchronous == 2)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: temporary.folder)
    #expect(
      names.sorted() == [
        "store.sqlite", "store.sqlite-shm", "store.sqlite-wal", "store.sqlite.holder",
        "store.sqlite.lock",
      ])
  }

  @Test(arguments: [(StoreAccess.owner, 0o700, 0o600), (.group, 0o2750, 0o640)])
  func hasThePermissionsOfItsAccess(access: StoreAccess, folder: UInt32, file: UInt32) throws {
    let temporary = try TemporaryStore()
    let path = temporary.folder + "/deep/below/store.sqlite"
    let lease = try Lease.take(store: path, access: access)
    defer { lease.release() }
    let store = try Store(lease)
    defer { store.close() }
    #expect(try FileStatus(path: temporary.folder + "/deep/below").mode == folder)
    #expect(try FileStatus(path: temporary.folder + "/deep").mode == folder)
    for name in ["", "-wal", "-shm", ".holder"] {
      #expect(try FileStatus(path: path + name).mode == file, "store.sqlite\(name)")
    }
    #expect(try FileStatus(path: path + ".lock").mode == 0o600)
  }

  @Test func anEngineWhoseEpochHasPassedWritesNothing() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      _ = try store.commit(Effects(), at: now)
      try store.queue.write { try $0.execute(sql: "UPDATE meta SET epoch = epoch + 1") }
      var outcome = Effects()
      outcome.journal = [JournalEntry(at: now.utc, kind: .engine, message: "too late")]
      let failure = #expect(throws: StoreFailure.self) { try store.commit(outcome, at: now) }
      #expect(failure?.kind == .lost)
      let events = try store.queue.read {
        try Int.fetchOne($0, sql: "SELECT count(*) FROM journal")
      }
      #expect(events == 0)
    }
  }

  @Test func twoDeploymentsMayExchangeWhatTheyHold() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      var records = RandomRecords(seed: 1, now: now)
      var one = RandomRecords.plain(now, id: 1)
      var two = RandomRecords.plain(now, id: 2)
      one.identity.port = 20_001
      two.identity.port = 20_002
      var outcome = Effects()
      outcome.changes = [.pool(records.pool(1)), .deployment(one), .deployment(two)]
      _ = try store.commit(outcome, at: now)
      swap(&one.identity.port, &two.identity.port)
      outcome.changes = [.deployment(one), .deployment(two)]
      _ = try store.commit(outcome, at: now)
      #expect(try store.load(at: now).deployments == [one, two])
    }
  }

  /// What was left of a due time is left after a time without an engine, but a request that could
  /// be undone, and a log-out, go by the wall clock: decision 18.
  @Test func timeWithoutAnEngineIsNotLost() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      var records = RandomRecords(seed: 1, now: now)
      var one = RandomRecords.plain(now, id: 1)
      one.stateDeadline = now.deadline(in: .minutes(30))
      one.pending = PendingRequest(
        key: RequestKey("k"), actor: "ann", verb: .destroy, due: now.deadline(in: .minutes(3)))
      var two = RandomRecords.plain(now, id: 2)
      two.stateDeadline = now.deadline(in: .minutes(30))
      two.awaitsReturn = true
      var outcome = Effects()
      outcome.changes = [.pool(records.pool(1)), .deployment(one), .deployment(two)]
      _ = try store.commit(outcome, at: now)
      let later = EngineTime(moment: Moment(milliseconds: 5), utc: now.utc + .minutes(25))
      let loaded = try store.load(at: later, absence: .minutes(20)).deployments
      #expect(loaded[0].stateDeadline?.at == later.moment + .minutes(25))
      #expect(loaded[0].pending?.due.at == later.moment)
      #expect(loaded[1].stateDeadline?.at == later.moment + .minutes(5))
    }
  }

  @Test func holdsEachNameAddressAndPortOnceWhileItIsNotHistory() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      var records = RandomRecords(seed: 1, now: now)
      let one = RandomRecords.plain(now, id: 1)
      var outcome = Effects()
      outcome.changes = [.pool(records.pool(1)), .deployment(one)]
      _ = try store.commit(outcome, at: now)
      for change: (inout Identity) -> Void in [
        { $0.name = "lab-1" }, { $0.mac = MACAddress(0x5254_0000_0001) },
      ] {
        var two = RandomRecords.plain(now, id: 2)
        change(&two.identity)
        outcome.changes = [.deployment(two)]
        let failure = #expect(throws: StoreFailure.self) { try store.commit(outcome, at: now) }
        #expect(failure?.kind == .inconsistent)
        two.load(.removed)
        outcome.changes = [.deployment(two)]
        _ = try store.commit(outcome, at: now)
      }
      #expect(try store.load(at: now).deployments.count == 2)
    }
  }

  @Test func showsADeploymentWhoseRecordIsDamagedAsAnErrorThatWaitsForAPerson() throws {
    let temporary = try TemporaryStore()
    let whole = try temporary.open { store in
      var records = RandomRecords(seed: 1, now: now)
      var outcome = Effects()
      outcome.changes = [.pool(records.pool(1))]
      outcome.changes += (1...3).map { .deployment(RandomRecords.plain(now, id: $0)) }
      _ = try store.commit(outcome, at: now)
      try store.queue.write {
        try $0.execute(sql: "UPDATE deployment SET body = x'01020304050607' WHERE id = 2")
      }
      return RandomRecords.plain(now, id: 2)
    }
    let loaded = try temporary.open { try $0.load(at: now).deployments }
    #expect(loaded.count == 3)
    #expect(loaded[1].identity == whole.identity)
    #expect(loaded[1].state == .error)
    #expect(loaded[1].wasLetIn)
    #expect(
      loaded[1].reason
        == "its record in the store is damaged (its checksum is wrong); it was preparing")
  }

  @Test func refusesAStoreWithADamagedPoolAndNamesIt() throws {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      var records = RandomRecords(seed: 1, now: now)
      var outcome = Effects()
      outcome.changes = [.pool(records.pool(7))]
      _ = try store.commit(outcome, at: now)
      try store.queue.write { try $0.execute(sql: "UPDATE pool SET body = x'00'") }
      let failure = #expect(throws: StoreFailure.self) { try store.load(at: now) }
      #expect(failure?.kind == .damaged)
      #expect(failure?.sentence.text.contains("the pool pool7 cannot be read") == true)
    }
  }
}
