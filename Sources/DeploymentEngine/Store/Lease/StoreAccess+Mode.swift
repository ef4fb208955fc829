import Glibc

extension StoreAccess {
  /// Permissions of the store's files.
  var fileMode: mode_t { self == .owner ? 0o600 : 0o640 }
  /// Permissions of a folder that is created for them.
  var folderMode: mode_t { self == .owner ? 0o700 : 0o2750 }
}
