public import SafeTexts

/// Why a store cannot be used, in one sentence: what, where, and what to do.
public struct StoreFailure: Error, Hashable, Sendable {
  /// What kind of failure; decides the exit code and whether waiting can help.
  public struct Kind: Hashable, Sendable {
    /// The kind's name.
    public let name: String

    /// There is no store at that path.
    public static let absent = Kind(name: "absent")
    /// It may not be read.
    public static let unreadable = Kind(name: "unreadable")
    /// It may not be written.
    public static let unwritable = Kind(name: "unwritable")
    /// A newer version of the program wrote it.
    public static let newer = Kind(name: "newer")
    /// An older version wrote it, and only the engine may bring it up to date.
    public static let older = Kind(name: "older")
    /// It is something else: not a database, or another program's.
    public static let foreign = Kind(name: "foreign")
    /// It is damaged, or not the one that was here before.
    public static let damaged = Kind(name: "damaged")
    /// Another process holds it; waiting can help.
    public static let busy = Kind(name: "busy")
    /// The disk is full, or a limit is reached; waiting can help.
    public static let full = Kind(name: "full")
    /// The disk answered with an error; waiting can help.
    public static let disk = Kind(name: "disk")
    /// Another engine has taken the store over.
    public static let lost = Kind(name: "lost")
    /// What was to be stored contradicts what is stored.
    public static let inconsistent = Kind(name: "inconsistent")
    /// Anything else that SQLite says.
    public static let other = Kind(name: "other")
  }

  /// What kind of failure.
  public let kind: Kind
  /// One sentence for a person.
  public let sentence: SafeText

  /// A failure with its sentence.
  public init(_ kind: Kind, _ sentence: SafeText) {
    self.kind = kind
    self.sentence = sentence
  }
}
