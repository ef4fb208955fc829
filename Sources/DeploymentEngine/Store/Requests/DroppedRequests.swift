import Basics
import DeploymentEngine
import DeploymentInterface
import GRDB
import Glibc
import Posix
import SafeTexts

/// Leaves requests in the drop box of a store that this user may read but not write.
final class DroppedRequests: RequestChannel {
  private let paths: StorePaths
  private let queue: DatabaseQueue

  private struct State {
    /// The files of the submitted requests, until they are withdrawn.
    var files: [RequestKey: String] = [:]
    var count: UInt64 = 0
  }
  private let state = Mutex(State())

  /// - Parameter queue: reads the store.
  init(_ paths: StorePaths, _ queue: DatabaseQueue) {
    self.paths = paths
    self.queue = queue
  }

  /// Whether a store that this user may not write has a drop box.
  static func isPossible(_ paths: StorePaths) -> Bool {
    (try? FileStatus(withoutFollowing: paths.asks))?.isDirectory == true
  }

  func put(
    _ requests: [Request], allOrNone: Bool, validity: TimeSpan, at now: Timestamp
  ) throws(StoreFailure) -> [RequestKey] {
    var others: [RequestKey] = []
    var written: [(key: RequestKey, path: String, hidden: String, syncs: Bool)] = []
    do throws(StoreFailure) {
      for request in requests {
        switch try standing(of: request) {
        case .new:
          let (path, hidden) = names(at: now)
          try write(DroppedRequest(request: request, expiresAt: now + validity), to: hidden)
          written.append((request.key, path, hidden, request.keptSince != nil))
        case .repeated: break
        case .other: others.append(request.key)
        }
      }
      if allOrNone, let key = others.first { throw .otherRequest(key) }
      for file in written { try move(file.hidden, to: file.path, syncs: file.syncs) }
    } catch {
      for file in written where unlink(file.hidden) != 0 { unlink(file.path) }
      throw error
    }
    state.withLock { state in
      for file in written { state.files[file.key] = file.path }
    }
    return others
  }

  /// Nobody but the engine removes or replaces the file, so what cannot be removed has been taken
  /// up.
  func withdraw(_ key: RequestKey) throws(StoreFailure) -> Bool {
    guard let path = state.withLock({ $0.files[key] }), unlink(path) == 0 else { return false }
    state.withLock { $0.files[key] = nil }
    return true
  }

  func keep(_ reports: [Request]) throws(StoreFailure) {
    for report in reports {
      guard let before = state.withLock({ $0.files[report.key] }) else { continue }
      // Both files have one key, so that the engine heeds one of them, whenever this process ends.
      _ = try put(
        [report], allOrNone: false, validity: Request.forEver,
        at: EngineClock.system.now.utc)
      unlink(before)
    }
  }

  func isOpen(_ key: RequestKey) throws(StoreFailure) -> Bool {
    let isAnswered = try StoreConnection.attempt(paths) {
      try queue.read { try RequestRows.isAnswered(key, $0) == true }
    }
    return !isAnswered && state.withLock { $0.files[key] != nil }
  }

  private enum Standing { case new, repeated, other }

  private func standing(of request: Request) throws(StoreFailure) -> Standing {
    try StoreConnection.attempt(paths) {
      try queue.read { db in
        guard try RequestRows.isAnswered(request.key, db) != nil else { return .new }
        return try RequestRows.isRepeated(request, db) ? .repeated : .other
      }
    }
  }

  private func names(at now: Timestamp) -> (path: String, hidden: String) {
    let number = state.withLock { state in
      defer { state.count += 1 }
      return state.count
    }
    let name = DroppedRequest.fileName(number, at: now, paths)
    // The engine does not look at hidden files, which may be incomplete.
    return (paths.asks + "/" + name, paths.asks + "/." + name)
  }

  private func write(_ dropped: DroppedRequest, to path: String) throws(StoreFailure) {
    let bytes = try StoreConnection.attempt(paths) { Array(try PlainJSON.encode(dropped).utf8) }
    guard bytes.count <= StoreLimits.droppedBytes else {
      throw StoreFailure(.full, "the request is larger than \(StoreLimits.droppedBytes) bytes")
    }
    do throws(SystemError) {
      try SecureFile.makeFile(path, mode: 0o644, contents: bytes)
    } catch {
      unlink(path)
      throw failure(error)
    }
  }

  private func move(
    _ hidden: String, to path: String, syncs: Bool
  ) throws(StoreFailure) {
    guard rename(hidden, path) == 0 else { throw failure(.last) }
    guard syncs else { return }
    do throws(SystemError) {
      try SecureFile.sync(path)
    } catch {
      // The engine may have moved it already, and stores it.
      if error.number != ENOENT { throw failure(error) }
    }
  }

  private func failure(_ error: SystemError) -> StoreFailure {
    switch error.number {
    case ENOSPC, EDQUOT: .init(.full, "cannot write to \(paths.asks): its disk is full")
    case EACCES, EPERM: .notShared(paths)
    default: .unwritable(paths.asks, error.text)
    }
  }
}

extension StoreFailure {
  /// The failure if a user may look at a store but not act on it.
  static func notShared(_ paths: StorePaths) -> StoreFailure {
    let store = try? FileStatus(path: paths.store)
    let owner = store.map { UserName.of($0.owner) } ?? "its owner"
    let box = try? FileStatus(withoutFollowing: paths.asks)
    let me = UserName.of(geteuid())
    guard let box, box.mode & 0o020 != 0 else {
      return .init(
        .unwritable,
        """
        user \(me) may look at \(paths.store) but not act on it, because it belongs to user \
        \(owner): act as that user, or let the group act with `access: group`
        """)
    }
    return .init(
      .unwritable,
      """
      user \(me) may look at \(paths.store) but not act on it: act as user \(owner), or as a \
      member of group \(UserName.ofGroup(box.group).name)
      """)
  }
}
