import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

extension ScreenModel {
  /// Handles a key: by the open dialog, else by the key map.
  mutating func press(_ key: Key) -> [Command] {
    if modal != nil { return pressInModal(key) }
    let wasReported = report != nil
    report = nil
    guard let action = settings.keys.action(for: key), isOffered(ActionTable[action]) else {
      if key != .enter { say("\(key) does nothing: \(keyName(.help)) lists the keys") }
      return []
    }
    if wasReported, action == .back { return [] }
    status = nil
    return perform(action)
  }

  /// Whether an action is available: time can only be stopped in a simulation.
  func isOffered(_ action: Action) -> Bool {
    action.group != .simulation || settings.isSimulation
  }

  /// The name of an action's key.
  func keyName(_ action: ActionID) -> SafeText {
    SafeText(settings.keys.key(of: action)?.description ?? action.rawValue)
  }

  /// The keys of the lists of deployments, for a sentence.
  var listKeys: SafeText {
    let keys = [keyName(.l1Pane), keyName(.l2Pane), keyName(.assignedPane)]
    return "a list: \(keys.map(\.text).joined(separator: ", "))"
  }

  /// Performs one action of the table.
  mutating func perform(_ action: ActionID) -> [Command] {
    let commands: [Command]
    switch ActionTable[action].group {
    case .moving: commands = move(action)
    case .panes: commands = changePane(action)
    case .finding: commands = find(action)
    case .marking: commands = mark(action)
    case .deployments, .pools: commands = begin(action)
    case .program: commands = program(action)
    case .simulation: commands = [.pace(action)]
    }
    settle()
    return commands
  }

  private mutating func program(_ action: ActionID) -> [Command] {
    switch action {
    case .menu: openMenu()
    case .palette: openPalette()
    case .help:
      modal = .help(HelpPage(pane: focus))
      return []
    case .reload: return askToReload()
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return quit()
    default: return []
    }
    // A list must be visible before a key chooses from it.
    return [.flushInput]
  }

  /// Ends the program; asks first if work in progress would stop.
  private mutating func quit() -> [Command] {
    let totals = live.totals
    let busy = totals.l1Preparing + totals.l2Preparing + totals.removing
    guard isEngineHere, busy > 0, !settings.isSimulation else { return [.quit(0)] }
    modal = .confirm(ConfirmDialog(action: nil, targets: [], answer: .key))
    return [.flushInput]
  }
}

// MARK: - Panes

extension ScreenModel {
  private mutating func changePane(_ action: ActionID) -> [Command] {
    switch action {
    case .nextPane: focus(on: focus.next)
    case .previousPane: focus(on: focus.previous)
    case .poolsPane: focus(on: .pools)
    case .l1Pane: focus(on: .l1)
    case .l2Pane: focus(on: .l2)
    case .assignedPane: focus(on: .assigned)
    case .detailsPane: if focus == .details { show(tab.next) } else { focus(on: .details) }
    case .zoom: isZoomed.toggle()
    case .nextTab: show(tab.next)
    case .previousTab: show(tab.previous)
    case .open: open()
    case .back: back()
    default: break
    }
    return []
  }

  mutating func focus(on pane: Pane) {
    if events != nil { events = nil }
    focus = pane
    if Pane.lists.contains(pane) { listPane = pane }
    guard pane != .details, pane != subjectPane else { return }
    subjectPane = pane
    detailTop = 0
  }

  private mutating func show(_ tab: DetailTab) {
    self.tab = tab
    detailTop = 0
  }

  /// Goes one level down: from a pool to its deployments, from a deployment to its details.
  private mutating func open() {
    switch focus {
    case .pools: focus(on: listPane)
    case .l1, .l2, .assigned: focus(on: .details)
    case .details: isZoomed = true
    }
  }

  /// Closes one level, the innermost first. It never quits.
  private mutating func back() {
    if !search.isEmpty, events != nil || focus == .details {
      search = .none
    } else if events != nil {
      events = nil
    } else if isZoomed {
      isZoomed = false
    } else if !filter.isEmpty {
      filter = .none
      narrow()
    } else if !marks.isEmpty {
      marks = []
    } else if frozen != nil {
      thaw()
    } else if focus == .details {
      focus(on: subjectPane)
    } else if focus != .pools {
      focus(on: .pools)
    }
  }
}

// MARK: - Finding

extension ScreenModel {
  private mutating func find(_ action: ActionID) -> [Command] {
    switch action {
    case .filter:
      let before = isReading ? search.text : filter.text
      modal = .find(TextField(before), before: before)
    case .nextMatch: seek(forward: true)
    case .previousMatch: seek(forward: false)
    case .sortMenu:
      openSortMenu()
      return [.flushInput]
    case .sortReverse:
      isReversed.toggle()
      say("lists are in \(isReversed ? "reverse" : "normal") order")
    case .nextError: seekError()
    case .events: return toggleEvents()
    case .orphans: return openOrphans()
    case .follow: followLog()
    case .freeze: if frozen == nil { freeze() } else { thaw() }
    case .copyName: return copy(subjectDeployment?.name ?? chosenPool?.name)
    case .copyReason: return copy(subjectDeployment?.reason ?? chosenPool?.restraint?.reason)
    default: break
    }
    return []
  }

  /// Whether keys move through text instead of rows.
  var isReading: Bool { events != nil || focus == .details }

  private mutating func copy(_ text: SafeText?) -> [Command] {
    guard let text, !text.isEmpty else {
      complain("there is nothing to copy")
      return []
    }
    say("copied: \(text)")
    return [.copy(text)]
  }

  private mutating func toggleEvents() -> [Command] {
    guard events == nil else {
      events = nil
      return []
    }
    events = LogView(scope: nil)
    return [.loadJournal(nil, after: nil)]
  }

  private mutating func followLog() {
    if events != nil {
      events?.follows.toggle()
    } else if log != nil {
      log?.follows.toggle()
    } else {
      say("only logs can be followed: \(keyName(.events)) shows all events")
    }
  }

  private mutating func freeze() {
    frozen = Frozen(catalog: live, since: now.utc)
    say("the lists are frozen; the engine continues")
  }

  private mutating func thaw() {
    frozen = nil
    pruneMarks()
    narrow()
    say("the lists are live again")
  }

  /// Goes to the next deployment in error after the selected one; the first follows the last.
  private mutating func seekError() {
    let errors = catalog.errors
    guard errors.count > 0 else { return say("no deployment is in error", .done) }
    var place = 0
    if case .deployment(let id) = subject, let key = catalog.errorKey(of: id),
      let index = errors.index(of: key)
    {
      place = (index + 1) % errors.count
    }
    guard let id = errors[place], let deployment = catalog.deployment(id) else { return }
    choose(deployment)
    say("error \(place + 1) of \(errors.count)")
  }

  /// Moves the cursor to a deployment, even if the pool, the pane or the filter hides it.
  private mutating func choose(_ deployment: Deployment) {
    if let pool, pool != deployment.pool { choosePool(deployment.pool) }
    let pane = Pane(deployment.placement)
    if index(of: deployment.id, in: pane) == nil {
      filter = .none
      narrow()
    }
    focus(on: pane)
    cursors[pane]?.id = deployment.id
    detailTop = 0
  }
}
