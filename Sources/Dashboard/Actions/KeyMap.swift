import DeploymentEngine

/// One line of the `keys:` section: an action by its name, and the keys that it shall have.
struct KeyOverride: Hashable, Sendable {
  /// The action's name, `deployment.cancel`.
  var action: String
  /// Keys as the help screen writes them, with blanks between several; `none` takes all keys away.
  var keys: String
}

/// What is wrong with a line of the `keys:` section.
struct KeyProblem: Error, Hashable, Sendable {
  /// The action's name as it was written.
  var action: String
  /// What is wrong, and what is allowed.
  var sentence: SafeText
}

/// Which key does what, outside of dialogs and text fields.
struct KeyMap: Hashable, Sendable {
  private var actions: [Key: ActionID] = [:]
  private var keysOf: [ActionID: [Key]] = [:]

  /// The keys that the actions have by themselves.
  static let standard = KeyMap.read([]).map

  /// The map with a user's keys put over the actions' own, and everything that is wrong with them. A line
  /// with a problem is left out of the map.
  static func read(_ overrides: [KeyOverride]) -> (map: KeyMap, problems: [KeyProblem]) {
    var map = KeyMap()
    var problems: [KeyProblem] = []
    for action in ActionTable.all { map.keysOf[action.id] = action.keys }
    for override in overrides {
      do throws(KeyProblem) {
        let (id, keys) = try parse(override)
        map.keysOf[id] = keys
      } catch { problems.append(error) }
    }
    problems += map.index()
    return (map, problems)
  }

  /// What a key does; nil: nothing.
  func action(for key: Key) -> ActionID? { actions[key] }
  /// The keys of an action, the one to show first.
  func keys(of id: ActionID) -> [Key] { keysOf[id] ?? [] }
  /// The key to show for an action; nil: it has none.
  func key(of id: ActionID) -> Key? { keys(of: id).first }

  /// Fills the way from keys to actions; of two that want one key the first in the table gets it.
  private mutating func index() -> [KeyProblem] {
    var problems: [KeyProblem] = []
    for action in ActionTable.all {
      for key in keys(of: action.id) {
        guard let other = actions[key] else {
          actions[key] = action.id
          continue
        }
        problems.append(Self.conflict(key, other, action.id))
      }
    }
    return problems
  }

  private static func conflict(_ key: Key, _ one: ActionID, _ other: ActionID) -> KeyProblem {
    KeyProblem(
      action: other.rawValue,
      sentence: """
        \(key) is the key of both \(one.rawValue) and \(other.rawValue): give one of them another key, or \
        `none`
        """)
  }

  private static func parse(_ override: KeyOverride) throws(KeyProblem) -> (ActionID, [Key]) {
    func problem(_ sentence: SafeText) -> KeyProblem {
      KeyProblem(action: override.action, sentence: sentence)
    }
    guard let id = ActionID(rawValue: override.action) else {
      throw problem("there is no action \(override.action): `dashboard help keys` lists them")
    }
    if override.keys == "none" {
      guard id != .quit, id != .back else { throw problem("\(id.rawValue) must keep a key") }
      return (id, [])
    }
    var keys: [Key] = []
    for name in override.keys.split(separator: " ") {
      guard let key = Key(String(name)) else {
        throw problem(
          "\(String(name)) is not a key: write a character, or Space, Tab, PgDn, F5, Ctrl-L, none")
      }
      if ActionTable[id].mutates, isTooEasy(key) {
        throw problem("\(key) is pressed by accident: what changes something needs a character")
      }
      keys.append(key)
    }
    guard !keys.isEmpty else { throw problem("no key is given: write one, or none") }
    return (id, keys)
  }

  /// Keys that hands press by themselves: movement, corrections, and what other programs have on Ctrl.
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
  /// A printable character.
  init(unicodeScalarLiteral value: Unicode.Scalar) { self = .character(value) }
}
