import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

/// What lies over the screen and takes every key until it is closed. At most one.
enum Modal: Hashable, Sendable {
  /// A question that `y`, a number or a name answers.
  case confirm(ConfirmDialog)
  /// Whom to assign to.
  case assign(AssignDialog)
  /// The line in which a filter or a search is being typed; what was there before comes back with
  /// Esc.
  case find(TextField, before: String)
  /// A list to choose from: the menu of actions, the palette, the columns to sort by.
  case picker(Picker)
  /// The keys and what they do.
  case help(HelpPage)
}

/// A deployment as it was when the key was pressed: what the request will be about, and nothing
/// else.
struct Target: Hashable, Sendable {
  var id: DeploymentID
  var revision: UInt64
  var name: SafeText
  var user: SafeText?
  var isInUse: Bool
  /// When it came into the state that was seen.
  var stateSince: Timestamp

  /// What is to be remembered of a deployment.
  init(_ deployment: Deployment) {
    id = deployment.id
    revision = deployment.revision
    name = deployment.name
    user = deployment.placement.user
    isInUse = deployment.inUse
    stateSince = deployment.stateSince
  }
}

/// Something that was not asked for, or was refused, with the sentence that says why.
struct Refused: Hashable, Sendable {
  var name: SafeText
  var sentence: SafeText
}

/// The question before something that cannot be taken back.
struct ConfirmDialog: Hashable, Sendable {
  /// What answers it with yes.
  enum Answer: Hashable, Sendable {
    /// The key `y`.
    case key
    /// This text and Enter, where a habit of pressing `y` would be too quick.
    case typed(String)
  }

  /// What is asked; nil: whether to quit.
  var action: ActionID?
  /// What it is asked of, users in session first.
  var targets: [Target]
  /// What exists without a record and is asked about instead.
  var orphan: OrphanName?
  /// What of the marked ones cannot be asked for, and why.
  var refused: [Refused] = []
  /// What answers it with yes.
  var answer: Answer
  /// What was typed so far.
  var field = TextField()
  /// What to press, after a key that does nothing here.
  var hint: SafeText?
}

/// The question whom to assign to.
struct AssignDialog: Hashable, Sendable {
  /// What is assigned: this deployment, or one of the pool that the engine chooses.
  enum Subject: Hashable, Sendable {
    case deployment(Target)
    case pool(SafeText)
    case orphan(OrphanName)
  }

  var subject: Subject
  var field = TextField()
  /// Known users who begin like that.
  var completions: [SafeText] = []
  /// What is wrong with what was typed.
  var hint: SafeText?
}

/// A list to choose from.
struct Picker: Hashable, Sendable {
  /// What choosing does.
  enum Choice: Hashable, Sendable {
    case action(ActionID)
    case sort(SortColumn)
    /// What can be done about something that has no record.
    case orphan(OrphanName)
    case removeOrphan(OrphanName)
    case adopt(OrphanName)
  }

  /// One line of the list.
  struct Item: Hashable, Sendable {
    var choice: Choice
    var label: SafeText
    var help: SafeText = ""
    /// The key that chooses it too.
    var key: Key?
    /// Why it cannot be chosen.
    var refusal: SafeText?
  }

  var title: SafeText
  var items: [Item]
  var cursor = 0
  /// What is typed to narrow the list; nil: keys choose.
  var field: TextField?
  /// What was chosen when the list was opened; it is about nothing else.
  var subject: Subject?

  /// The lines that what was typed leaves, the best first.
  var shown: [Item] {
    guard let field, !field.text.isEmpty else { return items }
    let ranked = items.enumerated().compactMap { place, item in
      Self.rank(of: field.text, in: item).map { (rank: $0, place: place, item: item) }
    }
    return ranked.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map(\.item)
  }

  /// The line under the cursor.
  var current: Item? {
    let shown = shown
    return shown.indices.contains(cursor) ? shown[cursor] : nil
  }

  /// How badly a text fits: the letters must be there in their order, close together is better;
  /// nil: they are not.
  private static func rank(of wanted: String, in item: Item) -> Int? {
    let name: String
    switch item.choice {
    case .action(let id): name = id.rawValue
    case .sort(let column): name = column.rawValue
    case .orphan(let orphan), .removeOrphan(let orphan), .adopt(let orphan):
      name = orphan.name.text
    }
    return [name, item.label.text].compactMap { spread(of: wanted, in: $0) }.min()
  }

  /// The shortest stretch that holds the letters in their order; beginning inside a word counts as
  /// far.
  private static func spread(of wanted: String, in text: String) -> Int? {
    let letters = Array(text.lowercased())
    let wanted = Array(wanted.lowercased()).filter { $0 != " " }
    guard let first = wanted.first else { return 0 }
    return letters.indices.filter { letters[$0] == first }.compactMap { start -> Int? in
      var place = start
      for letter in wanted.dropFirst() {
        guard let found = letters[(place + 1)...].firstIndex(of: letter) else { return nil }
        place = found
      }
      let beginsWord = start == 0 || !letters[start - 1].isLetter
      return place - start + (beginsWord ? 0 : 20)
    }.min()
  }
}

/// The help screen: which part of it is shown.
struct HelpPage: Hashable, Sendable {
  /// The pane that had the focus; its keys come first.
  var pane: Pane
  /// The first line shown.
  var top = 0
  /// What is typed to narrow the lines; nil: keys scroll.
  var field: TextField?
}
