/// A user's assignment of keys to an action.
package struct KeySetting: Hashable, Sendable {
  /// The action's name: `deployment.cancel`.
  package let action: String
  /// The keys as written: `c`.
  package let key: String
  /// The line of the configuration, from 1.
  let line: Int

  package init(action: String, key: String, line: Int) {
    self.action = action
    self.key = key
    self.line = line
  }
}
