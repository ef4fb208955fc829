import DeploymentEngine
import DeploymentInterface
import GRDB
import Glibc
import Posix
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// A store that its group could write to runs no engine before its owner has looked at it.
@Suite(.enabled(if: geteuid() == 0, "only root can give a file another group"))
struct StoreReviewTests {
  /// A store as earlier versions made it for `access: group`.
  private func shared() throws -> TemporaryStore {
    let temporary = try TemporaryStore()
    try temporary.open { _ = try $0.commit(Effects(), at: .current) }
    for (path, mode) in [
      (temporary.folder, 0o2770), (temporary.path, 0o660), (temporary.path + "-wal", 0o660),
      (temporary.path + "-shm", 0o660), (temporary.lock, 0o660),
    ] {
      #expect(chown(path, 0, OtherUser.number) == 0)
      #expect(chmod(path, UInt32(mode)) == 0)
    }
    return temporary
  }

  private func refusal(_ temporary: TemporaryStore) -> String? {
    do {
      try Lease.take(store: temporary.path, access: .group).release()
      return nil
    } catch {
      return error.sentence.text
    }
  }

  @Test func noEngineRunsUntilItIsAccepted() throws {
    let temporary = try shared()
    let commits = try StoreReader(path: temporary.path).snapshot().sequence
    #expect(refusal(temporary)?.contains("`dashboard reconcile` shows") == true)
    #expect(try StoreReview.begin(store: temporary.path) == .narrowed)
    #expect(refusal(temporary)?.contains("`dashboard reconcile --accept`") == true)
    #expect(try StoreReview.begin(store: temporary.path) == .waiting)
    try StoreReview.accept(store: temporary.path)
    #expect(try StoreReview.begin(store: temporary.path) == .accepted)
    #expect(refusal(temporary) == nil)
    #expect(try FileStatus(path: temporary.folder).mode == 0o2750)
    for end in ["", "-wal", "-shm"] {
      #expect(try FileStatus(path: temporary.path + end).mode == 0o640, "\(end)")
    }
    // The lock file still remembers it.
    try temporary.open { #expect($0.commits == commits && $0.lease.remembered != nil) }
  }

  @Test func aProcessThatHasItOpenCanNoLongerWriteToIt() throws {
    let temporary = try shared()
    let member = try DatabaseQueue(path: temporary.path)
    try member.write { try $0.execute(sql: "UPDATE meta SET next_pool = 5") }
    #expect(try StoreReview.begin(store: temporary.path) == .narrowed)
    try? member.write { try $0.execute(sql: "UPDATE meta SET next_pool = 9") }
    try StoreReview.accept(store: temporary.path)
    let pool = try temporary.open { try $0.load(at: .current).counters.pool }
    #expect(pool == 5, "what was stored before it is shown stays")
  }

  @Test func aTriggerIsNotAccepted() throws {
    let temporary = try shared()
    let member = try DatabaseQueue(path: temporary.path)
    try member.write { db in
      try db.execute(
        sql: """
          CREATE TRIGGER planted AFTER UPDATE ON meta BEGIN DELETE FROM configuration; END
          """)
    }
    for _ in 0..<2 {
      let failure = #expect(throws: StoreFailure.self) {
        try StoreReview.begin(store: temporary.path)
      }
      #expect(failure?.sentence.text.contains("contains `planted`") == true)
      #expect(throws: StoreFailure.self) { try StoreReview.accept(store: temporary.path) }
    }
    #expect(refusal(temporary) != nil)
  }

  /// What only the log contains is not lost, although the copy has no log.
  @Test func commitsThatOnlyTheLogHasAreCopied() throws {
    let temporary = try shared()
    let reader = try DatabaseQueue(path: temporary.path)
    try reader.write { db in
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 0; UPDATE meta SET next_pool = 7")
    }
    #expect(try StoreReview.begin(store: temporary.path) == .narrowed)
    try StoreReview.accept(store: temporary.path)
    #expect(try temporary.open { try $0.load(at: .current).counters.pool } == 7)
  }

  /// A folder that others could write to is enough: they could have replaced the store.
  @Test func aFolderThatOthersCouldWriteToIsMarkedToo() throws {
    let temporary = try TemporaryStore()
    try temporary.open { _ = try $0.commit(Effects(), at: .current) }
    #expect(chown(temporary.folder, 0, OtherUser.number) == 0)
    #expect(chmod(temporary.folder, 0o2770) == 0)
    #expect(try StoreReview.begin(store: temporary.path) == .narrowed)
    #expect(try StoreReview.begin(store: temporary.path) == .waiting)
    #expect(refusal(temporary)?.contains("--accept") == true)
  }

  @Test func onlyItsOwnerReviewsAndOnlyWithoutAnEngine() throws {
    let temporary = try TemporaryStore()
    let lease = try Lease.take(store: temporary.path)
    let store = try Store(lease)
    let busy = #expect(throws: StoreFailure.self) {
      try StoreReview.begin(store: temporary.path)
    }
    #expect(busy?.kind == .busy)
    store.close()
    lease.release()
    #expect(chown(temporary.path, OtherUser.number, OtherUser.number) == 0)
    let foreign = #expect(throws: StoreFailure.self) {
      try StoreReview.begin(store: temporary.path)
    }
    #expect(foreign?.kind == .untrusted)
  }

  @Test func nothingChangesWhereOnlyTheOwnerCanWrite() throws {
    let temporary = try TemporaryStore()
    try temporary.open { _ = try $0.commit(Effects(), at: .current) }
    let before = try FileStatus(path: temporary.path).identity
    #expect(try StoreReview.begin(store: temporary.path) == .accepted)
    #expect(try FileStatus(path: temporary.path).identity == before)
  }
}
