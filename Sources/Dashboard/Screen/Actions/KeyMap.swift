package import SafeTexts
import TerminalCells

/// A problem with a key that a user assigned to an action.
package struct KeyProblem: Error, Hashable, Sendable {
  /// The line of the configuration, from 1.
  package var line: Int
  /// The problem, and what is allowed.
  package var sentence: SafeText
}

/// The map from keys to actions, outside of dialogs and text fields.
package struct KeyMap: Hashable, Sendable {
  private var actions: [Key: ActionID] = [:]
  private var keysOf: [ActionID: [Key]] = [:]

  /// The map of the default keys.
  package static let standard = KeyMap.read([]).map

  /// Applies a user's keys to the default ones, and reports every problem. A setting with a problem
  /// is left out of the map.
  package static func read(_ settings: [KeySetting]) -> (map: KeyMap, problems: [KeyProblem]) {
    var map = KeyMap()
    var problems: [KeyProblem] = []
    var lines: [ActionID: Int] = [:]
    for action in ActionTable.all { map.keysOf[action.id] = action.keys }
    for setting in settings {
      do throws(KeyProblem) {
        let (id, keys) = try parse(setting)
        map.keysOf[id] = keys
        lines[id] = setting.line
      } catch { problems.append(error) }
    }
    problems += map.index(lines)
    return (map, problems)
  }

  /// The action of a key; nil: none.
  func action(for key: Key) -> ActionID? { actions[key] }
  /// The keys of an action; the first one is shown.
  func keys(of id: ActionID) -> [Key] { keysOf[id] ?? [] }
  /// The key to show for an action; nil if it has none.
  func key(of id: ActionID) -> Key? { keys(of: id).first }

  /// Fills the map from keys to actions. If two actions claim a key, the user's wins, else the
  /// first.
  private mutating func index(_ lines: [ActionID: Int]) -> [KeyProblem] {
    var problems: [KeyProblem] = []
    let users = ActionTable.all.filter { lines[$0.id] != nil }
    let others = ActionTable.all.filter { lines[$0.id] == nil }
    for id in (users + others).map(\.id) {
      for key in keys(of: id) {
        guard let holder = actions[key] else {
          actions[key] = id
          continue
        }
        let line = lines[id] ?? lines[holder] ?? 0
        problems.append(KeyProblem(line: line, sentence: Self.conflict(key, holder, id)))
      }
    }
    return problems
  }

  private static func conflict(_ key: Key, _ one: ActionID, _ other: ActionID) -> SafeText {
    """
    \(key) is assigned to both \(one.rawValue) and \(other.rawValue): give one of them another \
    key, or `none`
    """
  }

  private static func parse(_ setting: KeySetting) throws(KeyProblem) -> (ActionID, [Key]) {
    func problem(_ sentence: SafeText) -> KeyProblem {
      KeyProblem(line: setting.line, sentence: sentence)
    }
    guard let id = ActionID(rawValue: setting.action) else {
      throw problem("unknown action `\(setting.action)`: the help screen (?) lists all actions")
    }
    if setting.key == "none" {
      guard id != .quit, id != .back else { throw problem("\(id.rawValue) must keep a key") }
      return (id, [])
    }
    var keys: [Key] = []
    for name in setting.key.split(separator: " ") {
      guard let key = Key(String(name)) else {
        throw problem(
          "\(String(name)) is not a key: write a character, or Space, Tab, PgDn, F5, Ctrl-L, none")
      }
      if ActionTable[id].mutates, isTooEasy(key) {
        throw problem(
          "\(key) is easily pressed by accident: an action with effects needs a character key"
        )
      }
      keys.append(key)
    }
    guard !keys.isEmpty else { throw problem("no key given: write a key, or none") }
    return (id, keys)
  }

  /// Whether a key is easily pressed by accident: movement, corrections, and Ctrl keys that other
  /// programs use.
  private static func isTooEasy(_ key: Key) -> Bool {
    switch key {
    case .character(let scalar): scalar == " "
    case .function, .insert: false
    case .control, .enter, .escape, .tab, .backTab, .backspace, .delete, .up, .down, .left, .right,
      .home, .end, .pageUp, .pageDown:
      true
    }
  }
}

extension Key: ExpressibleByUnicodeScalarLiteral {
  /// Makes the key of a printable character.
  init(unicodeScalarLiteral value: Unicode.Scalar) { self = .character(value) }
}
