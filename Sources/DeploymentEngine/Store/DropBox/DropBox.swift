import Basics
import DeploymentEngine
import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// The folder in which members of a store's group leave requests, as the engine reads it.
///
/// The group may create files in it, but not list them, and only the file's owner and the engine
/// may remove one. The kernel knows who made a file, so nobody can act in another user's name.
///
/// The engine moves a file into a folder of its own before it reads it, and removes it after the
/// commit that stores the request. A request is therefore not lost if the engine dies in between,
/// and cannot change after it was read.
final class DropBox: Sendable {
  /// A request that was moved and read, and is not stored yet.
  struct Claimed: Sendable {
    var path: String
    var dropped: DroppedRequest
  }

  /// What was found in the drop box.
  struct Contents: Sendable {
    var claimed: [Claimed] = []
    /// Whether more files wait.
    var hasMore = false
    /// What was thrown away, for the log.
    var remarks: [SafeText] = []
  }

  private struct State {
    var claimed: [Claimed] = []
    var names: [UInt32: SafeText] = [:]
  }
  private let paths: StorePaths
  private let state = Mutex(State())

  private init(_ paths: StorePaths) { self.paths = paths }

  /// Opens the drop box of a store whose group may use it, and takes up what an earlier engine has
  /// claimed and not stored.
  static func open(_ paths: StorePaths, at now: Timestamp) throws(SystemError) -> DropBox {
    for (folder, mode) in [(paths.asks, 0o3730 as UInt32), (paths.claimedAsks, 0o700)] {
      try SecureFile.makeFolder(folder, mode: mode)
      let status = try FileStatus(withoutFollowing: folder)
      guard status.isDirectory, status.owner == geteuid() else { throw SystemError(number: EPERM) }
      let group = try FileStatus(path: paths.folder).group
      if mode & 0o070 != 0, status.group != group { try SecureFile.giveGroup(folder, group) }
      try SecureFile.setMode(folder, mode)
    }
    let box = DropBox(paths)
    box.removeUnfinished(at: now)
    let claimed = Folder.files(in: paths.claimedAsks, atMost: StoreLimits.droppedListed)
    for name in claimed.sorted() { box.read(paths.claimedAsks + "/" + name, at: now) }
    return box
  }

  /// Removes the hidden files of processes that ended before they had written everything.
  private func removeUnfinished(at now: Timestamp) {
    let names = Folder.files(
      in: paths.asks, startingWith: "." + prefix, atMost: StoreLimits.droppedListed)
    for path in names.map({ paths.asks + "/" + $0 }) {
      guard let status = try? FileStatus(withoutFollowing: path),
        now - Timestamp(milliseconds: status.modified) > .minutes(1)
      else { continue }
      unlink(path)
    }
  }

  /// Takes away the drop box of a store that only its owner may use.
  static func close(_ paths: StorePaths) {
    guard let status = try? FileStatus(withoutFollowing: paths.asks), status.isDirectory,
      status.owner == geteuid(), status.mode & 0o070 != 0
    else { return }
    try? SecureFile.setMode(paths.asks, 0o700)
  }

  /// Whether files wait.
  var isEmpty: Bool { Folder.files(in: paths.asks, startingWith: prefix, atMost: 1).isEmpty }

  private var prefix: String { paths.name + "." }

  /// Claims requests: of each user in the order in which they were made, and of several users in
  /// turn.
  func claim(_ limit: Int, at now: Timestamp) -> Contents {
    var contents = Contents()
    var waiting: [UInt32: [String]] = [:]
    for name in Folder.files(
      in: paths.asks, startingWith: prefix, atMost: StoreLimits.droppedListed)
    {
      guard let status = try? FileStatus(withoutFollowing: paths.asks + "/" + name) else {
        continue
      }
      waiting[status.owner, default: []].append(name)
    }
    for (user, names) in waiting {
      let names = names.sorted()
      waiting[user] = Array(names.prefix(StoreLimits.droppedPerUser))
      let rest = names.dropFirst(StoreLimits.droppedPerUser)
      for name in rest { unlink(paths.asks + "/" + name) }
      if !rest.isEmpty {
        contents.remarks.append(
          """
          \(name(of: user)) has more than \(StoreLimits.droppedPerUser) requests in \
          \(paths.asks): \(rest.count) were thrown away unread
          """)
      }
    }
    let names = Self.inTurn(waiting)
    for name in names.prefix(limit) {
      let path = paths.claimedAsks + "/" + name
      if rename(paths.asks + "/" + name, path) == 0 {
        if let remark = read(path, at: now) { contents.remarks.append(remark) }
      } else if errno != ENOENT {
        let why = SystemError.last.text
        unlink(paths.asks + "/" + name)
        contents.remarks.append(
          "a file in \(paths.asks) was thrown away: it cannot be moved (\(why))")
      }
    }
    contents.hasMore = names.count > limit
    contents.claimed = state.withLock { $0.claimed }
    return contents
  }

  /// Removes the claimed files, whose requests are stored now.
  func removeClaimed() {
    let claimed = state.withLock { state in
      defer { state.claimed = [] }
      return state.claimed
    }
    for one in claimed { unlink(one.path) }
  }

  /// The names of several users: the first of each, then the second of each, and so on.
  static func inTurn(_ waiting: [UInt32: [String]]) -> [String] {
    let users = waiting.keys.sorted()
    let most = waiting.values.map(\.count).max() ?? 0
    return (0..<most).flatMap { round in
      users.compactMap { user in
        waiting[user].flatMap { round < $0.count ? $0[round] : nil }
      }
    }
  }

  /// Reads a file that was moved into the engine's folder; throws it away if it is no request.
  ///
  /// - Returns: why it was thrown away.
  @discardableResult private func read(_ path: String, at now: Timestamp) -> SafeText? {
    do throws(Reason) {
      let (bytes, owner) = try contents(of: path)
      guard
        var dropped = PlainJSON.decode(
          DroppedRequest.self, from: String(decoding: bytes, as: UTF8.self)),
        !dropped.request.key.text.isEmpty
      else { throw Reason(owner: owner, text: "is not a request of this version") }
      dropped.request.actor = name(of: owner)
      dropped.expiresAt = min(dropped.expiresAt, now + dropped.request.longestValidity)
      dropped.request.keptSince = dropped.request.keptSince.map { min($0, now) }
      // A repeated key would be stored once; the first file wins.
      let claimed = Claimed(path: path, dropped: dropped)
      state.withLock { $0.claimed.append(claimed) }
      return nil
    } catch {
      unlink(path)
      let who = error.owner.map { "of \(name(of: $0)) " } ?? ""
      return SafeText("a file \(who)in \(paths.asks) was thrown away: it \(error.text)")
    }
  }

  private struct Reason: Error {
    var owner: UInt32?
    var text: String
  }

  /// Reads the whole file at once; what its owner writes to it later has no effect.
  private func contents(of path: String) throws(Reason) -> (bytes: [UInt8], owner: UInt32) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw Reason(
        owner: nil, text: errno == ELOOP ? "is a link" : "cannot be read (\(SystemError.last.text))"
      )
    }
    defer { Glibc.close(descriptor) }
    guard let status = try? FileStatus(descriptor: descriptor) else {
      throw Reason(owner: nil, text: "cannot be read")
    }
    let owner = status.owner
    guard status.isFile else { throw Reason(owner: owner, text: "is not a regular file") }
    guard status.names == 1 else { throw Reason(owner: owner, text: "has several names") }
    guard status.mode & 0o022 == 0 else {
      throw Reason(owner: owner, text: "can be written by other users")
    }
    var bytes = [UInt8](repeating: 0, count: StoreLimits.droppedBytes + 1)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw Reason(owner: owner, text: "cannot be read") }
    guard count <= StoreLimits.droppedBytes else {
      throw Reason(owner: owner, text: "is larger than \(StoreLimits.droppedBytes) bytes")
    }
    return (Array(bytes[..<count]), owner)
  }

  private func name(of user: UInt32) -> SafeText {
    state.withLock { state in
      if let known = state.names[user] { return known }
      let name = SafeText(UserName.of(user))
      state.names[user] = name
      return name
    }
  }
}
