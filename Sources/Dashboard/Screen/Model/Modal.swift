import DeploymentEngine
import DeploymentInterface
import SafeTexts
import TerminalCells

/// A dialog over the screen that takes every key until it is closed. At most one is open.
enum Modal: Hashable, Sendable {
  /// A question that is answered with `y`, a number or a name.
  case confirm(ConfirmDialog)
  /// The question for the user of an assignment.
  case assign(AssignDialog)
  /// The line for typing a filter or a search; Esc restores the previous one.
  case find(TextField, before: String)
  /// A list for a choice: the menu of actions, the palette, the columns to sort by.
  case picker(Picker)
  /// The help screen.
  case help(HelpPage)
}

/// A deployment as it was when the key was pressed: the only subject of the request.
struct Target: Hashable, Sendable {
  var id: DeploymentID
  var revision: UInt64
  var name: SafeText
  var user: SafeText?
  var isInUse: Bool
  /// The start of the state that was seen.
  var stateSince: Timestamp

  /// Remembers a deployment.
  init(_ deployment: Deployment) {
    id = deployment.id
    revision = deployment.revision
    name = deployment.name
    user = deployment.placement.user
    isInUse = deployment.inUse
    stateSince = deployment.stateSince
  }
}

/// A refused request, or one that was not made, with the reason.
struct Refused: Hashable, Sendable {
  var name: SafeText
  var sentence: SafeText
}

/// The question before an action that cannot be undone.
struct ConfirmDialog: Hashable, Sendable {
  /// The input that confirms.
  enum Answer: Hashable, Sendable {
    /// The key `y`.
    case key
    /// This text and Enter, where a habit of pressing `y` would be too quick.
    case typed(String)
  }

  /// The action; nil: quitting.
  var action: ActionID?
  /// The subjects, users in session first.
  var targets: [Target]
  /// The orphan, if the question is about one.
  var orphan: OrphanName?
  /// The request, if it is about a pool.
  var draft: Draft?
  /// The marked deployments that are excluded, with the reasons.
  var refused: [Refused] = []
  /// The input that confirms.
  var answer: Answer
  /// The text typed so far.
  var field = TextField()
  /// What to press, after a key that has no effect here.
  var hint: SafeText?
}

/// The dialog that asks for a user: of an assignment, or of a queue.
struct AssignDialog: Hashable, Sendable {
  /// The subject: this deployment, or one of the pool that the engine chooses.
  enum Subject: Hashable, Sendable {
    case deployment(Target)
    case pool(SafeText)
    case orphan(OrphanName)
    /// A user who waits in this pool, to be taken off its queue.
    case queue(SafeText)
  }

  var subject: Subject
  var field = TextField()
  /// Known users whose names begin with the text.
  var completions: [SafeText] = []
  /// The problem with the input.
  var hint: SafeText?
}

/// A list for a choice: the menu of actions, the palette, the columns to sort by.
struct Picker: Hashable, Sendable {
  /// The effect of a choice.
  enum Choice: Hashable, Sendable {
    case action(ActionID)
    case sort(SortColumn)
    /// Opens the menu of an orphan.
    case orphan(OrphanName)
    case removeOrphan(OrphanName)
    case adopt(OrphanName)
  }

  /// One line of the list.
  struct Item: Hashable, Sendable {
    var choice: Choice
    var label: SafeText
    var help: SafeText = ""
    /// The key that also chooses this line.
    var key: Key?
    /// Why the line cannot be chosen; nil if it can.
    var refusal: SafeText?
  }

  var title: SafeText
  var items: [Item]
  var cursor = 0
  /// The text that narrows the list; nil: keys choose.
  var field: TextField?
  /// The selection when the list was opened; choices apply to nothing else.
  var subject: Subject?

  /// The matching lines, the best first.
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

  /// The distance of a match: the letters must occur in their order, and close together is better;
  /// nil: no match.
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

  /// The length of the shortest stretch that contains the letters in their order, with a penalty if
  /// it begins inside a word.
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

/// The position in the help screen.
struct HelpPage: Hashable, Sendable {
  /// The focused pane; its keys come first.
  var pane: Pane
  /// The first visible line.
  var top = 0
  /// The text that narrows the lines; nil: keys scroll.
  var field: TextField?
}
