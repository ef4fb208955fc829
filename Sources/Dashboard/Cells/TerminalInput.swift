package import SafeTexts

/// What comes from the person in front of the terminal. What the terminal says on its own account
/// is never among it.
package enum TerminalInput: Hashable, Sendable {
  case key(Key)
  /// Pasted text; it is never read as keys.
  case paste(SafeText)
  case resized(Size)
  case mouse(MouseInput)
  /// The window came into focus or left it.
  case focus(Bool)
}

/// A press of the mouse, where it happened.
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
