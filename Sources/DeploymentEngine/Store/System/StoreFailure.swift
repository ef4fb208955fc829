public import SafeTexts

/// The reason why a store cannot be used, in one sentence: what, where, and what to do.
public struct StoreFailure: Error, Hashable, Sendable {
  /// The kind of a failure. It decides the exit code and whether waiting can help.
  public struct Kind: Hashable, Sendable {
    /// The kind's name.
    public let name: String

    /// No store exists at the path.
    public static let absent = Kind(name: "absent")
    /// It cannot be read.
    public static let unreadable = Kind(name: "unreadable")
    /// It cannot be written.
    public static let unwritable = Kind(name: "unwritable")
    /// Another user owns it, or may have placed its files or replace them: no engine of this user
    /// runs on it.
    public static let untrusted = Kind(name: "untrusted")
    /// A newer version of the program wrote it.
    public static let newer = Kind(name: "newer")
    /// An older version wrote it, and only an engine may update it.
    public static let older = Kind(name: "older")
    /// It is not a database, or it belongs to another program.
    public static let foreign = Kind(name: "foreign")
    /// It is damaged, or it is not the store that was here before.
    public static let damaged = Kind(name: "damaged")
    /// Another process holds it; waiting can help.
    public static let busy = Kind(name: "busy")
    /// The disk is full, or a limit is reached; waiting can help.
    public static let full = Kind(name: "full")
    /// The disk reported an error; waiting can help.
    public static let disk = Kind(name: "disk")
    /// Another engine has taken the store over.
    public static let lost = Kind(name: "lost")
    /// A change contradicts the stored records.
    public static let inconsistent = Kind(name: "inconsistent")
    /// Any other error of SQLite.
    public static let other = Kind(name: "other")
  }

  /// The kind of the failure.
  public let kind: Kind
  /// One sentence for the user.
  public let sentence: SafeText

  /// A failure with its sentence.
  public init(_ kind: Kind, _ sentence: SafeText) {
    self.kind = kind
    self.sentence = sentence
  }
}
