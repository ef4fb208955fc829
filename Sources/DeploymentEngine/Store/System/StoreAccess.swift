/// The users who may open a store, besides root. A user who may write to it is trusted with
/// everything.
public enum StoreAccess: String, Hashable, Sendable, CaseIterable {
  /// Its owner: files with mode 0600 in a folder with mode 0700.
  case owner
  /// Its group as well: files with mode 0660 in a folder with mode 2770.
  case group
}
