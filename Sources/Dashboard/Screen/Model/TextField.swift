import SafeTexts
import TerminalCells

/// A line of text that is being edited. Only text fields accept pastes.
struct TextField: Hashable, Sendable {
  /// The maximum number of characters; more are dropped.
  static let limit = 200

  /// The text typed so far.
  private(set) var text: String
  /// The number of characters before the cursor.
  private(set) var cursor: Int

  /// Makes a field with a text and the cursor at its end.
  init(_ text: String = "") {
    self.text = String(text.prefix(Self.limit))
    self.cursor = self.text.count
  }

  /// The text before the cursor.
  var head: String { String(text.prefix(cursor)) }

  /// Handles a key if it edits the text; returns whether it did.
  mutating func take(_ key: Key) -> Bool {
    switch key {
    case .character(let scalar): insert(String(scalar))
    case .backspace: remove(back: 1)
    case .delete: if cursor < text.count { cursor += 1; remove(back: 1) }
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(text.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = text.count
    case .control("u"): remove(back: cursor)
    case .control("w"): remove(back: wordBeforeCursor)
    default: return false
    }
    return true
  }

  /// Inserts pasted text; line ends become blanks.
  mutating func paste(_ pasted: SafeText) {
    let line = pasted.text.map { $0 == "␊" || $0 == "␍" || $0 == "␉" ? " " : $0 }
    insert(String(line))
  }

  /// Replaces the text.
  mutating func replace(by text: String) { self = TextField(text) }

  private mutating func insert(_ piece: String) {
    // A combining mark may join the character before it, so the cursor is derived from the text
    // after it.
    let tail = String(text.dropFirst(cursor))
    let joined = String((head + piece).prefix(max(0, Self.limit - tail.count)))
    text = joined + tail
    cursor = joined.count
  }

  private mutating func remove(back count: Int) {
    let kept = head.dropLast(count)
    text = String(kept) + text.dropFirst(cursor)
    cursor = kept.count
  }

  private var wordBeforeCursor: Int {
    let blanks = head.reversed().prefix { $0 == " " }.count
    return blanks + head.dropLast(blanks).reversed().prefix { $0 != " " }.count
  }
}
