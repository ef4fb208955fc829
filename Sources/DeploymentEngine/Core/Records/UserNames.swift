public import SafeTexts

/// How a pool tells whether two names are one user's.
///
/// Names are always compared without the spaces around them and in one Unicode form. They are shown
/// as they came.
public struct UserNames: Hashable, Codable, Sendable {
  /// What becomes of capitals when names are compared.
  public enum Case: String, Hashable, Codable, Sendable, CaseIterable {
    /// `Ana` and `ana` are one user.
    case fold
    /// `Ana` and `ana` are two users.
    case keep
  }

  /// What becomes of a domain (`SCHOOL\ana`, `ana@school`) when names are compared.
  public enum Domain: String, Hashable, Codable, Sendable, CaseIterable {
    /// `SCHOOL\ana` and `ana` are two users.
    case keep
    /// They are one user.
    case strip
  }

  /// What becomes of capitals.
  public var `case`: Case
  /// What becomes of a domain.
  public var domain: Domain

  /// Rules from their parts.
  public init(case: Case = .fold, domain: Domain = .keep) {
    self.case = `case`
    self.domain = domain
  }

  /// The name without the spaces around it.
  public static func trimmed(_ name: SafeText) -> SafeText {
    let text = name.text
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
      let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return SafeText(text[first...last])
  }

  /// What two names of one user have in common.
  public func key(_ name: SafeText) -> SafeText {
    let trimmed = Self.trimmed(name).text
    let stripped = domain == .strip ? Self.bare(trimmed) : trimmed
    return SafeText(self.case == .fold ? stripped.lowercased() : stripped)
  }

  private static func bare(_ name: String) -> String {
    if let slash = name.lastIndex(of: "\\") { return String(name[name.index(after: slash)...]) }
    if let at = name.firstIndex(of: "@"), at != name.startIndex { return String(name[..<at]) }
    return name
  }
}
