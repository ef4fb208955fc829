import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// A filter of lists, as typed: terms that must all match.
///
/// `text` must occur anywhere in the row, `!text` must not occur, `~regex` takes the rest of the
/// line, and `state:`, `user:`, `pool:`, `name:`, `ip:`, `id:`, `reason:` search one field. A word
/// in lower case ignores case; a word with a capital does not.
package struct Filter: Sendable {
  /// The text as typed.
  let text: String
  /// Why the pattern cannot be used yet, while it is being typed; it then excludes no rows.
  let problem: String?
  fileprivate let terms: [Term]

  /// No filter.
  static let none = Filter("")

  /// Parses a filter; never fails.
  package init(_ text: String) {
    self.text = text
    var terms: [Term] = []
    var problem: String?
    var rest = Substring(text)
    while let start = rest.firstIndex(where: { $0 != " " }) {
      rest = rest[start...]
      let isPattern = rest.first == "~" || rest.hasPrefix("!~")
      let end = isPattern ? rest.endIndex : rest.firstIndex(of: " ") ?? rest.endIndex
      switch Term.read(rest[..<end]) {
      case .term(let term): terms.append(term)
      case .nothing: break
      case .incomplete: problem = "the pattern is not complete"
      }
      rest = rest[end...]
    }
    self.terms = terms
    self.problem = problem
  }

  /// Whether the filter excludes nothing.
  var isEmpty: Bool { terms.isEmpty && text.allSatisfy { $0 == " " } }

  /// Whether a deployment matches.
  func matches(_ deployment: Deployment, pool: SafeText?) -> Bool {
    terms.allSatisfy { term in
      (term.isIn(deployment) || (pool.map(term.isIn(pool:)) ?? false)) != term.isNegative
    }
  }

  /// Whether a line of a log or of the details matches; field prefixes have no special meaning
  /// there.
  func matches(line: String) -> Bool {
    !isEmpty && terms.allSatisfy { $0.holds(for: line) }
  }
}

/// One term of a filter.
private struct Term: Sendable {
  enum Reading { case term(Term), nothing, incomplete }

  var field: Field?
  var isNegative: Bool
  var needle: Needle

  static func read(_ word: Substring) -> Reading {
    var rest = word
    let isNegative = rest.first == "!"
    if isNegative { rest = rest.dropFirst() }
    if rest.first == "~" {
      let pattern = rest.dropFirst()
      guard !pattern.isEmpty else { return .nothing }
      guard let needle = Needle(pattern: String(pattern)) else { return .incomplete }
      return .term(Term(field: nil, isNegative: isNegative, needle: needle))
    }
    var field: Field?
    if let colon = rest.firstIndex(of: ":"), let known = Field(rawValue: String(rest[..<colon])) {
      field = known
      rest = rest[rest.index(after: colon)...]
    }
    guard !rest.isEmpty else { return .nothing }
    return .term(Term(field: field, isNegative: isNegative, needle: Needle(String(rest))))
  }

  /// Whether the term occurs in a pool's name, unless it searches another field.
  func isIn(pool: SafeText) -> Bool {
    (field == nil || field == .pool) && needle.isIn(pool.text)
  }

  /// Whether the term occurs in the deployment's own fields.
  func isIn(_ deployment: Deployment) -> Bool {
    guard let field else { return Field.own.contains { needle.isIn($0.text(of: deployment)) } }
    return field != .pool && needle.isIn(field.text(of: deployment))
  }

  /// The same for a deployment's row text; nil: the text cannot tell.
  func isIn(_ text: RowText) -> Bool? {
    guard case .text(let needle, foldsCase: true) = needle else { return nil }
    guard let field else { return text.contains(needle, in: nil) }
    return Field.own.firstIndex(of: field).map { text.contains(needle, in: $0) } ?? false
  }

  func holds(for line: String) -> Bool { needle.isIn(line) != isNegative }
}

extension RowText {
  /// The text of a deployment that filters search.
  init(_ deployment: Deployment) { self.init(Field.own.map { $0.text(of: deployment) }) }
}

/// A filter prepared for many rows: each pool is matched once.
struct RowFilter {
  private let terms: [(term: Term, pools: Set<PoolID>)]

  init(_ filter: Filter, pools: [Pool]) {
    terms = filter.terms.map { term in
      (term, Set(pools.filter { term.isIn(pool: $0.name) }.map(\.id)))
    }
  }

  /// Whether a row matches; the deployment itself is fetched only if its text cannot tell.
  func matches(_ text: RowText, in pool: PoolID, _ deployment: () -> Deployment) -> Bool {
    terms.allSatisfy { term, pools in
      let isFound = (term.isIn(text) ?? term.isIn(deployment())) || pools.contains(pool)
      return isFound != term.isNegative
    }
  }
}

/// The fields that a term can search.
private enum Field: String, Sendable, CaseIterable {
  case name, state, user, pool, ip, id, reason

  /// The fields of the deployment itself, in the order of its text.
  static let own = allCases.filter { $0 != .pool }

  /// The field's text; a deployment does not contain its pool's name.
  func text(of deployment: Deployment) -> String {
    switch self {
    case .name: deployment.name.text
    case .state: deployment.stateWord
    case .user: deployment.placement.user?.text ?? ""
    case .pool: ""
    case .ip: deployment.ip?.text ?? ""
    case .id: deployment.id.description
    case .reason: deployment.reason?.text ?? ""
    }
  }
}

/// A text or a pattern to search for.
private enum Needle: Sendable {
  case text([UInt8], foldsCase: Bool)
  case pattern(Pattern)

  init(_ text: String) {
    self = .text(Array(text.utf8), foldsCase: text == text.lowercased())
  }

  /// Returns nil if the pattern cannot be used.
  init?(pattern: String) {
    let foldsCase = pattern == pattern.lowercased()
    guard let compiled = Pattern(pattern, foldsCase: foldsCase) else { return nil }
    self = .pattern(compiled)
  }

  func isIn(_ text: String) -> Bool {
    switch self {
    case .text(let needle, let foldsCase): Self.contains(text, needle, foldsCase: foldsCase)
    case .pattern(let pattern): pattern.matches(text)
    }
  }

  private static func contains(_ text: String, _ needle: [UInt8], foldsCase: Bool) -> Bool {
    var text = foldsCase && !text.utf8.allSatisfy { $0 < 0x80 } ? text.lowercased() : text
    return text.withUTF8 { bytes in
      var start = 0
      while start + needle.count <= bytes.count {
        var length = 0
        while length < needle.count, fold(bytes[start + length], foldsCase) == needle[length] {
          length += 1
        }
        if length == needle.count { return true }
        start += 1
      }
      return false
    }
  }

  private static func fold(_ byte: UInt8, _ foldsCase: Bool) -> UInt8 {
    foldsCase ? byte.inSmallLetters : byte
  }
}
