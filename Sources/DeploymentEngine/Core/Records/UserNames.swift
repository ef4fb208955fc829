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

  /// The name without the spaces, tabs and line ends around it.
  public static func trimmed(_ name: SafeText) -> SafeText {
    let text = name.text
    // Nearly every name begins and ends with a letter or a digit, which is told without its
    // characters: they are slow, and a name is compared several times while its user is served.
    if let first = text.utf8.first, let last = text.utf8.last, isPrinted(first), isPrinted(last) {
      return name
    }
    guard let first = text.firstIndex(where: { !isBlank($0) }),
      let last = text.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return SafeText(text[first...last])
  }

  /// Whether the byte is a character of ASCII that is seen.
  private static func isPrinted(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f }

  /// `SafeText` shows control characters as the symbols of U+2400 to U+2421.
  private static func isBlank(_ character: Character) -> Bool {
    character.isWhitespace || ("\u{2400}"..."\u{2421}").contains(character)
  }

  /// What two names of one user have in common inside a deployment, where guests give the name with
  /// or without its domain.
  public func loginKey(_ name: SafeText) -> SafeText {
    UserNames(case: self.case, domain: .strip).key(name)
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
