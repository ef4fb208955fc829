import DeploymentEngine
import DeploymentInterface
import TerminalCells

extension Deployment {
  /// The state in words for people: the same information as the glyph and the colour.
  package var stateWord: String {
    if cancelRequested, state == .preparing { return "cancel requested" }
    if isWaitingForOS { return "waiting for OS" }
    return state.rawValue
  }

  /// The role of the state.
  var stateRole: Role {
    switch state {
    case .preparing: cancelRequested ? .stateCanceling : .statePreparing
    case .usable:
      if isWaitingForOS {
        .stateWaiting
      } else {
        switch placement {
        case .assigned: .stateAssigned
        case .cache(.l1, _): .stateUsable
        case .cache(.l2, _): .stateCached
        }
      }
    case .removable, .removing: .stateRemoving
    case .canceling: .stateCanceling
    case .removed, .canceled: .stateHistory
    case .error: .stateError
    }
  }

  /// The sign of the state.
  func stateGlyph(_ glyphs: Glyphs) -> Glyph {
    switch stateRole {
    case .stateUsable: glyphs.usable
    case .stateAssigned: glyphs.assigned
    case .statePreparing: glyphs.preparing
    case .stateWaiting: glyphs.waiting
    case .stateCached: glyphs.cached
    case .stateCanceling: glyphs.canceling
    case .stateRemoving: glyphs.removing
    case .stateError: glyphs.error
    default: glyphs.history
    }
  }
}
