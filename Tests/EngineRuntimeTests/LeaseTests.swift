import Basics
import DeploymentEngine
import DeploymentInterface
import Foundation
import Posix
import SafeTexts
import TestSupport
import Testing

import struct Synchronization.Atomic

@testable import EngineRuntime
@testable import EngineStore

struct LeaseTests {
  private func failure(_ path: String, endsFrozenHolder: Bool = true) -> LeaseFailure? {
    do {
      try Lease.take(store: path, endsFrozenHolder: endsFrozenHolder).release()
      return nil
    } catch {
      guard case .lease(let failure) = error.cause else { return nil }
      return failure
    }
  }

  @Test func isHeldByOneAtATime() throws {
    let temporary = try TemporaryStore()
    let lease = try Lease.take(store: temporary.path)
    #expect(failure(temporary.path) != nil)
    lease.release()
    #expect(failure(temporary.path) == nil)
    #expect(LeaseStatus.query(store: temporary.path) == .none)
  }

  @Test func goesWithWhoeverHeldIt() throws {
    let temporary = try TemporaryStore()
    do { _ = try Lease.take(store: temporary.path) }
    #expect(failure(temporary.path) == nil)
  }

  @Test func namesItsHolder() throws {
    let temporary = try TemporaryStore()
    #expect(LeaseStatus.query(store: temporary.path) == .none)
    let lease = try Lease.take(store: temporary.path)
    defer { lease.release() }
    guard case .running(let pid, let host, let since) = LeaseStatus.query(store: temporary.path)
    else {
      Issue.record("nobody is named")
      return
    }
    #expect(pid == getpid())
    #expect(!host.isEmpty)
    #expect(EngineClock.system.now.utc - since < .seconds(60))
  }

  @Test func oneOfTwentyThatStartAtOnceGetsIt() throws {
    for _ in 0..<10 {
      let temporary = try TemporaryStore()
      let held = Mutex<[Lease]>([])
      let refused = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 20) { _ in
        do {
          let lease = try Lease.take(store: temporary.path)
          held.withLock { $0.append(lease) }
        } catch {
          refused.withLock { $0 += 1 }
        }
      }
      #expect(held.withLock { $0.count } == 1)
      #expect(refused.withLock { $0 } == 19)
      for lease in held.withLock({ $0 }) { lease.release() }
    }
  }

  @Test func isNotDisturbedByThoseWhoAsk() throws {
    let temporary = try TemporaryStore()
    let isOver = Atomic(false)
    let asked = DispatchGroup()
    for _ in 0..<4 {
      DispatchQueue.global().async(group: asked) {
        while !isOver.load(ordering: .relaxed) {
          _ = LeaseStatus.query(store: temporary.path)
        }
      }
    }
    for _ in 0..<300 { #expect(failure(temporary.path) == nil) }
    isOver.store(true, ordering: .relaxed)
    asked.wait()
  }

  @Test func isTheSameUnderEveryNameOfTheStore() throws {
    let temporary = try TemporaryStore()
    try temporary.open { _ in }
    let link = temporary.folder + "/link.sqlite"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: temporary.path)
    let lease = try Lease.take(store: temporary.path)
    #expect(failure(link) != nil)
    #expect(
      failure(
        temporary.folder + "/../" + (temporary.folder as NSString).lastPathComponent
          + "/store.sqlite") != nil)
    lease.release()
  }

  @Test func isNotInheritedByChildren() throws {
    let temporary = try TemporaryStore()
    let lease = try Lease.take(store: temporary.path)
    let child = try Child("tail", ["-f", "/dev/null"])
    defer { child.kill() }
    lease.release()
    #expect(failure(temporary.path) == nil)
  }

  @Test func isTakenFromAHolderThatDied() throws {
    let temporary = try TemporaryStore()
    let child = try holder(of: temporary, beatAge: 0)
    #expect(failure(temporary.path)?.holder.pid == child.pid)
    child.kill()
    #expect(failure(temporary.path) == nil)
  }

  @Test func isTakenFromAFrozenHolderOnlyWhenThatHasEnded() throws {
    let temporary = try TemporaryStore()
    let child = try holder(of: temporary, beatAge: 60)
    #expect(kill(child.pid, SIGSTOP) == 0)
    guard case .silent(let pid, _, let age) = LeaseStatus.query(store: temporary.path) else {
      Issue.record("not silent")
      return
    }
    #expect(pid == child.pid)
    #expect(age > .seconds(50))
    #expect(failure(temporary.path, endsFrozenHolder: false)?.holder.pid == child.pid)
    #expect(try isAlive(child))
    #expect(failure(temporary.path) == nil)
    #expect(try !isAlive(child))
    child.kill()
  }

  /// Whether it is silent shows only in time: the clock of another machine says nothing here.
  @Test func isLeftToAHolderOnAnotherMachine() throws {
    let temporary = try TemporaryStore()
    let child = try holder(of: temporary, beatAge: 60, machine: "another/machine")
    defer { child.kill() }
    guard case .running = LeaseStatus.query(store: temporary.path) else {
      Issue.record("not running")
      return
    }
    #expect(failure(temporary.path)?.holder.pid == child.pid)
    #expect(try isAlive(child))
  }

  /// A heartbeat without a readable clock is old when this process has seen it long enough.
  @Test func watchesHeartbeatsByItsOwnClock() {
    var watch = HeartbeatWatch()
    let start = Moment(milliseconds: 1000)
    var sign = HeartbeatWatch.Sign(holder: .current, value: 5)
    #expect(watch.note(sign, in: "a", at: start) == .zero)
    #expect(watch.note(sign, in: "a", at: start + .seconds(11)) == .seconds(11))
    #expect(watch.note(sign, in: "b", at: start + .seconds(11)) == .zero)
    sign.value = 3
    #expect(watch.note(sign, in: "a", at: start + .seconds(12)) == .zero)
    #expect(watch.note(sign, in: "a", at: start + .seconds(14)) == .seconds(2))
    // Of another boot, of an earlier version, or nonsense.
    let clock = Heartbeat.now.clock
    for beat in [Heartbeat(at: 5, clock: "another"), nil, Heartbeat(at: .min, clock: clock)] {
      #expect(LeaseHolder.silence(beat, unchangedFor: .seconds(11)) == .seconds(11))
    }
    #expect(LeaseHolder.silence(.now, unchangedFor: .seconds(11)) < .seconds(5))
  }

  /// The time of day may be set while an engine runs: only a heartbeat's own clock counts.
  @Test func noTimeOfDayMakesAHolderSilent() throws {
    let temporary = try TemporaryStore()
    let child = try holder(of: temporary, beatAge: 0)
    defer { child.kill() }
    try temporary.letLockAge(by: .hours(30))
    guard case .running = LeaseStatus.query(store: temporary.path) else {
      Issue.record("not running")
      return
    }
  }

  @Test func endsNoProcessThatOnlyHasTheSamePid() throws {
    let child = try Child("tail", ["-f", "/dev/null"])
    defer { child.kill() }
    var stranger = ProcessIdentity.current
    stranger.pid = child.pid
    stranger.startTime = 1
    try stranger.kill(within: 1000)
    #expect(try isAlive(child))
  }

  @Test func noticesWhenItsLockFileIsReplaced() throws {
    let temporary = try TemporaryStore()
    let lease = try Lease.take(store: temporary.path)
    try temporary.remove("store.sqlite.lock")
    #expect(try eventually { lease.trouble != nil })
    lease.release()
  }

  @Test func doesNotTrustALockFileThatIsHalfWritten() throws {
    let contents = LockContents(
      holder: .current, since: Timestamp(milliseconds: 5),
      remembered: .init(storeID: "abc", commits: 7))
    let temporary = try TemporaryStore()
    let file = try SecureFile.openOrMake(temporary.lock, mode: 0o600)
    defer { close(file) }
    try contents.write(to: file)
    #expect(LockContents(descriptor: file) == contents)
    for place in 0..<contents.length {
      try contents.write(to: file)
      var byte = UInt8(ascii: "!")
      pwrite(file, &byte, 1, off_t(place))
      #expect(LockContents(descriptor: file) == nil, "byte \(place)")
    }
  }

  private func isAlive(_ child: Child) throws -> Bool {
    try Proc.stat(child.pid).map { !$0.isGone } ?? false
  }

  /// A process of another program that holds the lock, as an engine of ours would.
  private func holder(
    of temporary: TemporaryStore, beatAge seconds: Int, machine: String? = nil
  ) throws -> Child {
    let file = open(temporary.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(file) }
    #expect(try OFDLock.tryTake(file))
    let child = try Child("tail", ["-f", "/dev/null"], keeping: file)
    var holder = HolderProcess.current
    holder.process.pid = child.pid
    holder.process.startTime = try Proc.stat(child.pid)?.startTime ?? 0
    if let machine { holder.machine = machine }
    var contents = LockContents(
      holder: holder, since: EngineClock.system.now.utc, remembered: nil)
    contents.beat = .now
    contents.beat?.at -= Int64(seconds) * 1000
    if machine != nil { contents.beat?.clock = "another" }
    try contents.write(to: file)
    return child
  }
}

extension LeaseStatus {
  fileprivate var pid: Int32? {
    switch self {
    case .none: nil
    case .running(let pid, _, _), .silent(let pid, _, _): pid
    }
  }
}
