/// A key press.
package enum Key: Hashable, Sendable {
  /// A printable character, with Shift and layout applied: `c`, `D`, ` `, `ñ`.
  case character(Unicode.Scalar)
  /// A character with Ctrl, in lower case: `c` for Ctrl-C.
  case control(Unicode.Scalar)
  case enter, escape, tab, backTab, backspace, delete, insert
  case up, down, left, right, home, end, pageUp, pageDown
  /// A function key, from F1 (1) to F12 (12).
  case function(Int)
}

extension Key: CustomStringConvertible {
  private static let names: [(key: Key, name: String)] = [
    (.enter, "Enter"), (.escape, "Esc"), (.tab, "Tab"), (.backTab, "Shift-Tab"),
    (.backspace, "Backspace"), (.delete, "Delete"), (.insert, "Insert"), (.up, "Up"),
    (.down, "Down"), (.left, "Left"), (.right, "Right"), (.home, "Home"), (.end, "End"),
    (.pageUp, "PgUp"), (.pageDown, "PgDn"), (.character(" "), "Space"),
  ]

  /// The name that users read and write: `c`, `D`, `Space`, `Ctrl-L`, `F1`, `PgUp`.
  package var description: String {
    if let name = Self.names.first(where: { $0.key == self })?.name { return name }
    switch self {
    case .character(let scalar): return String(scalar)
    case .control(let scalar): return "Ctrl-" + String(scalar).uppercased()
    case .function(let number): return "F\(number)"
    default: return "?"
    }
  }

  /// Parses a name in the form of `description`; nil for anything else.
  package init?(_ name: String) {
    if let known = Self.names.first(where: { $0.name == name })?.key {
      self = known
    } else if name.hasPrefix("Ctrl-"), let letter = name.dropFirst(5).lowercased().only,
      ("a"..."z").contains(letter)
    {
      self = .control(letter)
    } else if name.hasPrefix("F"), let number = Int(name.dropFirst()), (1...12).contains(number) {
      self = .function(number)
    } else if let scalar = name.only, scalar.value > 0x20, !(0x7f...0x9f).contains(scalar.value) {
      self = .character(scalar)
    } else {
      return nil
    }
  }
}

extension StringProtocol {
  /// The only scalar of this text; nil if it has none or several.
  fileprivate var only: Unicode.Scalar? {
    unicodeScalars.count == 1 ? unicodeScalars.first : nil
  }
}
