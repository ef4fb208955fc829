import DeploymentEngine
import DeploymentInterface
import Glibc
import Posix
import TestSupport
import Testing

@testable import EngineRuntime
@testable import EngineStore

/// A directory for one test, which goes with it.
final class TemporaryStore: Sendable {
  private let place: TemporaryFolder
  var folder: String { place.path }
  var path: String { folder + "/store.sqlite" }
  var lock: String { path + ".lock" }

  init() throws { place = try TemporaryFolder("runtime-tests") }

  /// Opens the store as its engine, runs, and closes it again.
  func open<Value>(
    _ access: StoreAccess = .owner, _ body: (Store) throws -> Value
  ) throws -> Value {
    let lease = try Lease.take(store: path, access: access)
    defer { lease.release() }
    let store = try Store(lease)
    defer { store.close() }
    return try body(store)
  }

  /// Why the store cannot be opened as an engine.
  func failureToOpen() -> StoreFailure? {
    do {
      try open { _ in }
      return nil
    } catch let failure as StoreFailure {
      return failure
    } catch {
      return nil
    }
  }

  func write(_ bytes: [UInt8], to name: String = "store.sqlite") throws {
    try place.write(bytes, to: name)
  }

  func read(_ name: String) throws -> [UInt8] {
    try place.read(name)
  }

  /// Lets the last heartbeat look older.
  func letLockAge(by span: TimeSpan) throws {
    let lock = path + ".lock"
    let seconds = Int(try FileStatus(path: lock).modified - span.milliseconds) / 1000
    let time = timespec(tv_sec: seconds, tv_nsec: 0)
    try #require(utimensat(AT_FDCWD, lock, [time, time], 0) == 0)
  }

  func remove(_ name: String) throws {
    try place.remove(name)
  }
}

extension EngineTime {
  /// What both clocks say now.
  static var current: EngineTime { EngineClock.system.now }
}
