/// A key that a user gave to an action.
package struct KeySetting: Hashable, Sendable {
  /// The action's name: `deployment.cancel`.
  package let action: String
  /// The key as it was written: `c`.
  package let key: String
  /// Where it was written, from 1.
  let line: Int

  package init(action: String, key: String, line: Int) {
    self.action = action
    self.key = key
    self.line = line
  }
}
