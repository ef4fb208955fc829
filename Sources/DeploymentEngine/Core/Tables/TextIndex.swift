import DeploymentInterface
import SafeTexts

/// Which deployments have a text, such as a unique id. Nearly always that is one, which costs no
/// list; the empty text is nobody's.
struct TextIndex: Sendable {
  private var first: [SafeText: DeploymentID] = [:]
  /// Those after the first, in the order in which they came; no list is empty.
  private var others: [SafeText: [DeploymentID]] = [:]

  /// All that have the text, in the order in which they came.
  func holders(of text: SafeText) -> [DeploymentID] {
    guard let first = first[text] else { return [] }
    return [first] + (others[text] ?? [])
  }

  /// All that have the text, if that is more than one.
  func sharers(of text: SafeText) -> [DeploymentID] {
    others.isEmpty || others[text] == nil ? [] : holders(of: text)
  }

  /// A deployment has another text than before.
  mutating func move(_ id: DeploymentID, from old: SafeText, to new: SafeText) {
    guard old != new else { return }
    if !old.isEmpty { remove(id, from: old) }
    if new.isEmpty { return }
    if first[new] == nil { first[new] = id } else { others[new] = (others[new] ?? []) + [id] }
  }

  private mutating func remove(_ id: DeploymentID, from text: SafeText) {
    guard var rest = others[text] else {
      if first[text] == id { first[text] = nil }
      return
    }
    if first[text] == id { first[text] = rest.removeFirst() } else { rest.removeAll { $0 == id } }
    others[text] = rest.isEmpty ? nil : rest
  }
}
