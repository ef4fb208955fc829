import Basics
import DeploymentEngine
import DeploymentInterface
import Foundation
import GRDB
import Posix
import SafeTexts
import TestSupport
import Testing

import struct Synchronization.Atomic

@testable import EngineRuntime
@testable import EngineStore

/// Files that are not the store that they should be: recognised, said, and left as they are.
struct StoreFileTests {
  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  private func made() throws -> TemporaryStore {
    let temporary = try TemporaryStore()
    try temporary.open { store in
      for _ in 0..<5 { _ = try store.commit(Effects(), at: .current) }
    }
    return temporary
  }

  @Test func aReaderMakesNothingWhereNothingIs() throws {
    let temporary = try TemporaryStore()
    let failure = #expect(throws: StoreFailure.self) { try StoreReader(path: temporary.path) }
    #expect(failure?.kind == .absent)
    #expect(throws: StoreFailure.self) { try RequestClient(path: temporary.path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.folder).isEmpty)
  }

  @Test func anEmptyStoreIsNotANewOneWhenItsLockRemembersIt() throws {
    let temporary = try made()
    for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
      try temporary.write([], to: name)
    }
    let failure = temporary.failureToOpen()
    #expect(failure?.kind == .damaged)
    #expect(failure?.sentence.text.contains("records 5 commits") == true)
    #expect(try bytes(temporary.path).isEmpty)
  }

  @Test func aVanishedStoreIsNotANewOneWhenItsLockRemembersIt() throws {
    let temporary = try made()
    for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
      try temporary.remove(name)
    }
    #expect(temporary.failureToOpen()?.kind == .damaged)
    #expect(!FileManager.default.fileExists(atPath: temporary.path))
    try temporary.remove("store.sqlite.lock")
    #expect(temporary.failureToOpen() == nil)
  }

  @Test func anEmptyFileOfAnEngineThatDiedMakingItIsBegun() throws {
    let temporary = try TemporaryStore()
    try noteMaking(temporary)
    try temporary.write([])
    try temporary.open { #expect($0.commits == 0) }
  }

  @Test func aFileOfAnEngineThatDiedBeforeItHadContentsIsMadeAnew() throws {
    let temporary = try TemporaryStore()
    try noteMaking(temporary)
    try withoutContents(temporary)
    try temporary.open { #expect($0.commits == 0) }
  }

  /// As an earlier version did before it made the store.
  private func noteMaking(_ temporary: TemporaryStore) throws {
    var contents = LockContents(
      holder: .current, since: EngineClock.system.now.utc, remembered: nil)
    contents.isMaking = true
    let file = try SecureFile.openOrMake(temporary.lock, mode: 0o600)
    try contents.write(to: file)
    close(file)
  }

  /// What `cp` makes of a store whose contents are in its log.
  private func withoutContents(_ temporary: TemporaryStore) throws {
    let queue = try DatabaseQueue(path: temporary.path)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA user_version = 0")
    }
    try queue.close()
    #expect(try bytes(temporary.path).count == 4096)
  }

  @Test func aCopyWithoutItsLogIsNotANewStore() throws {
    let temporary = try TemporaryStore()
    try withoutContents(temporary)
    let before = try bytes(temporary.path)
    for _ in 0..<2 {
      let failure = temporary.failureToOpen()
      #expect(failure?.kind == .damaged)
      #expect(failure?.sentence.text.contains("-wal is missing") == true)
      #expect(try bytes(temporary.path) == before)
    }
    let failure = #expect(throws: StoreFailure.self) { try StoreReader(path: temporary.path) }
    #expect(failure?.kind == .damaged)
  }

  @Test func aLogWithoutItsStoreIsNotANewStore() throws {
    let temporary = try made()
    try temporary.write(Array("commits".utf8), to: "store.sqlite-wal")
    try temporary.remove("store.sqlite")
    try temporary.remove("store.sqlite.lock")
    #expect(temporary.failureToOpen()?.kind == .damaged)
    #expect(!FileManager.default.fileExists(atPath: temporary.path))
  }

  @Test func aChangeThatWasNotFinishedIsUndone() throws {
    let temporary = try made()
    let copy = try TemporaryStore()
    let queue = try DatabaseQueue(path: temporary.path)
    try queue.writeWithoutTransaction { db in
      // With a full cache, pages are written before the end, and the journal is hot.
      try db.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 5; BEGIN")
      try db.execute(
        sql: """
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
          INSERT INTO journal SELECT i + 1000, 0, 'info', 'engine', NULL, NULL, '', 'lost' FROM n
          """)
      for name in ["store.sqlite", "store.sqlite-journal", "store.sqlite.lock"] {
        try copy.write(Array(try bytes(temporary.folder + "/" + name)), to: name)
      }
      try db.execute(sql: "ROLLBACK")
    }
    try queue.close()
    #expect(chmod(copy.path, 0o600) == 0)
    let failure = #expect(throws: StoreFailure.self) { try StoreReader(path: copy.path) }
    #expect(failure?.kind == .busy)
    try copy.open { #expect($0.commits == 5) }
    #expect(!FileManager.default.fileExists(atPath: copy.path + "-journal"))
  }

  @Test func isNeverSeenHalfMade() throws {
    for _ in 0..<40 {
      let temporary = try TemporaryStore()
      let isOver = Atomic(false)
      let seen = Mutex<Set<StoreFailure.Kind>>([])
      let looked = DispatchGroup()
      for _ in 0..<2 {
        DispatchQueue.global().async(group: looked) {
          while !isOver.load(ordering: .relaxed) {
            do throws(StoreFailure) {
              _ = try StoreReader(path: temporary.path).snapshot()
            } catch {
              seen.withLock { _ = $0.insert(error.kind) }
            }
          }
        }
      }
      try temporary.open { #expect($0.commits == 0) }
      isOver.store(true, ordering: .relaxed)
      looked.wait()
      #expect(seen.withLock { $0 }.subtracting([.absent]).isEmpty)
    }
  }

  @Test func isWaitedForWhileAnEngineStarts() throws {
    let temporary = try TemporaryStore()
    let lease = try Lease.take(store: temporary.path)
    let sequence = Mutex<Int64?>(nil)
    let looked = DispatchGroup()
    DispatchQueue.global().async(group: looked) {
      let reader = try? StoreReader(path: temporary.path, patience: .seconds(60))
      sequence.withLock { $0 = try? reader?.snapshot().sequence }
    }
    let store = try Store(lease)
    _ = try store.commit(Effects(), at: .current)
    looked.wait()
    #expect(sequence.withLock { $0 } == 1)
    store.close()
    lease.release()
    // Nobody waits where no engine runs.
    let other = try TemporaryStore()
    let failure = #expect(throws: StoreFailure.self) {
      try StoreReader(path: other.path, patience: .seconds(600))
    }
    #expect(failure?.kind == .absent)
  }

  @Test func whatAMakerLeftIsReplaced() throws {
    let temporary = try TemporaryStore()
    for end in ["", "-journal", "-wal", "-shm"] {
      try temporary.write(Array("rubbish".utf8), to: "store.sqlite.new" + end)
    }
    for end in ["-wal", "-shm"] { try temporary.write([], to: "store.sqlite" + end) }
    try temporary.open { #expect($0.commits == 0) }
    let left = try FileManager.default.contentsOfDirectory(atPath: temporary.folder).sorted()
    #expect(
      left == [
        "store.sqlite", "store.sqlite-shm", "store.sqlite-wal", "store.sqlite.holder",
        "store.sqlite.lock",
      ])
  }

  @Test func noSentenceAdvisesToRemoveTheLock() throws {
    let paths = StorePaths("/tmp/s.sqlite")
    let remembered = LockContents.Remembered(storeID: "a", commits: 9)
    var failures = [remembered.missing(paths), .withoutContents("/tmp/s.sqlite")]
    for (id, commits) in [("b", Int64(9)), ("a", 5)] {
      let failure = #expect(throws: StoreFailure.self) {
        try remembered.compare(with: id, commits: commits, paths)
      }
      failures += failure.map { [$0] } ?? []
    }
    #expect(failures.count == 4)
    for failure in failures {
      #expect(!failure.sentence.text.contains("remove"), "\(failure)")
      #expect(!failure.sentence.text.contains("another store"), "\(failure)")
    }
  }

  @Test func anEmptyFileThatNoEngineMadeIsRefusedEachTime() throws {
    let temporary = try TemporaryStore()
    try temporary.write([])
    for _ in 0..<2 {
      #expect(temporary.failureToOpen()?.kind == .damaged)
      #expect(try bytes(temporary.path).isEmpty)
    }
  }

  @Test func anOlderCopyIsToldFromTheStore() throws {
    let temporary = try made()
    let copy = try bytes(temporary.path)
    try temporary.open { _ = try $0.commit(Effects(), at: .current) }
    try temporary.remove("store.sqlite-wal")
    try temporary.remove("store.sqlite-shm")
    try temporary.write(Array(copy))
    let failure = temporary.failureToOpen()
    #expect(failure?.kind == .damaged)
    #expect(failure?.sentence.text.contains("1 commits are missing") == true)
  }

  @Test func anotherStoreIsToldFromTheStore() throws {
    let temporary = try made()
    let other = try made()
    for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] {
      try temporary.write(Array(try bytes(other.folder + "/" + name)), to: name)
    }
    let failure = temporary.failureToOpen()
    #expect(failure?.kind == .damaged)
    #expect(failure?.sentence.text.contains("is not the store that") == true)
  }

  @Test(arguments: ["this is no database at all\n", String(repeating: "x", count: 20_000)])
  func whatIsNoDatabaseIsLeftAsItIs(text: String) throws {
    let temporary = try TemporaryStore()
    try temporary.write(Array(text.utf8))
    #expect(temporary.failureToOpen()?.kind == .foreign)
    let failure = #expect(throws: StoreFailure.self) { try StoreReader(path: temporary.path) }
    #expect(failure?.kind == .foreign)
    #expect(try bytes(temporary.path) == Data(text.utf8))
  }

  @Test func anotherProgramsDatabaseIsLeftAsItIs() throws {
    let temporary = try TemporaryStore()
    let queue = try DatabaseQueue(path: temporary.path)
    try queue.write { try $0.execute(sql: "CREATE TABLE theirs (id INTEGER)") }
    try queue.close()
    let before = try bytes(temporary.path)
    #expect(temporary.failureToOpen()?.kind == .foreign)
    #expect(try bytes(temporary.path) == before)
  }

  @Test func aDirectoryIsNoStore() throws {
    let temporary = try TemporaryStore()
    try FileManager.default.createDirectory(
      atPath: temporary.path, withIntermediateDirectories: false)
    #expect(temporary.failureToOpen()?.kind == .foreign)
  }

  @Test func aStoreOfANewerVersionIsLeftAsItIs() throws {
    let temporary = try made()
    let queue = try DatabaseQueue(path: temporary.path)
    try queue.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')")
    }
    try queue.close()
    #expect(temporary.failureToOpen()?.kind == .newer)
    let failure = #expect(throws: StoreFailure.self) { try StoreReader(path: temporary.path) }
    #expect(failure?.kind == .newer)
  }

  @Test func aStoreOfAnOlderVersionIsBroughtUpToDateByTheEngineOnly() throws {
    let temporary = try made()
    let queue = try DatabaseQueue(path: temporary.path)
    try queue.write { try $0.execute(sql: "DELETE FROM grdb_migrations") }
    try queue.close()
    let failure = #expect(throws: StoreFailure.self) { try StoreReader(path: temporary.path) }
    #expect(failure?.kind == .older)
  }

  @Test func overwrittenPagesAreNoticed() throws {
    let temporary = try made()
    var file = Array(try bytes(temporary.path))
    for place in 4096..<file.count { file[place] = 0xa5 }
    try temporary.write(file)
    #expect(temporary.failureToOpen()?.kind == .damaged)
  }

  @Test func anotherUserIsToldWhoseStoreItIs() throws {
    guard geteuid() == 0 else { return }
    let temporary = try made()
    #expect(chmod(temporary.folder, 0o755) == 0)
    let failure = try OtherUser.run { () -> StoreFailure? in
      do {
        _ = try StoreReader(path: temporary.path)
        return nil
      } catch {
        return error as? StoreFailure
      }
    }
    #expect(failure?.kind == .unreadable)
    #expect(failure?.sentence.text.contains("which belongs to user 0 (mode 600)") == true)
  }

  @Test func whoMayNotWriteCanStillRead() throws {
    guard geteuid() == 0 else { return }
    let temporary = try made()
    #expect(chmod(temporary.folder, 0o755) == 0)
    for name in ["", "-wal", "-shm"] { #expect(chmod(temporary.path + name, 0o644) == 0) }
    let sequence = try OtherUser.run {
      #expect(throws: StoreFailure.self) { try RequestClient(path: temporary.path) }
      return try StoreReader(path: temporary.path).snapshot().sequence
    }
    #expect(sequence == 5)
  }
}
