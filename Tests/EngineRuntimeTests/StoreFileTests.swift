import DeploymentEngine
import Foundation
import GRDB
import SafeTexts
import TestSupport
import Testing

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
    let lease = try Lease.take(store: temporary.path)
    lease.noteMaking()
    lease.release()
    try temporary.write([])
    try temporary.open { #expect($0.commits == 0) }
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
