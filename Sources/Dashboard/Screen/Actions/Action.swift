package import TerminalCells

/// The headings under which actions stand in the help screen and the manual page.
package enum ActionGroup: String, Hashable, Sendable, CaseIterable {
  case moving = "Moving"
  case panes = "Panes"
  case finding = "Finding"
  case marking = "Marking"
  case deployments = "Deployments"
  case pools = "Pools and providers"
  case program = "Program"
  /// Only where a simulated world is shown.
  case simulation = "Simulation"
}

/// What an action is about.
enum ActionNeed: Hashable, Sendable {
  /// Nothing that is chosen.
  case none
  /// The deployment under the cursor, or the marked ones.
  case deployment
  /// The chosen pool.
  case pool
}

/// What stands between the key press and the request.
enum Confirmation: Hashable, Sendable {
  /// Nothing: it can be taken back.
  case none
  /// `y`, where a user holds one of them or several are marked.
  case whenItMatters
  /// `y`, always: it cannot be taken back.
  case always
  /// The name typed out: nothing outside is asked, so nobody else would notice a mistake.
  case typedName
}

/// One thing that the screen can do: a row of the table from which the key map, the bottom line,
/// the help screen, the menu and the manual page are made.
package struct Action: Hashable, Sendable {
  /// Its name.
  package let id: ActionID
  /// The keys it has by itself; none: it is reached through the menu.
  package let keys: [Key]
  /// The word of the bottom line and the menu.
  let label: String
  /// Where it stands in the help screen.
  package let group: ActionGroup
  /// One sentence about what it does.
  package let help: String
  /// What it is about.
  let need: ActionNeed
  /// Whether it asks the engine for a change.
  let mutates: Bool
  /// What stands between the key press and the request.
  let confirmation: Confirmation
  /// The panes in whose bottom line it is shown.
  let hintedIn: Set<Pane>

  /// Whether it cannot be taken back.
  var isIrreversible: Bool {
    switch confirmation {
    case .always, .typedName: true
    case .none, .whenItMatters: false
    }
  }
}
