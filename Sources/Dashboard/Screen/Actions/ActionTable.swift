import TerminalCells

/// Every action, once. What the screen knows of keys, hints, help and menus comes from here.
package enum ActionTable {
  /// All actions, in the order in which they are shown.
  package static let all: [Action] =
    moving + panes + finding + marking + deployments + pools + program + simulation

  /// The action with this name; the table has every one.
  static subscript(id: ActionID) -> Action { byID[id] ?? all[0] }

  private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

  private static let moving = [
    look(.moveDown, ["j", .down], "Down", .moving, "Goes to the next row or line."),
    look(.moveUp, ["k", .up], "Up", .moving, "Goes to the row or line before."),
    look(.moveFirst, ["g", .home], "First", .moving, "Goes to the first row."),
    look(.moveLast, ["G", .end], "Last", .moving, "Goes to the last row; a log then follows."),
    look(.pageDown, [.pageDown], "Page down", .moving, "Goes a page on."),
    look(.pageUp, [.pageUp], "Page up", .moving, "Goes a page back."),
    look(.halfDown, [.control("d")], "Half down", .moving, "Goes half a page on."),
    look(.halfUp, [.control("u")], "Half up", .moving, "Goes half a page back."),
  ]

  private static let panes = [
    look(.nextPane, [.tab], "Pane", .panes, "Goes to the next pane.", in: Set(Pane.allCases)),
    look(.previousPane, [.backTab], "Pane back", .panes, "Goes to the pane before."),
    look(.poolsPane, ["1"], "Pools", .panes, "Goes to the pools."),
    look(.l1Pane, ["2"], "L1", .panes, "Goes to the L1 cache: ready to use."),
    look(.l2Pane, ["3"], "L2", .panes, "Goes to the L2 cache: almost ready."),
    look(.assignedPane, ["4"], "Assigned", .panes, "Goes to what users hold."),
    look(.detailsPane, ["5"], "Details", .panes, "Goes to the details of what is chosen."),
    look(
      .zoom, ["z"], "Zoom", .panes, "Gives the pane the whole screen, and back.", in: [.details]),
    look(
      .nextTab, ["l", .right], "Next tab", .panes, "Shows Details, Log or Why of what is chosen.",
      in: [.details]),
    look(
      .previousTab, ["h", .left], "Tab before", .panes, "Shows Details, Log or Why, backwards."),
    look(.open, [.enter], "Open", .panes, "Goes into the pool, or to the details.", in: [.pools]),
    look(
      .back, [.escape], "Back", .panes,
      "Closes one thing at a time: a dialog, a search, a zoom, a filter, the marks. Never quits."),
  ]

  private static let finding = [
    look(
      .filter, ["/"], "Filter", .finding,
      "Shows only what matches: text, !text, ~regex, state:error, user:ana. In details: searches.",
      in: Set(Pane.allCases)),
    look(.nextMatch, ["n"], "Next match", .finding, "Goes to the next match in details or a log."),
    look(.previousMatch, ["N"], "Match before", .finding, "Goes to the match before."),
    look(.sortMenu, ["s"], "Sort", .finding, "Chooses the column that lists are sorted by."),
    look(.sortReverse, ["S"], "Reverse", .finding, "Turns the order of the lists round."),
    look(
      .nextError, ["!"], "Next error", .finding, "Goes to the next deployment in error.",
      in: [.pools]),
    look(.events, ["e"], "Events", .finding, "Shows the events of everything."),
    look(
      .orphans, ["o"], "Orphans", .finding,
      "Lists what exists without a record, to remove it or to give it back to a user."),
    look(
      .follow, ["f"], "Follow", .finding, "Keeps a log at its end while it grows.", in: [.details]),
    look(
      .freeze, ["p"], "Freeze", .finding,
      "Stops the lists while the engine goes on; press again to see what it did."),
    look(
      .copyName, ["y"], "Copy name", .finding, "Copies the name of what is chosen.",
      need: .deployment
    ),
    look(
      .copyReason, ["Y"], "Copy reason", .finding, "Copies the reason of the error.",
      need: .deployment),
  ]

  private static let marking = [
    look(
      .mark, [" "], "Mark", .marking, "Marks the deployment, or takes the mark away.",
      need: .deployment, in: Pane.lists),
    look(.markShown, ["*"], "Mark all", .marking, "Marks every deployment that the list shows."),
    look(
      .markRange, ["V"], "Mark range", .marking, "Marks everything from the last mark to here.",
      need: .deployment),
    look(.clearMarks, ["U"], "Unmark", .marking, "Takes every mark away."),
  ]

  private static let deployments = [
    act(
      .cancel, ["c"], "Cancel", "Cancels what is running, when no call is in flight.",
      .whenItMatters, in: Pane.lists),
    act(.move, ["m"], "Move", "Moves it to the other cache level.", .none, in: [.l1, .l2]),
    act(
      .ready, ["r"], "Ready", "Makes sure that it can be used now (setReady).", .none,
      in: Pane.lists),
    act(
      .assign, ["a"], "Assign", "Gives it to a user; on a pool, the engine chooses one.", .none,
      in: [.pools, .l1]),
    act(
      .retry, ["t"], "Try again", "Does the operation that failed again.", .none, in: [.assigned]),
    act(
      .release, ["R"], "Release", "Takes it from its user and removes it.", .always,
      in: [.assigned]),
    act(.destroy, ["D"], "Destroy", "Removes it.", .always, in: Pane.lists),
    act(
      .forget, [], "Forget", "Makes it history without a call: you cleaned up by hand.",
      .typedName),
    act(
      .undo, ["u"], "Undo", "Takes back what waits for its grace time.", .none, in: Pane.lists),
  ]

  private static let pools = [
    change(.l1More, ["+"], "L1 more", "Keeps one more ready at L1.", hinted: true),
    change(.l1Fewer, ["-"], "L1 fewer", "Keeps one fewer ready at L1.", hinted: true),
    change(.l2More, [">"], "L2 more", "Keeps one more almost ready at L2.", hinted: true),
    change(.l2Fewer, ["<"], "L2 fewer", "Keeps one fewer almost ready at L2.", hinted: true),
    change(.resetSizes, [], "Reset sizes", "Goes back to the sizes of the configuration."),
    change(.publish, [], "Publish", "Prepares the next publication of the pool."),
    change(
      .cancelPublication, [], "Cancel publication", "Ends the publication that is being prepared."),
    change(.pause, [], "Pause", "Creates nothing and refuses new users."),
    change(.resume, [], "Resume", "Ends the pause."),
    change(.lift, [], "Lift restraint", "Lets a restrained pool create again now."),
    change(.maintenanceOn, [], "Maintenance on", "Makes no call to the pool's provider at all."),
    change(.maintenanceOff, [], "Maintenance off", "Calls the pool's provider again."),
    about(
      .removeOrphan, "Remove orphan", "Removes something that exists without a record.", .always),
    about(
      .adopt, "Adopt orphan",
      "Makes it a deployment again, of the user who still needs it.", .none),
  ]

  private static let program = [
    look(
      .menu, ["x"], "Actions", .program, "Lists every action of what is chosen, and why not.",
      in: Set(Pane.allCases)),
    look(
      .palette, [":"], "Command", .program, "Finds any action by its name.",
      in: Set(Pane.allCases)),
    look(
      .help, ["?", .function(1)], "Help", .program, "Explains the keys, those of the pane first.",
      in: Set(Pane.allCases)),
    look(.redraw, [.control("l")], "Redraw", .program, "Draws the whole screen again."),
    look(.suspend, [.control("z")], "Suspend", .program, "Gives the terminal back until `fg`."),
    look(
      .quit, ["q", .control("c")], "Quit", .program, "Ends the dashboard.", in: Set(Pane.allCases)),
  ]

  private static let simulation = [
    look(
      .simulationPause, ["P"], "Pause time", .simulation,
      "Lets the time of the simulated world stand still, and go on.", in: Set(Pane.allCases)),
    look(
      .simulationStep, ["."], "Step", .simulation,
      "Lets the next thing happen that is told of, and nothing after it.",
      in: Set(Pane.allCases)),
    look(
      .simulationBack, [","], "Step back", .simulation,
      "Goes back to before that: the seed is lived through again up to there."),
    look(
      .simulationFaster, ["]"], "Faster", .simulation, "Lets time pass faster, up to 10,000x.",
      in: Set(Pane.allCases)),
    look(
      .simulationSlower, ["["], "Slower", .simulation, "Lets time pass more slowly, down to 1x."),
  ]

  private static func look(
    _ id: ActionID, _ keys: [Key], _ label: String, _ group: ActionGroup, _ help: String,
    need: ActionNeed = .none, in panes: Set<Pane> = []
  ) -> Action {
    Action(
      id: id, keys: keys, label: label, group: group, help: help, need: need, mutates: false,
      confirmation: .none, hintedIn: panes)
  }

  private static func act(
    _ id: ActionID, _ keys: [Key], _ label: String, _ help: String,
    _ confirmation: Confirmation, in panes: Set<Pane> = []
  ) -> Action {
    Action(
      id: id, keys: keys, label: label, group: .deployments, help: help, need: .deployment,
      mutates: true, confirmation: confirmation, hintedIn: panes)
  }

  private static func about(
    _ id: ActionID, _ label: String, _ help: String, _ confirmation: Confirmation
  ) -> Action {
    Action(
      id: id, keys: [], label: label, group: .pools, help: help, need: .none, mutates: true,
      confirmation: confirmation, hintedIn: [])
  }

  private static func change(
    _ id: ActionID, _ keys: [Key], _ label: String, _ help: String, hinted: Bool = false
  ) -> Action {
    Action(
      id: id, keys: keys, label: label, group: .pools, help: help, need: .pool, mutates: true,
      confirmation: .none, hintedIn: hinted ? [.pools] : [])
  }
}
