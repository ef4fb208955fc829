import DeploymentEngine
import SafeTexts
import TerminalCells

extension ScreenModel {
  /// Handles a key in the open dialog. No key gets past it.
  mutating func pressInModal(_ key: Key) -> [Command] {
    guard let open = modal else { return [] }
    // Ctrl-C closes the dialog, or quits if that is the question.
    if key == .control("c") {
      if case .confirm(let dialog) = open, dialog.action == nil { return [.quit(0)] }
      return pressInModal(.escape)
    }
    switch open {
    case .confirm(let dialog): return press(key, in: dialog)
    case .assign(let dialog): return press(key, in: dialog)
    case .find(let field, let before): press(key, in: field, before: before)
    case .picker(let picker): return press(key, in: picker)
    case .help(let page): press(key, in: page)
    }
    return []
  }

  /// Inserts pasted text into the open text field; without one it has no effect.
  mutating func paste(_ text: SafeText) {
    switch modal {
    case .confirm(var dialog):
      guard case .typed = dialog.answer else { return }
      // Typing the text ensures that it was read.
      dialog.hint = "pasted text is not accepted here: type it"
      modal = .confirm(dialog)
    case .assign(var dialog):
      dialog.field.paste(text)
      complete(&dialog)
      modal = .assign(dialog)
    case .find(var field, let before):
      field.paste(text)
      modal = .find(field, before: before)
      find(field.text)
    case .picker(var picker):
      picker.field?.paste(text)
      picker.cursor = 0
      modal = .picker(picker)
    case .help(var page):
      page.field?.paste(text)
      page.top = 0
      modal = .help(page)
    case nil: say("pasted text is not treated as keys")
    }
  }
}

// MARK: - Confirmation

extension ScreenModel {
  private mutating func press(_ key: Key, in dialog: ConfirmDialog) -> [Command] {
    var dialog = dialog
    dialog.hint = nil
    if key == .escape {
      modal = nil
      say("nothing was sent")
      return []
    }
    switch dialog.answer {
    case .key:
      if key == "y" { return answer(dialog) }
      if key == "n" {
        modal = nil
        say("nothing was sent")
        return []
      }
      dialog.hint = "press y to confirm, n or Esc to cancel"
    case .typed(let wanted):
      if key == .enter, dialog.field.text == wanted { return answer(dialog) }
      if !dialog.field.take(key) { dialog.hint = "type \(wanted) and press Enter, or Esc" }
    }
    modal = .confirm(dialog)
    return []
  }

  private mutating func answer(_ dialog: ConfirmDialog) -> [Command] {
    modal = nil
    guard let action = dialog.action else { return [.quit(0)] }
    if let orphan = dialog.orphan { return askAbout(orphan, action, .removeOrphan(orphan)) }
    if let draft = dialog.draft { return ask(action, draft) }
    return ask(action, dialog.targets, dialog.refused)
  }
}

// MARK: - Assignment

extension ScreenModel {
  /// The number of completions offered.
  private static let completionLimit = 5

  private mutating func press(_ key: Key, in dialog: AssignDialog) -> [Command] {
    var dialog = dialog
    dialog.hint = nil
    switch key {
    case .escape:
      modal = nil
      say("nothing was sent")
      return []
    case .enter:
      let user = SafeText(dialog.field.text.trimmed)
      if !user.isEmpty {
        modal = nil
        return assign(dialog.subject, to: user)
      }
      dialog.hint = "type a user's name, or press Esc"
    case .tab:
      if let first = dialog.completions.first { dialog.field.replace(by: first.text) }
      complete(&dialog)
    default:
      if dialog.field.take(key) { complete(&dialog) }
    }
    modal = .assign(dialog)
    return []
  }

  private func complete(_ dialog: inout AssignDialog) {
    let typed = dialog.field.text
    let known = live.users(beginningWith: typed, limit: Self.completionLimit)
    dialog.completions = typed.isEmpty ? [] : known.filter { $0.text != typed }
  }
}

extension String {
  /// The text without blanks at both ends.
  var trimmed: String {
    let start = firstIndex { $0 != " " } ?? endIndex
    let end = lastIndex { $0 != " " }.map(index(after:)) ?? endIndex
    return start < end ? String(self[start..<end]) : ""
  }
}

// MARK: - Filter and search

extension ScreenModel {
  private mutating func press(_ key: Key, in field: TextField, before: String) {
    var field = field
    switch key {
    case .escape:
      modal = nil
      find(before)
    case .enter: modal = nil
    case .up, .down:
      // The rows can be viewed while the filter is being typed.
      _ = move(key == .up ? .moveUp : .moveDown)
      settle()
    default:
      if field.take(key) {
        modal = .find(field, before: before)
        find(field.text)
      }
    }
  }

  private mutating func find(_ text: String) {
    let wanted = Filter(text)
    if isReading {
      search = wanted
      if !wanted.isEmpty { seek(forward: true) }
      status = nil
    } else {
      filter = wanted
      narrow()
      settle()
    }
  }
}

// MARK: - Pickers

extension ScreenModel {
  /// Opens the menu of the selection's actions; those that are refused say why.
  mutating func openMenu() {
    let isPool = marks.isEmpty && subjectDeployment == nil
    let groups: [ActionGroup] = isPool ? [.pools] : [.deployments]
    let actions = ActionTable.all.filter {
      groups.contains($0.group) || (isPool && $0.id == .assign)
    }
    let name = menuName(isPool)
    modal = .picker(
      Picker(
        title: "Actions: \(name)", items: actions.map { item(for: $0) }, subject: subject))
  }

  private func menuName(_ isPool: Bool) -> SafeText {
    if isPool { return chosenPool?.name ?? "all pools" }
    return marks.isEmpty ? subjectDeployment?.name ?? "" : "\(marks.count) marked"
  }

  /// Opens the list of all actions by name.
  mutating func openPalette() {
    let items = ActionTable.all.filter { $0.id != .palette && isOffered($0) }.map {
      action -> Picker.Item in
      var item = item(for: action)
      item.label = SafeText(action.id.rawValue)
      return item
    }
    modal = .picker(
      Picker(title: "Command", items: items, field: TextField(), subject: subject))
  }

  mutating func openSortMenu() {
    let items = SortColumn.allCases.map { column in
      Picker.Item(
        choice: .sort(column), label: SafeText(column.title),
        key: column.letter.unicodeScalars.first.map(Key.character))
    }
    let current = SortColumn.allCases.firstIndex(of: catalog.order) ?? 0
    modal = .picker(Picker(title: "Sort lists by", items: items, cursor: current))
  }

  private func item(for action: Action) -> Picker.Item {
    Picker.Item(
      choice: .action(action.id), label: SafeText(action.label), help: SafeText(action.help),
      key: settings.keys.key(of: action.id), refusal: refusal(of: action))
  }

  /// The number of marked deployments that are checked before a menu is shown.
  private static let checkedMarkLimit = 200

  /// Why an action would be refused for the selection; nil: it is permitted.
  func refusal(of action: Action) -> SafeText? {
    if action.mutates, let requestObstacle { return requestObstacle }
    switch action.need {
    case .none: return nil
    case .pool:
      guard let pool = poolOfSubject else { return "select a pool first" }
      return catalog.refusal(of: action.id, on: withAskedSizes(pool))
    case .deployment:
      if action.id == .assign, marks.isEmpty, subjectDeployment == nil {
        guard let pool = namedPool else { return "select a pool first" }
        return catalog.refusal(of: .assign, on: pool)
      }
      // A larger selection is checked when the requests are made.
      guard marks.count <= Self.checkedMarkLimit else { return nil }
      let targets = targets
      guard let first = targets.first else { return "select a deployment first" }
      let isPossible = targets.contains { refusal(of: action.id, for: $0) == nil }
      return isPossible ? nil : refusal(of: action.id, for: first)
    }
  }

  private mutating func press(_ key: Key, in picker: Picker) -> [Command] {
    var picker = picker
    let count = picker.shown.count
    switch key {
    case .escape:
      modal = nil
      return []
    case .enter: return choose(picker.current, picker.subject)
    case .down, .control("n"): picker.cursor = min(picker.cursor + 1, max(0, count - 1))
    case .up, .control("p"): picker.cursor = max(0, picker.cursor - 1)
    case .home: picker.cursor = 0
    case .end: picker.cursor = max(0, count - 1)
    default:
      if picker.field != nil {
        if picker.field?.take(key) == true { picker.cursor = 0 }
      } else if let item = picker.items.first(where: { $0.key == key }) {
        return choose(item, picker.subject)
      } else if key == "j" || key == "k" {
        return press(key == "j" ? .down : .up, in: picker)
      }
    }
    modal = .picker(picker)
    return []
  }

  private mutating func choose(_ item: Picker.Item?, _ subject: Subject?) -> [Command] {
    guard let item else { return [] }
    if let subject, subject != self.subject, marks.isEmpty {
      modal = nil
      complain("the selection has disappeared: nothing was sent")
      return []
    }
    if let refusal = item.refusal {
      complain("\(item.label): \(refusal)")
      return []
    }
    modal = nil
    status = nil
    switch item.choice {
    case .action(let id): return perform(id)
    case .orphan(let name): return openOrphan(name)
    case .removeOrphan(let name):
      modal = .confirm(
        ConfirmDialog(action: .removeOrphan, targets: [], orphan: name, answer: .key))
      return [.flushInput]
    case .adopt(let name):
      modal = .assign(AssignDialog(subject: .orphan(name)))
      return []
    case .sort(let column):
      live.sort(by: column)
      frozen?.catalog.sort(by: column)
      narrow()
      settle()
      say("sorted by: \(column.title)")
      return []
    }
  }
}

// MARK: - Help

extension ScreenModel {
  private mutating func press(_ key: Key, in page: HelpPage) {
    var page = page
    if page.field != nil {
      pressInHelpSearch(key, &page)
      return
    }
    let height = max(1, layout.helpRoom.height)
    switch key {
    case .escape, "q", "?", .function(1):
      modal = nil
      return
    case "/": page.field = TextField()
    case "j", .down: page.top += 1
    case "k", .up: page.top -= 1
    case .pageDown, " ": page.top += height
    case .pageUp: page.top -= height
    case .control("d"): page.top += height / 2
    case .control("u"): page.top -= height / 2
    case "g", .home: page.top = 0
    case "G", .end: page.top = Int.max / 2
    default: break
    }
    page.top = max(0, min(page.top, helpLines(page).count - height))
    modal = .help(page)
  }

  private mutating func pressInHelpSearch(_ key: Key, _ page: inout HelpPage) {
    switch key {
    case .escape: page.field = nil
    case .enter: if page.field?.text.isEmpty == true { page.field = nil }
    case .down: page.top = min(page.top + 1, max(0, helpLines(page).count - layout.helpRoom.height))
    case .up: page.top = max(0, page.top - 1)
    default: if page.field?.take(key) == true { page.top = 0 }
    }
    modal = .help(page)
  }
}
