import DeploymentEngine
import Foundation
import Glibc
import Posix
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// Whose engine may run on a store. Looking is always possible.
struct StoreTrustTests {
  private func made() throws -> TemporaryStore {
    let temporary = try TemporaryStore()
    try temporary.open { _ = try $0.commit(Effects(), at: .current) }
    return temporary
  }

  private func refusal(_ temporary: TemporaryStore, _ access: StoreAccess = .owner) -> StoreFailure?
  {
    do {
      try Lease.take(store: temporary.path, access: access).release()
      return nil
    } catch {
      guard case .store(let failure) = error.cause else { return nil }
      return failure
    }
  }

  private func expectRefused(
    _ temporary: TemporaryStore, saying words: String, _ access: StoreAccess = .owner,
    at location: SourceLocation = #_sourceLocation
  ) {
    let failure = refusal(temporary, access)
    #expect(
      failure?.kind == .untrusted, "\(words): \(failure.debugDescription)", sourceLocation: location
    )
    #expect(failure?.sentence.text.contains(words) == true, sourceLocation: location)
    #expect(throws: Never.self, sourceLocation: location) {
      _ = try StoreReader(path: temporary.path).snapshot()
    }
  }

  @Test func runsOnAStoreOfItsOwn() throws {
    #expect(refusal(try made()) == nil)
  }

  @Test func doesNotRunOnAnotherUsersStoreRootLeastOfAll() throws {
    guard geteuid() == 0 else { return }
    let temporary = try made()
    #expect(chown(temporary.path, OtherUser.number, OtherUser.number) == 0)
    expectRefused(temporary, saying: "and only that user may run its engine")
  }

  @Test(arguments: ["", "-wal", "-shm", ".lock"])
  func doesNotTrustAFileThatEverybodyMayWrite(_ end: String) throws {
    let temporary = try made()
    #expect(chmod(temporary.path + end, 0o666) == 0)
    expectRefused(temporary, saying: "every user may write \(temporary.path)\(end)")
  }

  @Test(arguments: ["-wal", "-shm", "-journal", ".lock"])
  func doesNotTrustAnotherUsersFileBesideIt(_ end: String) throws {
    guard geteuid() == 0 else { return }
    let temporary = try made()
    if end == "-journal" { try temporary.write([], to: "store.sqlite-journal") }
    #expect(chown(temporary.path + end, OtherUser.number, OtherUser.number) == 0)
    expectRefused(temporary, saying: "who may have placed it")
  }

  @Test(arguments: [StoreAccess.owner, .group])
  func writesThroughNoLink(_ access: StoreAccess) throws {
    let temporary = try made()
    try temporary.write(Array("precious".utf8), to: "precious")
    try temporary.remove("store.sqlite.lock")
    #expect(symlink(temporary.folder + "/precious", temporary.lock) == 0)
    expectRefused(temporary, saying: "is a symbolic link", access)
    #expect(unlink(temporary.lock) == 0)
    #expect(link(temporary.folder + "/precious", temporary.lock) == 0)
    expectRefused(temporary, saying: "is a hard link", access)
    #expect(try temporary.read("precious") == Array("precious".utf8))
    #expect(unlink(temporary.lock) == 0)
    #expect(link(temporary.path, temporary.folder + "/copy") == 0)
    expectRefused(temporary, saying: "is a hard link", access)
  }

  @Test func doesNotTrustAFolderInWhichOthersMayReplaceIt() throws {
    let temporary = try made()
    #expect(chmod(temporary.folder, 0o1777) == 0)
    expectRefused(temporary, saying: "every user may write to the folder")
    #expect(chmod(temporary.folder, 0o700) == 0)
    guard geteuid() == 0 else { return }
    #expect(chown(temporary.folder, OtherUser.number, OtherUser.number) == 0)
    expectRefused(temporary, saying: "who could replace the store")
    #expect(chown(temporary.folder, 0, OtherUser.number) == 0)
    #expect(chmod(temporary.folder, 0o770) == 0)
    expectRefused(temporary, saying: "`dashboard reconcile` shows", .owner)
    expectRefused(temporary, saying: "`dashboard reconcile` shows", .group)
  }

  @Test(arguments: ["", "-wal", "-shm", ".lock", ".holder"])
  func doesNotTrustAFileThatItsGroupMayWrite(_ end: String) throws {
    guard geteuid() == 0 else { return }
    let temporary = try made()
    #expect(chown(temporary.path + end, 0, OtherUser.number) == 0)
    #expect(chmod(temporary.path + end, 0o660) == 0)
    expectRefused(temporary, saying: "may write \(temporary.path)\(end)", .group)
  }

  @Test func doesNotTrustAFolderAboveItThatEverybodyMayRename() throws {
    let temporary = try TemporaryStore()
    let inner = temporary.folder + "/open/store"
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    #expect(chmod(temporary.folder + "/open", 0o777) == 0)
    let failure = #expect(throws: EngineStartFailure.self) {
      try Lease.take(store: inner + "/s.sqlite").release()
    }
    #expect(failure?.sentence.text.contains("may rename folders in") == true)
    // As with /tmp, only owners may rename there.
    #expect(chmod(temporary.folder + "/open", 0o1777) == 0)
    #expect(throws: Never.self) { try Lease.take(store: inner + "/s.sqlite").release() }
  }

  @Test func namesTheUserOfAnEngine() throws {
    let temporary = try TemporaryStore()
    let lease = try Lease.take(store: temporary.path)
    defer { lease.release() }
    guard case .running(_, let host, _) = LeaseStatus.query(store: temporary.path) else {
      Issue.record("no engine")
      return
    }
    #expect(host.text.hasSuffix("(user \(UserName.of(geteuid())))"))
  }
}
