import Basics
import DeploymentEngine
import DeploymentInterface
import Glibc
import Posix
import SafeTexts

/// The folder in which members of a store's group leave requests, as the engine reads it.
///
/// The group may create files in it, but not list them, and only the file's owner and the engine
/// may remove one. The kernel says whose a file is, so that nobody acts in another user's name.
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
    /// What was thrown away or has to wait, for the log.
    var remarks: [SafeText] = []
  }

  private struct State {
    var claimed: [Claimed] = []
    /// The names of files that were moved and could not be read yet.
    var unread: [String] = []
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
    box.state.withLock { $0.unread = claimed.sorted() }
    return box
  }

  /// Removes the hidden files of processes that ended before they had written everything.
  private func removeUnfinished(at now: Timestamp) {
    let names = Folder.files(in: paths.asks, atMost: StoreLimits.droppedListed) { [paths] name in
      name.hasPrefix(".") && DroppedRequest.isName(name.dropFirst(), paths)
    }
    for path in names.map({ paths.asks + "/" + $0 }) {
      guard let status = try? FileStatus(withoutFollowing: path),
        status.modified < (now - .minutes(1)).milliseconds
      else { continue }
      unlink(path)
    }
  }

  /// Whether files wait.
  var isEmpty: Bool {
    state.withLock { $0.unread.isEmpty && $0.claimed.isEmpty } && waitingNames(atMost: 1).isEmpty
  }

  private func waitingNames(atMost limit: Int) -> [String] {
    Folder.files(in: paths.asks, atMost: limit) { [paths] in
      DroppedRequest.isName($0[...], paths)
    }
  }

  /// Claims requests: of each user in the order in which they were made, and of several users in
  /// turn. What was claimed and not stored counts against the limit.
  func claim(_ limit: Int, at now: Timestamp) -> Contents {
    var contents = Contents()
    retryUnread(&contents, at: now)
    let waiting = waitingByUser(&contents)
    let names = Self.inTurn(waiting)
    let room = max(0, limit - state.withLock { $0.claimed.count + $0.unread.count })
    var isBlocked = false
    for name in names.prefix(room) {
      if rename(paths.asks + "/" + name, paths.claimedAsks + "/" + name) == 0 {
        read(name, &contents, at: now)
      } else if errno != ENOENT {
        // It stays where it is: the next look may find the disk or the folder in order again.
        contents.remarks.append(
          "requests in \(paths.asks) cannot be taken up: \(SystemError.last.text)")
        isBlocked = true
        break
      }
    }
    contents.hasMore = !isBlocked && names.count > room && room > 0
    contents.claimed = state.withLock { $0.claimed }
    return contents
  }

  private func retryUnread(_ contents: inout Contents, at now: Timestamp) {
    let names = state.withLock { state in
      let names = state.unread.prefix(StoreLimits.requestsPerCommit)
      state.unread.removeFirst(names.count)
      return names
    }
    for name in names { read(name, &contents, at: now) }
  }

  /// The names of the waiting files by their owner; those that are too many are thrown away.
  private func waitingByUser(_ contents: inout Contents) -> [UInt32: [String]] {
    var waiting: [UInt32: [String]] = [:]
    for name in waitingNames(atMost: StoreLimits.droppedListed) {
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
    return waiting
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
  private func read(_ name: String, _ contents: inout Contents, at now: Timestamp) {
    let path = paths.claimedAsks + "/" + name
    do throws(Reason) {
      let (bytes, owner) = try self.contents(of: path)
      guard
        var dropped = PlainJSON.decode(
          DroppedRequest.self, from: String(decoding: bytes, as: UTF8.self)),
        !dropped.request.key.text.isEmpty
      else { throw Reason(owner: owner, text: "is not a request of this version") }
      dropped.request.actor = self.name(of: owner)
      dropped.expiresAt = min(dropped.expiresAt, now + dropped.request.longestValidity)
      dropped.request.keptSince = dropped.request.keptSince.map { min($0, now) }
      let claimed = Claimed(path: path, dropped: dropped)
      state.withLock { $0.claimed.append(claimed) }
    } catch {
      if error.isPassing {
        state.withLock { $0.unread.append(name) }
      } else {
        unlink(path)
      }
      let who = error.owner.map { "of \(self.name(of: $0)) " } ?? ""
      let what = error.isPassing ? "waits" : "was thrown away"
      contents.remarks.append(
        SafeText("a file \(who)in \(paths.asks) \(what): it \(error.text)"))
    }
  }

  private struct Reason: Error {
    var owner: UInt32?
    var text: String
    /// The file is not at fault, and can be read later.
    var isPassing = false
  }

  /// Reads the whole file at once; what its owner writes to it later has no effect.
  private func contents(of path: String) throws(Reason) -> (bytes: [UInt8], owner: UInt32) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      let error = SystemError.last
      let isPassing = [EMFILE, ENFILE, ENOMEM, EIO, EINTR].contains(error.number)
      throw Reason(
        owner: nil,
        text: error.number == ELOOP ? "is a link" : "cannot be read (\(error.text))",
        isPassing: isPassing)
    }
    defer { Glibc.close(descriptor) }
    guard let status = try? FileStatus(descriptor: descriptor) else {
      throw Reason(owner: nil, text: "cannot be read", isPassing: true)
    }
    let owner = status.owner
    guard status.isFile else { throw Reason(owner: owner, text: "is not a regular file") }
    guard status.names == 1 else { throw Reason(owner: owner, text: "has several names") }
    guard status.mode & 0o022 == 0 else {
      throw Reason(owner: owner, text: "can be written by other users")
    }
    var bytes = [UInt8](repeating: 0, count: StoreLimits.droppedBytes + 1)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0 else {
      throw Reason(owner: owner, text: "cannot be read", isPassing: true)
    }
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
