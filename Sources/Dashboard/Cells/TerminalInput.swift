package import SafeTexts

/// Input from the user. Reports of the terminal itself are never among it.
package enum TerminalInput: Hashable, Sendable {
  case key(Key)
  /// Pasted text; it is never read as keys.
  case paste(SafeText)
  case resized(Size)
  case mouse(MouseInput)
  /// The window gained focus or lost it.
  case focus(Bool)
}

/// A press of the mouse or a turn of its wheel, with its position.
package struct MouseInput: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case press, wheelUp, wheelDown
  }
  package var kind: Kind
  package var at: Point

  package init(kind: Kind, at: Point) {
    self.kind = kind
    self.at = at
  }
}
