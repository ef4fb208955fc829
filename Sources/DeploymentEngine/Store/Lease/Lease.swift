import Basics
import DeploymentEngine
package import DeploymentInterface
import Glibc
import Posix
public import SafeTexts

import struct Synchronization.Atomic

/// The right to be the only engine of a store: a lock on the file beside the store, with a
/// heartbeat.
///
/// The lock ends with the process, however it ends. The heartbeat distinguishes a running process
/// from a frozen one. The lock file also records the store's id and number of commits, so that an
/// empty, older or different file in the store's place is noticed.
public final class Lease: Sendable {
  /// The store as the lock file recorded it when the lease was taken; nil: the lock file is new.
  let remembered: LockContents.Remembered?
  /// How long no engine has run on the store, by the last heartbeat; zero if none ever did.
  package let absence: TimeSpan
  /// Whether an earlier version began to create the store, and may have died before the end.
  let wasMaking: Bool
  package let paths: StorePaths
  let access: StoreAccess

  private struct State {
    var descriptor: Int32
    /// Of the file that names the holder to users who may not read the lock; -1: it cannot be
    /// written.
    var holder: Int32
    var contents: LockContents
    /// The reason why the lease is no longer valid; nil: it is valid.
    var trouble: SafeText?
    var stopped = false
  }
  private let state: Mutex<State>
  private let commits: Atomic<Int64>
  /// When the engine last completed a turn of its loop; 0: it has not begun.
  private let progress = Atomic<Int64>(0)
  private let end = Semaphore()
  private static let beatPause = TimeSpan.seconds(2)
  /// An engine that has not completed a turn for this time counts as frozen: its heartbeat stops.
  private static let stuck = TimeSpan.seconds(60)

  /// Takes the lease on a store. Creates the folder and the lock file if they do not exist.
  ///
  /// - Parameter endsFrozenHolder: whether a holder without a heartbeat is killed first. This is
  ///   possible only on the same machine and with the permission to do so.
  /// - Throws: `EngineStartFailure` if another engine holds the lease, or if the files cannot be
  ///   written.
  public static func take(
    store path: String, access: StoreAccess = .owner, endsFrozenHolder: Bool = true
  ) throws(EngineStartFailure) -> Lease {
    let paths = try prepared(path, access)
    try trusting { () throws(StoreFailure) in try StoreTrust.check(paths) }
    let descriptor: Int32
    do {
      // A user who could open it could also lock it, and keep every engine from starting.
      descriptor = try SecureFile.openOrMake(paths.lock, mode: StoreAccess.owner.fileMode)
    } catch {
      throw unwritable(paths.lock, error)
    }
    do throws(EngineStartFailure) {
      try trusting { () throws(StoreFailure) in
        try StoreTrust.check(lock: descriptor, paths)
      }
      try lock(descriptor, paths, endsFrozenHolder: endsFrozenHolder)
      try trusting { () throws(StoreFailure) in
        if LockContents(descriptor: descriptor)?.isUnreviewed == true {
          throw .unreviewed(paths)
        }
      }
    } catch {
      close(descriptor)
      throw error
    }
    let lease = Lease(descriptor, paths, access)
    do {
      try lease.startHeart()
    } catch {
      throw EngineStartFailure(.store(.threadless(paths.store, error.text)))
    }
    return lease
  }

  private init(_ descriptor: Int32, _ paths: StorePaths, _ access: StoreAccess) {
    self.paths = paths
    self.access = access
    let found = LockContents(descriptor: descriptor)
    remembered = found?.remembered
    let beat = found.flatMap { _ in try? FileStatus(descriptor: descriptor) }
      .map { Timestamp(milliseconds: $0.modified) }
    absence = beat.map { max(.zero, EngineClock.system.now.utc - $0) } ?? .zero
    wasMaking = found?.isMaking == true
    commits = Atomic(remembered?.commits ?? 0)
    var contents = LockContents(
      holder: .current, since: EngineClock.system.now.utc, remembered: remembered)
    contents.isMaking = wasMaking
    contents.beat = .now
    try? contents.write(to: descriptor)
    let holder = (try? SecureFile.openOrMake(paths.holder, mode: access.fileMode)) ?? -1
    try? contents.write(to: holder)
    state = Mutex(State(descriptor: descriptor, holder: holder, contents: contents))
  }

  deinit { release() }

  /// Releases the lease. The lock file stays: if it were removed, two engines could each lock a
  /// file of their own.
  public func release() {
    let descriptor = state.withLock { state -> Int32? in
      if state.stopped { return nil }
      state.stopped = true
      state.contents.remembered?.commits = commits.load(ordering: .relaxed)
      try? state.contents.write(to: state.descriptor)
      if state.holder >= 0 {
        ftruncate(state.holder, 0)
        close(state.holder)
      }
      return state.descriptor
    }
    guard let descriptor else { return }
    end.signal()
    OFDLock.release(descriptor)
    close(descriptor)
  }

  /// The reason why the lease is no longer valid; nil: it is valid.
  public var trouble: SafeText? { state.withLock { $0.trouble } }

  /// Records which store this lease belongs to.
  func remember(storeID: String, commits count: Int64) {
    commits.store(count, ordering: .relaxed)
    state.withLock { state in
      state.contents.remembered = .init(storeID: storeID, commits: count)
      state.contents.isMaking = false
      if !state.stopped { Self.beat(&state) }
    }
  }

  /// Records the number of commits; the next heartbeat writes it.
  func remember(commits count: Int64) { commits.store(count, ordering: .relaxed) }

  /// Records that the engine has completed a turn of its loop.
  package func noteProgress() {
    progress.store(EngineClock.system.now.moment.milliseconds, ordering: .relaxed)
  }

  private var isStuck: Bool {
    let last = progress.load(ordering: .relaxed)
    let since = EngineClock.system.now.moment.milliseconds - last
    return last != 0 && since > Self.stuck.milliseconds
  }

  private func startHeart() throws(SystemError) {
    // The thread must not retain the lease, or the lease would never be deallocated.
    let end = end
    try SystemThread.start(named: "lease") { [weak self] in
      while !end.wait(atMost: Self.beatPause.duration) {
        guard let self else { return }
        self.beatOnce()
      }
    }
  }

  private static func beat(_ state: inout State) {
    state.contents.beat = .now
    try? state.contents.write(to: state.descriptor)
    try? state.contents.write(to: state.holder)
  }

  private func beatOnce() {
    state.withLock { state in
      if state.stopped || isStuck { return }
      state.contents.remembered?.commits = commits.load(ordering: .relaxed)
      Self.beat(&state)
      if state.trouble == nil { state.trouble = replaced(state.descriptor) }
    }
  }

  /// The trouble if the lock file was replaced: another engine may hold a lock on the new file.
  private func replaced(_ descriptor: Int32) -> SafeText? {
    guard let ours = try? FileStatus(descriptor: descriptor) else { return nil }
    let there = try? FileStatus(path: paths.lock)
    if there?.identity == ours.identity { return nil }
    return "the lock file \(paths.lock) was removed or replaced while the engine ran"
  }
}

extension Lease {
  private static func prepared(
    _ path: String, _ access: StoreAccess
  ) throws(EngineStartFailure) -> StorePaths {
    let paths = StorePaths(path)
    do {
      try SecureFile.makeFolder(paths.folder, mode: access.folderMode)
    } catch {
      throw unwritable(paths.folder, error)
    }
    // Links can be resolved now that the folder exists.
    return StorePaths(path)
  }

  private static func trusting(
    _ check: () throws(StoreFailure) -> Void
  ) throws(EngineStartFailure) {
    do throws(StoreFailure) {
      try check()
    } catch {
      throw EngineStartFailure(.store(error))
    }
  }

  private static func unwritable(
    _ path: String, _ failure: SystemError
  ) -> EngineStartFailure {
    if failure.number == EROFS { return EngineStartFailure(.store(.readOnly(path))) }
    let sentence: SafeText = """
      cannot write \(path) (\(failure.text)): give the user of this program write permission, \
      or choose another store
      """
    return EngineStartFailure(.store(StoreFailure(.unwritable, sentence)))
  }

  private static func lock(
    _ descriptor: Int32, _ paths: StorePaths, endsFrozenHolder: Bool
  ) throws(EngineStartFailure) {
    for _ in 0..<100 {
      do {
        if try OFDLock.tryTake(descriptor) { return }
      } catch {
        throw unwritable(paths.lock, error)
      }
      // Nil: the lock was released in between.
      guard let held = LeaseHolder.look(at: paths) else { continue }
      guard case .silent = held.presence, endsFrozenHolder else {
        throw heldBy(held, paths, "stop that engine, or use its store with --no-engine")
      }
      try endFrozen(held, paths)
    }
    throw heldBy(LeaseHolder.look(at: paths), paths, "try again")
  }

  /// Kills a frozen holder. A heartbeat can be old although its process runs, as after a pause of
  /// the machine. So this first waits up to 3 s, longer than one interval, for another heartbeat.
  private static func endFrozen(
    _ held: LeaseHolder, _ paths: StorePaths
  ) throws(EngineStartFailure) {
    guard held.contents.holder.isAlive != nil else {
      throw heldBy(held, paths, "stop it on that machine")
    }
    for _ in 0..<30 {
      usleep(100_000)
      guard let again = LeaseHolder.look(at: paths),
        again.contents.holder == held.contents.holder
      else { return }
      if again.sign != held.sign {
        throw heldBy(again, paths, "stop that engine, or use its store with --no-engine")
      }
    }
    do throws(ProcessIdentity.KillFailure) {
      try held.contents.holder.process.kill(within: 5000)
    } catch {
      switch error {
      case .impossible: throw heldBy(held, paths, "stop it on that machine")
      case .notPermitted:
        let user = held.contents.holder.user
        throw heldBy(held, paths, "stop it as user \(user.isEmpty ? "of that process" : user)")
      case .stillThere: throw heldBy(held, paths, "it cannot be killed; check its disk")
      }
    }
  }

  private static func heldBy(
    _ held: LeaseHolder?, _ paths: StorePaths, _ remedy: String
  ) -> EngineStartFailure {
    let holder = held?.presence ?? .none
    let words = holder.words.hasSuffix(",") ? String(holder.words.dropLast()) : holder.words
    return EngineStartFailure(
      .lease(
        LeaseFailure(
          sentence: "\(paths.store) is held by \(words): \(remedy)", holder: holder)))
  }
}
