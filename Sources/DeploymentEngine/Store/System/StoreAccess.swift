/// The users who may look at a store, besides root. Only its owner may write to it.
public enum StoreAccess: String, Hashable, Sendable, CaseIterable {
  /// Its owner: files with mode 0600 in a folder with mode 0700.
  case owner
  /// Its group as well: files with mode 0640 in a folder with mode 2750. Members leave requests
  /// in a drop box.
  case group
}
