import SafeTexts

/// What comes from the person in front of the terminal. What the terminal says on its own account
/// is never among it.
enum TerminalInput: Hashable, Sendable {
  case key(Key)
  /// Pasted text; it is never read as keys.
  case paste(SafeText)
  case resized(Size)
  case mouse(MouseInput)
  /// The window came into focus or left it.
  case focus(Bool)
}

/// A press of the mouse, where it happened.
struct MouseInput: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case press, wheelUp, wheelDown
  }
  var kind: Kind
  var at: Point
}
