import Glibc
import Posix

/// Decides whether this user may run the engine of a store.
///
/// The engine runs the commands that the store contains. So it runs only as the store's owner, and
/// only if no other user could have placed the store's files or could replace them. Looking at a
/// store and sending requests runs nothing, and needs no such check.
struct StoreTrust {
  private let paths: StorePaths
  private let user = geteuid()

  /// - Throws: if this user may not run the engine.
  static func check(_ paths: StorePaths) throws(StoreFailure) {
    try StoreTrust(paths: paths).check()
  }

  /// Checks the open lock file, which is written to.
  static func check(lock descriptor: Int32, _ paths: StorePaths) throws(StoreFailure) {
    let trust = StoreTrust(paths: paths)
    if let status = try? FileStatus(descriptor: descriptor) {
      try trust.checkFile(paths.lock, status)
    }
  }

  private init(paths: StorePaths) { self.paths = paths }

  private func check() throws(StoreFailure) {
    if let store = try? FileStatus(withoutFollowing: paths.store), store.isFile,
      store.owner != user
    {
      throw StoreFailure(
        .untrusted,
        """
        \(paths.store) belongs to user \(UserName.of(store.owner)), and only that user may run its \
        engine: start it as that user; the store can be viewed from here
        """)
    }
    for path in [paths.store, paths.log, paths.index, paths.journal, paths.lock, paths.holder] {
      if let status = try? FileStatus(withoutFollowing: path) { try checkFile(path, status) }
    }
    try checkFolder()
    try checkParents()
  }

  private func checkFile(_ path: String, _ status: FileStatus) throws(StoreFailure) {
    if status.isLink {
      throw refusal("\(path) is a symbolic link, which another user may have placed: remove it")
    }
    guard status.isFile else { return }
    if status.names > 1 {
      throw refusal(
        "\(path) is a hard link, which another user may have placed: remove its other names")
    }
    if status.owner != user {
      throw refusal(
        """
        \(path) belongs to user \(UserName.of(status.owner)), who may have placed it: remove it, \
        or change its owner
        """)
    }
    if status.mode & 0o002 != 0 {
      throw refusal("every user may write \(path): run chmod o-w on it if you trust its contents")
    }
    if status.mode & 0o020 != 0, !Self.isPrivate(status.group) {
      throw refusal(
        """
        \(members(status.group)) may write \(path): `dashboard reconcile` shows what they may \
        have stored
        """)
    }
  }

  private func checkFolder() throws(StoreFailure) {
    guard let folder = try? FileStatus(path: paths.folder) else { return }
    if folder.owner != user, folder.owner != 0 {
      throw refusal(
        """
        the folder \(paths.folder) belongs to user \(UserName.of(folder.owner)), who could replace \
        the store: use a folder of user \(UserName.of(user))
        """)
    }
    if folder.mode & 0o002 != 0 {
      throw refusal(
        """
        every user may write to the folder \(paths.folder) and could replace the store: choose \
        another folder, or run chmod o-w on this one
        """)
    }
    if folder.mode & 0o020 != 0, !Self.isPrivate(folder.group) {
      let remedy =
        fileExists(paths.store)
        ? "`dashboard reconcile` shows what they may have stored" : "run chmod g-w on it"
      throw refusal(
        """
        \(members(folder.group)) may write to the folder \(paths.folder) and could replace the \
        store: \(remedy)
        """)
    }
  }

  /// Who can rename a folder above the store's can replace the store.
  private func checkParents() throws(StoreFailure) {
    var path = paths.folder
    while let slash = path.lastIndex(of: "/"), path != "/" {
      path = slash == path.startIndex ? "/" : String(path[..<slash])
      guard let status = try? FileStatus(path: path) else { continue }
      let isSticky = status.mode & 0o1000 != 0
      // An owner that has no number in this user namespace shows as the overflow user.
      let isStrangers = ![0, user, 65_534].contains(status.owner) && !isSticky
      if isStrangers || status.mode & 0o002 != 0 && !isSticky {
        let who = isStrangers ? "user \(UserName.of(status.owner))" : "every user"
        throw refusal(
          """
          \(who) may rename folders in \(path) and could replace the store \(paths.store): choose \
          another folder
          """)
      }
    }
  }

  /// Whether a group has no member but this user, as the group of the same name that many systems
  /// make for each user.
  static func isPrivate(_ group: UInt32) -> Bool {
    let (name, members) = UserName.ofGroup(group)
    return members == 0 && name == UserName.of(geteuid())
  }

  private func members(_ group: UInt32) -> String {
    "members of group \(UserName.ofGroup(group).name)"
  }

  private func fileExists(_ path: String) -> Bool {
    (try? FileStatus(withoutFollowing: path)) != nil
  }

  private func refusal(_ sentence: String) -> StoreFailure {
    StoreFailure(.untrusted, "\(sentence); until then the store can only be viewed")
  }
}

extension StoreFailure {
  /// The failure if the owner has not accepted what others could write.
  static func unreviewed(_ paths: StorePaths) -> StoreFailure {
    .init(
      .untrusted,
      """
      other users could write \(paths.store): look at what `dashboard reconcile` shows, and \
      accept it with `dashboard reconcile --accept`
      """)
  }
}
