import DeploymentEngine
import DeploymentInterface
import Glibc
import Posix
import SafeTexts
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// What members of a store's group may see of it.
@Suite(.enabled(if: geteuid() == 0, "only root can act as another user"))
struct StoreAccessTests {
  private let temporary: TemporaryStore
  private let paths: StorePaths

  init() throws {
    temporary = try TemporaryStore()
    #expect(chmod(temporary.folder, 0o2750) == 0)
    paths = StorePaths(temporary.path)
  }

  private func open<Value>(
    _ access: StoreAccess = .group, _ body: (Store) throws -> Value
  ) throws -> Value {
    try temporary.open(access, body)
  }

  @Test func accessThatWasChangedLaterIsApplied() throws {
    func modes() -> [UInt32] {
      [temporary.folder, paths.store, paths.log, paths.index, paths.holder, paths.lock].map {
        (try? FileStatus(path: $0).mode) ?? 0
      }
    }
    try open { _ in #expect(modes() == [0o2750, 0o640, 0o640, 0o640, 0o640, 0o600]) }
    try open(.owner) { store in
      #expect(modes() == [0o2750, 0o600, 0o600, 0o600, 0o600, 0o600])
      #expect(store.dropBox == nil)
    }
    #expect(chmod(temporary.folder, 0o2700) == 0)
    try open { store in
      #expect(modes() == [0o2750, 0o640, 0o640, 0o640, 0o640, 0o600])
      #expect(store.dropBox != nil)
    }
    #expect(try FileStatus(path: paths.asks).mode == 0o3730)
  }

  @Test func aFolderThatTheGroupCannotEnterIsSaid() throws {
    #expect(chmod(temporary.folder, 0o750) == 0)
    #expect(StoreAccess.group.obstacle(store: temporary.path) == nil)
    #expect(chmod(temporary.folder, 0o711) == 0)
    #expect(StoreAccess.owner.obstacle(store: temporary.path) == nil)
    let sentence = StoreAccess.group.obstacle(store: temporary.path)?.text
    #expect(sentence?.contains("run chmod 2750") == true)
    // It may be shared with other things, so only a folder as engines make it is changed.
    try open { _ in }
    #expect(try FileStatus(path: temporary.folder).mode == 0o711)
  }

  @Test func whoMayNotReadTheLockStillSeesTheEngine() throws {
    let path = temporary.path
    let lease = try Lease.take(store: path, access: .group)
    let store = try Store(lease)
    let seen = try OtherUser.run { LeaseStatus.query(store: path) }
    #expect(seen.isThere && seen == LeaseStatus.query(store: path))
    store.close()
    lease.release()
    #expect(try OtherUser.run { LeaseStatus.query(store: path) } == .none)
    // An engine that was killed leaves its name.
    var contents = LockContents(
      holder: .current, since: EngineClock.system.now.utc, remembered: nil)
    contents.holder.process.startTime += 1
    let descriptor = try SecureFile.openOrMake(paths.holder, mode: 0o640)
    try contents.write(to: descriptor)
    close(descriptor)
    #expect(try OtherUser.run { LeaseStatus.query(store: path) } == .none)
  }
}
