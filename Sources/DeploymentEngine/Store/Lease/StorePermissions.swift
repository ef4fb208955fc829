import Glibc
import Posix
public import SafeTexts

/// The permissions of a store's files, which follow the configuration at each start.
enum StorePermissions {
  /// Gives the files of a store the permissions of an access, and lets the group into a folder that
  /// an engine has made for the owner alone. A folder with other permissions was prepared by a
  /// person, and one that is open stays so: another store in it may need that.
  static func apply(_ access: StoreAccess, to paths: StorePaths) throws(StoreFailure) {
    do throws(SystemError) {
      let folder = try FileStatus(path: paths.folder)
      // A set-group bit survives when a person takes the rest away.
      let isPrivate = folder.mode & 0o777 == StoreAccess.owner.folderMode
      if access == .group, folder.owner == geteuid(), isPrivate {
        try SecureFile.setMode(paths.folder, access.folderMode)
      }
      for path in [paths.store, paths.log, paths.index, paths.holder] {
        try set(path, access.fileMode, group: access == .group ? folder.group : nil)
      }
      try set(paths.lock, StoreAccess.owner.fileMode, group: nil)
    } catch {
      throw .unwritable(paths.store, error.text)
    }
  }

  private static func set(
    _ path: String, _ mode: UInt32, group: UInt32?
  ) throws(SystemError) {
    guard let status = try? FileStatus(withoutFollowing: path), status.isFile else { return }
    if let group, status.group != group { try SecureFile.giveGroup(path, group) }
    if status.mode != mode { try SecureFile.setMode(path, mode) }
  }
}

extension StoreAccess {
  /// Why members of the group cannot use a store that they may use; nil: they can.
  public func obstacle(store path: String) -> SafeText? {
    let folder = StorePaths(path).folder
    guard self == .group, let status = try? FileStatus(path: folder), status.mode & 0o050 != 0o050
    else { return nil }
    return """
      `access: group` lets nobody in, because group \(UserName.ofGroup(status.group).name) cannot \
      enter the folder \(folder): run chmod 2750 on it
      """
  }
}
