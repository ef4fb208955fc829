/// Who, besides root, may open a store. Whoever may write it is trusted with everything.
public enum StoreAccess: String, Hashable, Sendable, CaseIterable {
  /// Its owner: files 0600 in a directory 0700.
  case owner
  /// Its group as well: files 0660 in a directory 2770.
  case group
}
