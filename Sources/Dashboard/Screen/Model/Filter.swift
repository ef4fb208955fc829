import DeploymentEngine
import DeploymentInterface
import SafeTexts

/// What a list is narrowed to, as it was typed: words that must all hold.
///
/// `text` is looked for anywhere in the row, `!text` must not be there, `~regex` takes the rest of
/// the line, and `state:`, `user:`, `pool:`, `name:`, `ip:`, `id:`, `reason:` look into one field.
/// Small letters match large ones too; a word with a large letter in it does not.
package struct Filter: Sendable {
  /// As it was typed.
  let text: String
  /// Why the pattern cannot be used yet, while it is being typed; rows are then not narrowed by it.
  let problem: String?
  fileprivate let terms: [Term]

  /// No filter.
  static let none = Filter("")

  /// Reads what was typed; never fails.
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

  /// Nothing is narrowed.
  var isEmpty: Bool { terms.isEmpty && text.allSatisfy { $0 == " " } }

  /// Whether a deployment is shown.
  func matches(_ deployment: Deployment, pool: SafeText?) -> Bool {
    terms.allSatisfy { term in
      (term.isIn(deployment) || (pool.map(term.isIn(pool:)) ?? false)) != term.isNegative
    }
  }

  /// Whether a line of a log or of the details matches; fields are taken as text.
  func matches(line: String) -> Bool {
    !isEmpty && terms.allSatisfy { $0.holds(for: line) }
  }
}

/// One word of a filter.
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

  /// It is in the name of a pool, as far as it looks there.
  func isIn(pool: SafeText) -> Bool {
    (field == nil || field == .pool) && needle.isIn(pool.text)
  }

  /// It is in what is the deployment's own.
  func isIn(_ deployment: Deployment) -> Bool {
    guard let field else { return Field.own.contains { needle.isIn($0.text(of: deployment)) } }
    return field != .pool && needle.isIn(field.text(of: deployment))
  }

  /// The same of the deployment with this text; nil: it does not say.
  func isIn(_ text: RowText) -> Bool? {
    guard case .text(let needle, foldsCase: true) = needle else { return nil }
    guard let field else { return text.contains(needle, in: nil) }
    return Field.own.firstIndex(of: field).map { text.contains(needle, in: $0) } ?? false
  }

  func holds(for line: String) -> Bool { needle.isIn(line) != isNegative }
}

extension RowText {
  /// What a filter looks into of a deployment.
  init(_ deployment: Deployment) { self.init(Field.own.map { $0.text(of: deployment) }) }
}

/// A filter that is to go through many rows: each pool is looked at once.
struct RowFilter {
  private let terms: [(term: Term, pools: Set<PoolID>)]

  init(_ filter: Filter, pools: [Pool]) {
    terms = filter.terms.map { term in
      (term, Set(pools.filter { term.isIn(pool: $0.name) }.map(\.id)))
    }
  }

  /// Whether the deployment of a pool with this text is shown; it is asked for itself where the
  /// text cannot say it.
  func matches(_ text: RowText, in pool: PoolID, _ deployment: () -> Deployment) -> Bool {
    terms.allSatisfy { term, pools in
      let isFound = (term.isIn(text) ?? term.isIn(deployment())) || pools.contains(pool)
      return isFound != term.isNegative
    }
  }
}

/// The fields that a word may look into.
private enum Field: String, Sendable, CaseIterable {
  case name, state, user, pool, ip, id, reason

  /// Those that are the deployment's own, in the order of its text.
  static let own = allCases.filter { $0 != .pool }

  /// What it says; a pool's name is not in its deployments.
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

/// A text or a pattern to look for.
private enum Needle: Sendable {
  case text([UInt8], foldsCase: Bool)
  case pattern(Pattern)

  init(_ text: String) {
    self = .text(Array(text.utf8), foldsCase: text == text.lowercased())
  }

  /// Nil: the pattern cannot be used as it stands.
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
