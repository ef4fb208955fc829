import DeploymentEngine
package import TerminalCells

/// The headings of actions in the help screen and the manual page.
package enum ActionGroup: String, Hashable, Sendable, CaseIterable {
  case moving = "Moving"
  case panes = "Panes"
  case finding = "Finding"
  case marking = "Marking"
  case deployments = "Deployments"
  case pools = "Pools and providers"
  case program = "Program"
  /// Only available for a simulated world.
  case simulation = "Simulation"
}

/// The subject of an action.
enum ActionNeed: Hashable, Sendable {
  /// No subject.
  case none
  /// The deployment under the cursor, or the marked ones.
  case deployment
  /// The selected pool.
  case pool
}

/// One action of the screen: a row of the table from which the key map, the bottom line, the help
/// screen, the menu and the manual page are made.
package struct Action: Hashable, Sendable {
  /// The action's name.
  package let id: ActionID
  /// The default keys; none: the action is reached through the menu.
  package let keys: [Key]
  /// The label in the bottom line and the menu.
  let label: String
  /// The heading in the help screen.
  package let group: ActionGroup
  /// One sentence about the effect.
  package let help: String
  /// The subject that the action needs.
  let need: ActionNeed
  /// The request that the action makes; nil: it asks the engine for nothing.
  let request: RequestName?
  /// The panes whose bottom line shows the action.
  let hintedIn: Set<Pane>

  /// Whether the action asks the engine for a change.
  var mutates: Bool { request != nil }

  /// The confirmation between the key press and the request.
  var confirmation: RequestConfirmation { request?.row.confirmation ?? .none }

  /// Whether the action cannot be undone.
  var isIrreversible: Bool {
    switch confirmation {
    case .always, .typedName: true
    case .none, .whenInUse: false
    }
  }
}
