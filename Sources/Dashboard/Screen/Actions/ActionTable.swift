import DeploymentEngine
import TerminalCells

/// The table of all actions. Keys, hints, help and menus of the screen come from it.
package enum ActionTable {
  /// All actions, in the order of the help screen.
  package static let all: [Action] =
    moving + panes + finding + marking + deployments + pools + program + simulation

  /// The action with this name; the table contains every name.
  static subscript(id: ActionID) -> Action { byID[id] ?? all[0] }

  private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

  private static let moving = [
    view(.moveDown, ["j", .down], "Down", .moving, "Moves to the next row or line."),
    view(.moveUp, ["k", .up], "Up", .moving, "Moves to the previous row or line."),
    view(.moveFirst, ["g", .home], "First", .moving, "Moves to the first row."),
    view(
      .moveLast, ["G", .end], "Last", .moving,
      "Moves to the last row; a log then follows new lines."),
    view(.pageDown, [.pageDown], "Page down", .moving, "Moves down one page."),
    view(.pageUp, [.pageUp], "Page up", .moving, "Moves up one page."),
    view(.halfDown, [.control("d")], "Half down", .moving, "Moves down half a page."),
    view(.halfUp, [.control("u")], "Half up", .moving, "Moves up half a page."),
  ]

  private static let panes = [
    view(.nextPane, [.tab], "Pane", .panes, "Goes to the next pane.", in: Set(Pane.allCases)),
    view(.previousPane, [.backTab], "Pane back", .panes, "Goes to the previous pane."),
    view(.poolsPane, ["1"], "Pools", .panes, "Goes to the pools."),
    view(.l1Pane, ["2"], "L1", .panes, "Goes to the L1 cache: ready to use."),
    view(.l2Pane, ["3"], "L2", .panes, "Goes to the L2 cache: almost ready."),
    view(.assignedPane, ["4"], "Assigned", .panes, "Goes to the deployments that users hold."),
    view(.detailsPane, ["5"], "Details", .panes, "Goes to the details of the selection."),
    view(
      .zoom, ["z"], "Zoom", .panes, "Shows the pane on the whole screen, or restores it.",
      in: [.details]),
    view(
      .nextTab, ["l", .right], "Next tab", .panes, "Switches between Details, Log and Why.",
      in: [.details]),
    view(
      .previousTab, ["h", .left], "Previous tab", .panes,
      "Switches between Details, Log and Why, backwards."),
    view(.open, [.enter], "Open", .panes, "Opens the pool, or the details.", in: [.pools]),
    view(
      .back, [.escape], "Back", .panes,
      "Closes one level: a dialog, a search, a zoom, a filter, the marks. Never quits."),
  ]

  private static let finding = [
    view(
      .filter, ["/"], "Filter", .finding,
      "Shows only matching rows: text, !text, ~regex, state:error, user:ana. In details: searches.",
      in: Set(Pane.allCases)),
    view(.nextMatch, ["n"], "Next match", .finding, "Moves to the next match in details or a log."),
    view(.previousMatch, ["N"], "Previous match", .finding, "Moves to the previous match."),
    view(.sortMenu, ["s"], "Sort", .finding, "Chooses the column by which lists are sorted."),
    view(.sortReverse, ["S"], "Reverse", .finding, "Reverses the order of the lists."),
    view(
      .nextError, ["!"], "Next error", .finding, "Moves to the next deployment in error.",
      in: [.pools]),
    view(.events, ["e"], "Events", .finding, "Shows the events of all pools."),
    view(
      .orphans, ["o"], "Orphans", .finding,
      "Lists orphans (resources without a record), to remove them or give them back to a user."),
    view(
      .follow, ["f"], "Follow", .finding, "Follows the log as it grows.", in: [.details]),
    view(
      .freeze, ["p"], "Freeze", .finding,
      "Freezes the lists while the engine continues; press again to see the changes."),
    view(
      .copyName, ["y"], "Copy name", .finding, "Copies the name of the selection.",
      need: .deployment
    ),
    view(
      .copyReason, ["Y"], "Copy reason", .finding, "Copies the reason of the error.",
      need: .deployment),
  ]

  private static let marking = [
    view(
      .mark, [" "], "Mark", .marking, "Marks or unmarks the deployment.",
      need: .deployment, in: Pane.lists),
    view(.markShown, ["*"], "Mark all", .marking, "Marks every deployment that the list shows."),
    view(
      .markRange, ["V"], "Mark range", .marking, "Marks all rows from the last mark to this one.",
      need: .deployment),
    view(.clearMarks, ["U"], "Unmark", .marking, "Removes all marks."),
  ]

  private static let deployments = [
    request(.cancel, .cancel, ["c"], "Cancel", in: Pane.lists),
    request(.move, .move, ["m"], "Move", in: [.l1, .l2]),
    request(.ready, .ready, ["r"], "Ready", in: Pane.lists),
    request(.assign, .assign, ["a"], "Assign", in: [.pools, .l1]),
    request(.retry, .retry, ["t"], "Try again", in: [.assigned]),
    request(.release, .release, ["R"], "Release", in: [.assigned]),
    request(.destroy, .destroy, ["D"], "Destroy", in: Pane.lists),
    request(.forget, .forget, [], "Forget"),
    request(.undo, .undo, ["u"], "Undo", in: Pane.lists),
  ]

  private static let pools = [
    change(.l1More, .resize, ["+"], "L1 more", "Keeps one more deployment ready at L1."),
    change(.l1Fewer, .resize, ["-"], "L1 fewer", "Keeps one fewer deployment ready at L1."),
    change(.l2More, .resize, [">"], "L2 more", "Keeps one more deployment at L2."),
    change(.l2Fewer, .resize, ["<"], "L2 fewer", "Keeps one fewer deployment at L2."),
    change(
      .resetSizes, .resize, [], "Reset sizes", "Restores the configured sizes."),
    change(.unwait, .unwait, [], "Take off queue"),
    change(.publish, .publish, [], "Publish"),
    change(.forcePublication, .forcePublication, [], "Force publication"),
    change(.cancelPublication, .cancelPublication, [], "Cancel publication"),
    change(.pause, .pause, [], "Pause"),
    change(.resume, .resume, [], "Resume"),
    change(.lift, .lift, [], "Lift restraint"),
    change(
      .maintenanceOn, .maintenance, [], "Maintenance on",
      "Stops all calls to the pool's provider."),
    change(
      .maintenanceOff, .maintenance, [], "Maintenance off",
      "Resumes calls to the pool's provider."),
    orphan(.removeOrphan, .removeOrphan, "Remove orphan"),
    orphan(.adopt, .adopt, "Adopt orphan"),
  ]

  private static let program = [
    view(
      .menu, ["x"], "Actions", .program,
      "Lists every action on the selection, and why some are not available.",
      in: Set(Pane.allCases)),
    view(
      .palette, [":"], "Command", .program, "Finds an action by name.",
      in: Set(Pane.allCases)),
    view(
      .help, ["?", .function(1)], "Help", .program,
      "Explains the keys; those of this pane come first.",
      in: Set(Pane.allCases)),
    Action(
      id: .reload, keys: [], label: "Reload", group: .program,
      help: RequestName.reload.row.help, need: .none, request: .reload, hintedIn: []),
    view(.redraw, [.control("l")], "Redraw", .program, "Draws the whole screen again."),
    view(.suspend, [.control("z")], "Suspend", .program, "Suspends the program until `fg`."),
    view(
      .quit, ["q", .control("c")], "Quit", .program, "Quits the dashboard.",
      in: Set(Pane.allCases)),
  ]

  private static let simulation = [
    view(
      .simulationPause, ["P"], "Pause time", .simulation,
      "Pauses or resumes the simulated world.", in: Set(Pane.allCases)),
    view(
      .simulationStep, ["."], "Step", .simulation,
      "Runs until the next reported event.",
      in: Set(Pane.allCases)),
    view(
      .simulationBack, [","], "Step back", .simulation,
      "Goes back one event, by running the seed again up to there."),
    view(
      .simulationFaster, ["]"], "Faster", .simulation, "Speeds time up, to at most 10,000x.",
      in: Set(Pane.allCases)),
    view(
      .simulationSlower, ["["], "Slower", .simulation, "Slows time down, to at least 1x."),
  ]

  private static func view(
    _ id: ActionID, _ keys: [Key], _ label: String, _ group: ActionGroup, _ help: String,
    need: ActionNeed = .none, in panes: Set<Pane> = []
  ) -> Action {
    Action(
      id: id, keys: keys, label: label, group: group, help: help, need: need, request: nil,
      hintedIn: panes)
  }

  private static func request(
    _ id: ActionID, _ request: RequestName, _ keys: [Key], _ label: String,
    in panes: Set<Pane> = []
  ) -> Action {
    Action(
      id: id, keys: keys, label: label, group: .deployments, help: request.row.help,
      need: .deployment, request: request, hintedIn: panes)
  }

  private static func orphan(_ id: ActionID, _ request: RequestName, _ label: String) -> Action {
    Action(
      id: id, keys: [], label: label, group: .pools, help: request.row.help, need: .none,
      request: request, hintedIn: [])
  }

  /// - Parameter help: the effect, if several actions make the same request.
  private static func change(
    _ id: ActionID, _ request: RequestName, _ keys: [Key], _ label: String, _ help: String? = nil
  ) -> Action {
    Action(
      id: id, keys: keys, label: label, group: .pools, help: help ?? request.row.help,
      need: .pool, request: request, hintedIn: keys.isEmpty ? [] : [.pools])
  }
}
