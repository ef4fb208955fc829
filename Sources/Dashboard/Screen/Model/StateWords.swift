import DeploymentEngine
import DeploymentInterface
import TerminalCells

extension Deployment {
  /// Its state as one word for a person: what the glyph and the colour say too.
  package var stateWord: String {
    if cancelRequested, state == .preparing { return "cancel requested" }
    if isWaitingForOS { return "waiting for OS" }
    return state.rawValue
  }

  /// What its state is to the theme.
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

  /// The sign of its state.
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
